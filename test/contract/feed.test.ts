// The live feed through the genuine client over real sockets, against a market that does by script what
// markets do to their listeners: every candle once, in order, none before it closed.
import { afterEach, describe, expect, test } from 'vitest';
import type { Candle, Stream } from '../../src/domain/candle.ts';
import { type FeedBench, feedBench, minuteOf, pairsOf } from '../support/feed-bench.ts';
import { plainCandle } from '../support/scripted-market.ts';

let bench: FeedBench;
afterEach(() => bench.close());

const btc = 'BTC/USDT';
const minute = (pair: string): Stream => ({ pair, timeframe: '1m' });
const wanted = (pairs: readonly string[], bars = 20) =>
  pairs.map((pair) => ({ stream: minute(pair), bars }));

/** The market's candles of a pair from minute `from` to minute `to`, both included. */
const truth = (pair: string, from: number, to: number): Candle[] =>
  Array.from({ length: to - from + 1 }, (_, index) => plainCandle(pair, minuteOf(from + index)));

test('fifty pairs that close in one chunk, twenty times: all thousand candles arrive, each once', async () => {
  const pairs = pairsOf(50);
  bench = await feedBench(pairs);
  await bench.startWith(wanted(pairs));
  const before = bench.market.asked.length;
  for (let index = 0; index < 20; index += 1) await bench.playMinute(index, pairs);
  await expect.poll(() => bench.live().length).toBe(1000);
  for (const pair of pairs) {
    expect(bench.released(pair)).toEqual(truth(pair, -20, 19));
  }
  expect(bench.quiet()).toBe(true);
  expect(bench.market.asked.length).toBe(before);
  expect(bench.market.connections()).toBe(1);
});

test('frames doubled, late, out of order, malformed, garbled and absurd change nothing', async () => {
  bench = await feedBench([btc]);
  const { market } = bench;
  await bench.startWith(wanted([btc]));
  const frame = (index: number, closed: boolean, over?: object): string =>
    market.kline(btc, plainCandle(btc, minuteOf(index)), closed, over);
  await bench.playMinute(0, [btc]);
  const { close } = plainCandle(btc, minuteOf(1));
  const dirt = [
    frame(0, true),
    frame(-5, true),
    frame(1, false, { c: 'NaN' }),
    frame(1, true, { c: '1e400', h: '1e400' }),
    frame(1, true, { o: '-5' }),
    frame(1, true, { v: null }),
    frame(1, true, { h: `${close * 30}`, c: `${close * 30}` }),
    frame(1, true, { t: 'soon' }),
    frame(500_000, true),
    frame(1, true, { s: 'NOPE' }),
    frame(1, true, { i: '7m' }),
    JSON.stringify({ e: 'kline', E: market.now, s: 'BTCUSDT' }),
    JSON.stringify({ e: 'kline', E: market.now, s: 'BTCUSDT', k: null }),
    JSON.stringify({ e: 'kline', E: 9e15, s: 'BTCUSDT', k: 7 }),
    JSON.stringify({ e: 'trade', E: market.now, s: 'BTCUSDT', p: 'cheap' }),
    JSON.stringify([]),
    '{"e":"kline","k":{"s":"BTCUSDT"',
    '<html>gateway</html>',
    'null',
  ];
  market.send(dirt);
  await bench.playMinute(1, [btc]);
  await bench.playMinute(2, [btc]);
  await expect.poll(() => bench.released(btc).at(-1)?.openTime).toBe(minuteOf(2));
  expect(bench.released(btc)).toEqual(truth(btc, -20, 2));
  expect(bench.told('candle.rejected').length).toBeGreaterThanOrEqual(6);
  const prices = bench.prices.map(({ price }) => price);
  expect(Math.max(...prices)).toBeLessThan(close * 10);
  expect(prices.every((price) => price > close / 10)).toBe(true);
});

test('a lost close is a gap, said and repaired by REST before the stream is live again', async () => {
  bench = await feedBench([btc]);
  await bench.startWith(wanted([btc]));
  await bench.playMinute(0, [btc]);
  await bench.playMinute(1, [btc], { lost: true });
  await bench.playMinute(2, [btc]);
  await expect.poll(() => bench.released(btc).length).toBe(23);
  expect(bench.released(btc)).toEqual(truth(btc, -20, 2));
  await expect.poll(() => bench.told('stream.live').length).toBe(2);
  expect(bench.told('gap.found')).toMatchObject([{ from: minuteOf(1), to: minuteOf(2) }]);
  expect(bench.told('stream.stale')).toMatchObject([{ reason: 'gap.found' }]);
  const flags = bench.candles.slice(-3, -1).map(({ backfilled }) => backfilled);
  expect(flags).toEqual([false, true]);
});

test('a late correction is told and changes nothing', async () => {
  bench = await feedBench([btc]);
  const { market } = bench;
  await bench.startWith(wanted([btc]));
  await bench.playMinute(0, [btc]);
  const { close } = plainCandle(btc, minuteOf(0));
  market.send([market.kline(btc, plainCandle(btc, minuteOf(0)), true, { c: `${close + 0.5}` })]);
  await expect.poll(() => bench.told('candle.corrected').length).toBe(1);
  expect(bench.released(btc)).toEqual(truth(btc, -20, 0));
});

describe('the connection', () => {
  test('cut three times, with candles missed: redialled, repaired, and live again', async () => {
    const pairs = pairsOf(5);
    bench = await feedBench(pairs);
    await bench.startWith(wanted(pairs));
    for (const [times, index] of [0, 10, 20].entries()) {
      await bench.playMinute(index, pairs);
      bench.market.drop();
      await expect.poll(() => bench.told('stream.stale').length).toBe(5 * (times + 1));
      bench.market.now = minuteOf(index + 10);
      await bench.subscribedAnew(pairs);
      bench.playForming(index + 10, pairs);
      await bench.stands('live', 5 * (times + 2));
    }
    for (const pair of pairs) expect(bench.released(pair)).toEqual(truth(pair, -20, 29));
  }, 20_000);

  test('refused subscriptions are sent again until they are taken', async () => {
    bench = await feedBench([btc]);
    bench.market.refusing = true;
    const started = bench.startWith(wanted([btc]));
    await expect.poll(() => bench.count('btcusdt@kline_1m'), { timeout: 5000 }).toBeGreaterThan(2);
    bench.market.refusing = false;
    await started;
    await bench.playMinute(0, [btc]);
    await expect.poll(() => bench.released(btc).at(-1)?.openTime).toBe(minuteOf(0));
  }, 15_000);

  test('alive but silent: cut within its limit; candles and prices come by REST meanwhile', async () => {
    bench = await feedBench([btc], { haste: 20 });
    await bench.startWith(wanted([btc]));
    const first = bench.count('btcusdt@kline_1m');
    await expect.poll(() => bench.count('btcusdt@kline_1m'), { timeout: 3000 }).toBe(first + 1);
    // Subscribed again, and silent still: the market goes on.
    bench.market.now = minuteOf(3) + 1000;
    await expect.poll(() => bench.released(btc).at(-1)?.openTime).toBe(minuteOf(2));
    expect(bench.told('stream.live')).toHaveLength(1);
    const forming = plainCandle(btc, minuteOf(3)).open;
    await expect.poll(() => bench.prices.at(-1)?.price).toBe(forming);
    bench.playForming(3, [btc]);
    await bench.stands('live', 2);
  }, 15_000);

  test('one stream silent among others: repaired, subscribed anew, then polled', async () => {
    const [a = '', b = ''] = pairsOf(2);
    bench = await feedBench([a, b], { haste: 20 });
    await bench.startWith(wanted([a, b]));
    const lives = (pair: string): number =>
      bench.told('stream.live').filter(({ stream }) => stream.pair === pair).length;
    let index = 0;
    const play = async (until: () => boolean): Promise<void> => {
      for (const end = index + 300; !until() && index < end; index += 1) {
        await bench.playMinute(index, [a]);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      expect(until()).toBe(true);
    };
    // Twice it seemed overdue; the second time the connection was cut, and only the other came back.
    await play(() => lives(a) === 2);
    expect(lives(b)).toBe(2);
    const polled = bench.released(b).length;
    await play(() => bench.released(b).length > polled + 40);
    expect(lives(b)).toBe(2);
    expect(bench.told('stream.stale').filter(({ stream }) => stream.pair === b)).toHaveLength(2);
    expect(bench.released(b)).toEqual(truth(b, -20, bench.released(b).length - 21));
    // Its frames come back.
    await play(() => {
      bench.playForming(index, [b]);
      return lives(b) === 3;
    });
    expect(bench.released(a)).toEqual(truth(a, -20, bench.released(a).length - 21));
  }, 30_000);

  test('a peer that no longer answers does not hold up the end', async () => {
    bench = await feedBench([btc]);
    await bench.startWith(wanted([btc]));
    bench.market.freeze();
    const began = performance.now();
    await bench.feed.stop();
    expect(performance.now() - began).toBeLessThan(1000);
  });
});

describe('REST', () => {
  test('history in the thousands comes page by page, with its progress', async () => {
    bench = await feedBench([btc]);
    await bench.startWith(wanted([btc], 2500));
    expect(bench.released(btc)).toEqual(truth(btc, -2500, -1));
    expect(bench.market.asked).toHaveLength(3);
    expect(bench.told('backfill.progressed').at(-1)).toMatchObject({ loaded: 2500, wanted: 2500 });
  });

  test('down at the repair: stale, asked again with patience, whole when it is back', async () => {
    bench = await feedBench([btc], { haste: 10 });
    await bench.startWith(wanted([btc]));
    bench.market.restDown = true;
    await bench.playMinute(1, [btc]);
    await bench.playMinute(2, [btc]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(bench.told('stream.live')).toHaveLength(1);
    bench.market.restDown = false;
    await bench.stands('live', 2);
    expect(bench.released(btc)).toEqual(truth(btc, -20, 2));
  }, 15_000);

  test('a venue that fell behind the clock has no half candle taken for a whole one', async () => {
    bench = await feedBench([btc], { speed: 600 });
    const { market } = bench;
    await bench.startWith(wanted([btc]));
    await bench.playMinute(0, [btc]);
    // The venue stands still in the middle of minute 1; the clock runs ahead of it by minutes.
    market.now = minuteOf(1) + 20_000;
    market.drop();
    await expect.poll(() => bench.clock.market()).toBeGreaterThan(minuteOf(3));
    await bench.subscribedAnew([btc]);
    bench.playForming(1, [btc]);
    await bench.stands('live', 2);
    expect(bench.released(btc)).toEqual(truth(btc, -20, 0));
    await bench.playMinute(1, [btc]);
    await expect.poll(() => bench.released(btc).length).toBe(22);
    expect(bench.released(btc)).toEqual(truth(btc, -20, 1));
  }, 15_000);

  test('a clock that stands where the journal ended does not end history there', async () => {
    bench = await feedBench([btc]);
    bench.clock.observe(minuteOf(-9000));
    await bench.startWith(wanted([btc]));
    expect(bench.released(btc)).toEqual(truth(btc, -20, -1));
  });
});

describe('pairs', () => {
  test('one the venue does not list is said, and the rest run', async () => {
    bench = await feedBench([btc]);
    await bench.startWith(wanted(['NOPE/USDT', btc]));
    expect(bench.told('stream.stale')).toMatchObject([{ stream: { pair: 'NOPE/USDT' } }]);
    await bench.feed.add({ stream: minute('GONE/USDT'), bars: 5 });
    await bench.playMinute(0, [btc]);
    await expect.poll(() => bench.released(btc)).toEqual(truth(btc, -20, 0));
  });

  test('one added while running goes live beside the others, which lose nothing', async () => {
    const [a = '', b = ''] = pairsOf(2);
    bench = await feedBench([a, b]);
    await bench.startWith(wanted([a]));
    await bench.playMinute(0, [a]);
    await bench.feed.add({ stream: minute(b), bars: 7 });
    for (const index of [1, 2, 3]) await bench.playMinute(index, [a, b]);
    await expect.poll(() => bench.released(b).at(-1)?.openTime).toBe(minuteOf(3));
    expect(bench.released(b)).toEqual(truth(b, -6, 3));
    expect(bench.released(a)).toEqual(truth(a, -20, 3));
  });
});

test('prices come of every trade and kline, in order of the venue, at its own time', async () => {
  bench = await feedBench([btc]);
  const { market } = bench;
  await bench.startWith(wanted([btc]));
  // Once this one is here, so is everything that was shown before it.
  market.send([market.trade(btc, '149')]);
  await expect.poll(() => bench.prices.at(-1)?.price).toBe(149);
  const from = bench.prices.length;
  const { open, close } = plainCandle(btc, minuteOf(0));
  const at = market.now;
  // A close told again, however lately, is no price of now.
  const old = market.kline(btc, plainCandle(btc, minuteOf(-1)), true);
  market.send([market.trade(btc, '150.5'), market.trade(btc, '0'), old, market.trade(btc, '151')]);
  await bench.playMinute(0, [btc]);
  await expect.poll(() => bench.prices.length).toBe(from + 4);
  expect(bench.prices.slice(from)).toEqual([
    { pair: btc, price: 150.5, at },
    { pair: btc, price: 151, at },
    { pair: btc, price: open, at: minuteOf(0) + 30_000 },
    { pair: btc, price: close, at: minuteOf(1) },
  ]);
});
