// No entry while a stream is stale: not when it goes stale with proposals waiting for their batch, nor with
// approvals on their way to the journal; and none on a candle that a repair brought too late.
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import type { Entry } from '../../src/domain/fact.ts';
import type { Journal } from '../../src/ports.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { configurationOf } from '../support/bench.ts';
import { type CraftedMarket, craftMarket } from '../support/crafted-market.ts';
import { startStage } from '../support/stage.ts';

const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const minuteMs = 60_000;

let market: CraftedMarket;
beforeAll(() => {
  market = craftMarket(2, () => []);
});

/** A live engine one candle before its BUY. */
async function beforeBuy(options: { gatherMs?: number; around?: (journal: Journal) => Journal }) {
  const candles = market.candles.slice(-640);
  const buy = candles.at(-1);
  if (buy === undefined) throw new Error('expected candles');
  const clock = createClock(1, () => 0);
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock, ...options },
    configurations: [configurationOf('one', stream)],
  });
  onTestFinished(() => stage.stop());
  for (const candle of candles.slice(0, -1)) {
    clock.observe(candle.openTime + minuteMs);
    stage.candle(stream, candle, true);
  }
  stage.live(stream);
  stage.price(stream.pair, market.setup.entry);
  clock.observe(buy.openTime + minuteMs);
  return { stage, clock, buy };
}

const told = (entries: readonly Entry[]) =>
  entries.flatMap((entry) => {
    if (entry.type === 'signal.refused') return [[entry.type, entry.data.refusal.code]];
    if (entry.type === 'order.ended') return [[entry.type, entry.data.code]];
    return entry.type === 'signal.approved' ? [[entry.type]] : [];
  });

test('live, the signal becomes an order', async () => {
  const { stage, buy } = await beforeBuy({});
  stage.candle(stream, buy);
  await stage.settled();
  expect(stage.placed).toHaveLength(1);
});

test('stale before the close: refused by name, and nothing is sent', async () => {
  const { stage, buy } = await beforeBuy({});
  stage.stale(stream);
  stage.candle(stream, buy, true);
  await stage.settled();
  expect(told(stage.entries)).toEqual([['signal.refused', 'stream-stale']]);
  expect(stage.placed).toEqual([]);
});

test('stale while the proposal waits for its batch: refused by name', async () => {
  const { stage, buy } = await beforeBuy({ gatherMs: 20 });
  stage.candle(stream, buy);
  stage.stale(stream);
  await new Promise((resolve) => setTimeout(resolve, 40));
  await stage.settled();
  expect(told(stage.entries)).toEqual([['signal.refused', 'stream-stale']]);
  expect(stage.placed).toEqual([]);
});

test('stale while the approval is being journalled: the order ends unsent, by name', async () => {
  let commit = (): void => {};
  const waits = new Promise<void>((resolve) => {
    commit = resolve;
  });
  const { stage, buy } = await beforeBuy({
    around: (journal) => ({
      read: journal.read.bind(journal),
      saveCheckpoint: journal.saveCheckpoint.bind(journal),
      latestCheckpoint: journal.latestCheckpoint.bind(journal),
      holdsOrder: journal.holdsOrder.bind(journal),
      async append(facts) {
        if (facts.some(({ type }) => type === 'signal.approved')) await waits;
        return journal.append(facts);
      },
    }),
  });
  stage.candle(stream, buy);
  while (stage.engine.book().orders.size === 0) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  stage.stale(stream);
  commit();
  await stage.settled();
  expect(told(stage.entries)).toEqual([['signal.approved'], ['order.ended', 'stream-stale']]);
  expect(stage.placed).toEqual([]);
  expect(stage.engine.status().exposure).toBe('0');
});

test.each([
  { candles: 1, signals: 1 },
  { candles: 3, signals: 0 },
])('a BUY repaired $candles candles late: $signals signals', async ({ candles, signals }) => {
  const { stage, clock, buy } = await beforeBuy({});
  stage.stale(stream);
  clock.observe(buy.openTime + minuteMs * (1 + candles));
  stage.candle(stream, buy, true);
  stage.live(stream);
  await stage.settled();
  expect(stage.engine.status().counters.signals).toBe(signals);
  expect(stage.placed).toEqual([]);
});
