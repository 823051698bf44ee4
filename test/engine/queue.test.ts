// Blocking entries never blocks exits, wherever entries wait: in the evaluation of a crowded close, in the
// batch being gathered, on their way to the journal, at the caps of the gateway, behind commands.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import { inboxOf, watchInbox } from '../../src/control/inbox.ts';
import { fact } from '../../src/domain/fact.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { configurationOf, newcomer } from '../support/bench.ts';
import { type CraftedMarket, craftMarket } from '../support/crafted-market.ts';
import { type Stage, type StageOptions, startStage, wide } from '../support/stage.ts';

const crowd = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const holder = { pair: 'ETH/USDT', timeframe: '1m' } as const;
const minuteMs = 60_000;
const count = 1500;

let market: CraftedMarket;
beforeAll(() => {
  market = craftMarket(2, () => []);
});

type Options = Partial<StageOptions> & { count?: number };

/** One configuration holds a position; `count` others are a candle away from their signal. */
async function crowded(options: Options = {}) {
  const candles = market.candles.slice(-640);
  const buy = candles.at(-1);
  if (buy === undefined) throw new Error('expected candles');
  const clock = createClock(1, () => 0);
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock },
    configurations: [configurationOf('c0', crowd), configurationOf('held', holder)],
    ...options,
  });
  onTestFinished(() => stage.stop());
  for (const candle of candles.slice(0, -1)) {
    clock.observe(candle.openTime + minuteMs);
    for (const stream of [crowd, holder]) stage.candle(stream, candle, true);
  }
  for (const stream of [crowd, holder]) {
    stage.live(stream);
    stage.price(stream.pair, market.setup.entry);
  }
  for (let index = 1; index < (options.count ?? count); index += 1) {
    await stage.engine.add(newcomer(configurationOf(`c${index}`, crowd)));
  }
  clock.observe(buy.openTime + minuteMs);
  stage.candle(holder, buy);
  while (!stage.engine.book().positions.has('held')) await turn();
  await stage.settled();
  return {
    stage,
    close: () => stage.candle(crowd, buy),
    /** The holder's stop is run through. */
    fall: () => stage.price(holder.pair, market.setup.stop * 0.99),
  };
}

const exits = ({ placed }: Stage): number =>
  placed.filter(({ purpose }) => purpose === 'exit').length;

const counted = ({ engine }: Stage) => engine.status().counters;

test('a close judged in slices: the exit is at the venue before the last of the crowd is judged', async () => {
  const { stage, close, fall } = await crowded();
  const before = counted(stage).signals;
  close();
  expect(counted(stage).signals - before).toBeLessThan(count / 2);
  fall();
  while (exits(stage) === 0) await turn();
  expect(counted(stage).signals - before).toBeLessThan(count);
  await stage.settled();
  expect(counted(stage).signals - before).toBe(count);
});

test('a batch being gathered: the exit is at the venue before anyone in it is decided on', async () => {
  const { stage, close, fall } = await crowded({ gatherMs: 400 });
  const before = counted(stage);
  close();
  while (counted(stage).signals < before.signals + count) await turn();
  fall();
  while (exits(stage) === 0) await turn();
  const { approvals, refusals } = counted(stage);
  expect([approvals, refusals]).toEqual([before.approvals, before.refusals]);
  while (counted(stage).approvals === approvals) await turn();
});

test('a crowd on its way to the journal: the exit waits for one append at most', async () => {
  const { stage, close, fall } = await crowded({ gatherMs: 50 });
  const before = counted(stage);
  const decided = () => counted(stage).refusals + counted(stage).approvals;
  const begun = decided();
  close();
  const isDecided = () => stage.engine.book().decided.size > count / 2;
  while (!isDecided()) await turn();
  const journalled = decided() - begun;
  fall();
  while (exits(stage) === 0) await turn();
  expect(decided() - begun - journalled).toBeLessThanOrEqual(256);
  await stage.settled();
  expect(decided() - begun).toBe(count);
  expect(counted(stage).closed).toBe(before.closed + 1);
});

test('a gateway whose minute is full lets the exit pass', async () => {
  const caps = { ...wide, ordersPerMinuteMax: 1 };
  const { stage, close, fall } = await crowded({ caps, count: 5 });
  close();
  await stage.settled();
  expect(stage.entries.filter(({ type }) => type === 'signal.approved').length).toBeGreaterThan(1);
  expect(stage.placed.map(({ purpose }) => purpose)).toEqual(['entry']);
  expect(stage.engine.book().trading).toBe('reducing');
  fall();
  await stage.settled();
  expect(stage.placed.map(({ purpose }) => purpose)).toEqual(['entry', 'exit']);
  expect(stage.engine.book().positions.size).toBe(0);
});

test('thousands of commands in the inbox: the exit does not wait for them', {
  timeout: 30_000,
}, async () => {
  const { stage, fall } = await crowded({ count: 2 });
  const directory = inboxOf(temporaryDirectory());
  mkdirSync(directory, { recursive: true });
  for (let index = 0; index < 3000; index += 1) {
    const command = { kind: 'halt', id: `crowd-${10_000 + index}`, by: 'anna', reason: 'a look' };
    writeFileSync(join(directory, `${10_000 + index}.json`), JSON.stringify(command));
  }
  const say = () => {};
  let obeyed = 0;
  const stop = watchInbox({
    ...{ directory, log: { debug: say, info: say, warn: say, error: say } },
    timers: { ...nodeTimers, every: (_, run) => nodeTimers.every(1, run) },
    isAcknowledged: async (id) => (await stage.store.read.about(id, 1)).length > 0,
    async apply({ by, reason }) {
      obeyed += 1;
      stage.engine.command('reduce', by, reason);
      return { ok: true, message: 'done' };
    },
    acknowledge: ({ id, kind }, { ok, message }) =>
      stage.engine.record([
        fact('command.acknowledged', { at: 1, key: id }, { id, kind, ok, message }),
      ]),
  });
  onTestFinished(stop);
  while (obeyed < 500) await turn();
  fall();
  const before = obeyed;
  while (exits(stage) === 0) await turn();
  expect(obeyed - before).toBeLessThan(100);
  while (readdirSync(directory).length > 0) await turn();
  expect(obeyed).toBe(3000);
});
