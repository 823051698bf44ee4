// The feed of an exchange without a closed flag, through the client's own watch loops: a candle is
// believed closed when REST confirms it. Binance.US stands for all: ccxt keeps no flag of it either.
import { afterEach, expect, test } from 'vitest';
import type { Candle } from '../../src/domain/candle.ts';
import { VenueFault } from '../../src/exchange/fault.ts';
import { connectFeed } from '../../src/feed/connect.ts';
import { ownBudget } from '../support/budget.ts';
import { type FeedBench, feedBench, minuteOf, pairsOf } from '../support/feed-bench.ts';
import { plainCandle } from '../support/scripted-market.ts';

let bench: FeedBench;
afterEach(() => bench.close());

const pairs = pairsOf(3);
const [first = ''] = pairs;
const truth = (pair: string, to: number): Candle[] =>
  Array.from({ length: 20 + to + 1 }, (_, index) => plainCandle(pair, minuteOf(index - 20)));

async function start(): Promise<void> {
  bench = await feedBench(pairs, { name: 'binanceus', haste: 10 });
  const wanted = pairs.map((pair) => ({ stream: { pair, timeframe: '1m' as const }, bars: 20 }));
  await bench.startWith(wanted);
}

test('every candle is released once, proven by REST, its last update never trusted alone', async () => {
  await start();
  for (let index = 0; index < 10; index += 1) {
    bench.playForming(index, pairs);
    const { market } = bench;
    // The last frame of the minute lies about its close, as a late correction would make it.
    const lying = (pair: string): string => {
      const candle = plainCandle(pair, minuteOf(index));
      return market.kline(pair, { ...candle, close: candle.open }, true);
    };
    market.now = minuteOf(index + 1);
    market.send(pairs.map(lying));
    bench.playForming(index + 1, pairs);
    for (const pair of pairs) {
      await expect.poll(() => bench.released(pair).length).toBe(20 + index + 1);
    }
  }
  for (const pair of pairs) expect(bench.released(pair)).toEqual(truth(pair, 9));
  expect(bench.quiet()).toBe(true);
}, 15_000);

test('without a successor the clock asks REST, two seconds after the close', async () => {
  await start();
  bench.playForming(0, [first]);
  bench.market.now = minuteOf(1) + 1900;
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(bench.released(first)).toEqual(truth(first, -1));
  bench.market.now = minuteOf(1) + 2000;
  await expect.poll(() => bench.released(first)).toEqual(truth(first, 0));
});

test('a cut connection is dialled anew, and what was missed is loaded', async () => {
  await start();
  bench.market.drop();
  bench.market.now = minuteOf(7) + 2500;
  await expect.poll(() => bench.told('stream.stale').length).toBe(3);
  await bench.subscribedAnew(pairs);
  bench.playForming(7, pairs);
  await bench.stands('live', 6);
  for (const pair of pairs) expect(bench.released(pair)).toEqual(truth(pair, 6));
}, 15_000);

test('an exchange without live candles, or one that does not exist, is refused by name', async () => {
  await start();
  for (const name of ['coinbase', 'nosuchexchange']) {
    const settings = {
      name,
      endpoint: null,
      credentials: null,
      recvWindowMs: 5000,
      budget: ownBudget(),
    };
    const { clock } = bench;
    const timers = { after: () => () => {}, every: () => () => {} };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const feed = connectFeed(settings, { clock, timers, log });
    const fault = await feed.start([]).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(VenueFault);
    expect(String(fault)).toContain(name);
  }
});
