// Seats taken, kept and given up: whatever happens beside them, a stage is what was last decided, a twin's
// position is watched to its end, and a start decides nothing that only a trade may.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { override } from '../../src/control/override.ts';
import type { Candle, Stream } from '../../src/domain/candle.ts';
import type { Stage as ConfigurationStage } from '../../src/domain/configuration.ts';
import { fact } from '../../src/domain/fact.ts';
import { QUICK_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { MINUTE, pivotLow, START, sweepBar, tableau } from '../strategies/tableau.ts';
import { configurationOf, newcomer } from '../support/bench.ts';
import { type Stage, startStage } from '../support/stage.ts';

const stream: Stream = { pair: 'BTC/USDT', timeframe: '1m' };
/** A BUY at the close of the last bar. */
const untilBuy = tableau(721, { 700: pivotLow, 720: sweepBar });
const afterBuy = START + 721 * MINUTE;

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

async function open(directory = mkdtempSync(join(tmpdir(), 'troupe-seating-'))) {
  directories.push(directory);
  const clock = createClock(1, () => 0);
  clock.observe(START);
  const one = configurationOf('one', { ...stream, stage: 'MATURE' });
  const lifecycle = QUICK_LIFECYCLE;
  const stage = await startStage({ directory, clock, lifecycle, configurations: [one] });
  stage.live(stream);
  return { directory, clock, stage, one };
}

type Clock = ReturnType<typeof createClock>;

function priced(stage: Stage, clock: Clock, at: number, price: number): void {
  clock.observe(at);
  stage.price(stream.pair, price);
}

async function play(stage: Stage, clock: Clock, candles: readonly Candle[]) {
  for (const candle of candles) {
    priced(stage, clock, candle.openTime + 1000, candle.close);
    clock.observe(candle.openTime + MINUTE);
    stage.candle(stream, candle);
  }
  stage.tick();
  await stage.settled();
}

/** A person moves it. */
function restage({ engine }: Stage, to: ConfigurationStage): boolean {
  const command = { kind: 'stage', id: 'restage-1', by: 'anna', reason: 'a look' } as const;
  const one = configurationOf('one', { stage: engine.seating.stageOf('one') ?? 'PAPER' });
  const full = { ...command, configId: 'one', stage: to };
  const overriding = override(full, one, DEFAULT_SIZING.base, START);
  if (typeof overriding === 'string') throw new Error(overriding);
  return engine.seating.restage(overriding);
}

const typesOf = (stage: Stage) => stage.entries.map(({ type }) => type);

test('evidence begins when the venue has spoken to this process, and where a person put it before', async () => {
  const { stage, clock } = await open();
  stage.tick();
  await stage.settled();
  expect(typesOf(stage)).not.toContain('evidence.opened');
  restage(stage, 'DISCOVERY');
  priced(stage, clock, START + 5 * MINUTE, 100);
  stage.tick();
  await stage.settled();
  const [opened] = stage.entries.filter(({ type }) => type === 'evidence.opened');
  expect(opened).toMatchObject({ at: START + 5 * MINUTE, data: { stage: 'DISCOVERY' } });
  await stage.stop();
});

test('a twin buys in the stage it has, and what it holds when its seat goes is watched to its end', async () => {
  const { stage, clock } = await open();
  await play(stage, clock, untilBuy.slice(0, -1));
  restage(stage, 'VALIDATION');
  await play(stage, clock, untilBuy.slice(-1));
  priced(stage, clock, afterBuy + 1000, 101);
  await stage.settled();
  const bought = stage.entries.filter(({ type }) => type === 'twin.opened');
  expect(bought).toMatchObject([{ data: { opening: { stage: 'VALIDATION' } } }]);
  stage.engine.remove('one');
  priced(stage, clock, afterBuy + 2000, 95);
  await stage.settled();
  const sold = stage.entries.filter(({ type }) => type === 'twin.closed');
  expect(sold).toMatchObject([{ at: afterBuy + 2000, data: { trade: { exitReason: 'stop' } } }]);
  await stage.stop();
});

test('a crowd of twins at one price lets the portfolio’s exit go first', async () => {
  const { stage, clock } = await open();
  for (let index = 0; index < 300; index += 1) {
    await stage.engine.add(newcomer(configurationOf(`c${index}`, { ...stream, stage: 'PAPER' })));
  }
  await play(stage, clock, untilBuy);
  priced(stage, clock, afterBuy + 1000, 101);
  const count = (wanted: string): number => typesOf(stage).filter((type) => type === wanted).length;
  await vi.waitFor(
    () => {
      priced(stage, clock, clock.market() + 1, 101);
      expect(count('twin.opened')).toBe(301);
    },
    { timeout: 10_000, interval: 50 },
  );
  priced(stage, clock, afterBuy + 3000, 95);
  expect(stage.engine.book().positions.get('one')?.exiting).toBe('stop');
  await vi.waitFor(() => expect(count('twin.closed')).toBe(301), { timeout: 10_000 });
  const types = typesOf(stage);
  expect(types.indexOf('exit.ordered')).toBeLessThan(types.indexOf('twin.closed'));
  await stage.stop();
});

test('a document on its way undoes no stage that was decided meanwhile, and a start judges nothing', async () => {
  const { directory, stage, clock, one } = await open();
  await play(stage, clock, untilBuy.slice(0, 3));
  const about = { at: START, key: one.id };
  const imported = fact('configuration.imported', about, { configuration: one, by: 'a file' });
  await stage.engine.record([imported]);
  restage(stage, 'PAPER');
  await stage.engine.record([imported]);
  expect((await stage.store.read.configurations('all')).map((row) => row.stage)).toEqual(['PAPER']);
  await stage.engine.add(newcomer({ ...one, winRatePercent: 50 }));
  expect(stage.engine.seating.stageOf('one')).toBe('PAPER');
  await stage.stop();
  const again = await open(directory);
  await play(again.stage, again.clock, untilBuy.slice(3, 6));
  expect(again.stage.engine.seating.stageOf('one')).toBe('PAPER');
  expect(typesOf(again.stage)).not.toContain('stage.judged');
  expect(typesOf(again.stage)).not.toContain('evidence.opened');
  await again.stage.stop();
});
