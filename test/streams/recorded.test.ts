// Candle files played as a feed: the file's own candles, history first, prices before the close they
// lead to, at the consumer's pace, and the same as the live feed makes of the same market.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import type { Timeframe } from '../../src/domain/time.ts';
import { RecordedFeed } from '../../src/feed/recorded.ts';
import { readCandles } from '../../src/history/csv.ts';
import type { ClosedCandle, FeedNews, PriceUpdate } from '../../src/ports.ts';
import { aggregate } from '../../src/sandbox/market.ts';
import { recordedMarket } from '../../src/sandbox/recorded.ts';
import { minuteOf } from '../support/feed-bench.ts';
import { minuteMs, plainCandle } from '../support/scripted-market.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-recorded-'));
afterAll(() => rmSync(directory, { recursive: true }));

const pairs = ['BTC/USDT', 'ETH/USDT'];

/** Sixty minutes of a pair; `hole` leaves minutes out. */
function file(pair: string, hole: readonly number[] = []) {
  const rows = Array.from({ length: 60 }, (_, index) => index)
    .filter((index) => !hole.includes(index))
    .map((index) => {
      const { openTime, open, high, low, close, volume } = plainCandle(pair, minuteOf(index));
      return [openTime, open, high, low, close, volume].join(',');
    });
  const path = join(directory, `${pair.replace('/', '')}-${hole.length}.csv`);
  writeFileSync(path, ['timestamp,open,high,low,close,volume', ...rows].join('\n'));
  return { pair, timeframe: '1m' as const, path };
}

function bench(files: ConstructorParameters<typeof RecordedFeed>[0]['files'], from: number) {
  const clock = createClock(1, () => 0);
  const story: (ClosedCandle | PriceUpdate | FeedNews)[] = [];
  let atOnce = 0;
  const taken = async (): Promise<void> => {
    expect(atOnce).toBeGreaterThan(0);
    atOnce = 0;
    await new Promise((resolve) => setImmediate(resolve));
    expect(atOnce).toBe(0);
  };
  const feed = new RecordedFeed({ files, from, clock, taken });
  const note = (item: ClosedCandle | PriceUpdate | FeedNews): void => {
    atOnce += 1;
    story.push(item);
  };
  feed.prices.subscribe(note);
  feed.candles.subscribe(note);
  feed.news.subscribe(note);
  const candles = (pair: string, timeframe: Timeframe, backfilled: boolean): Candle[] =>
    story.flatMap((item) =>
      'candle' in item &&
      item.stream.pair === pair &&
      item.stream.timeframe === timeframe &&
      item.backfilled === backfilled
        ? [item.candle]
        : [],
    );
  return { feed, story, candles, clock };
}

const truth = (pair: string, from: number, to: number): Candle[] =>
  Array.from({ length: to - from }, (_, index) => plainCandle(pair, minuteOf(from + index)));

test('history first, then every candle once, in order, several pairs side by side', async () => {
  const { feed, candles, clock } = bench(
    pairs.map((pair) => file(pair)),
    minuteOf(20),
  );
  await feed.start(pairs.map((pair) => ({ stream: { pair, timeframe: '1m' }, bars: 5 })));
  for (const pair of pairs) expect(candles(pair, '1m', true)).toEqual(truth(pair, 15, 20));
  expect(clock.market()).toBe(minuteOf(20));
  await feed.play();
  for (const pair of pairs) expect(candles(pair, '1m', false)).toEqual(truth(pair, 20, 60));
  expect(clock.market()).toBe(minuteOf(60));
});

test('prices go open, low, high, close, and only then the candle', async () => {
  const [pair = ''] = pairs;
  const { feed, story } = bench([file(pair)], minuteOf(58));
  await feed.start([{ stream: { pair, timeframe: '1m' }, bars: 1 }]);
  story.length = 0;
  await feed.play();
  const expected = [58, 59].flatMap((index) => {
    const candle = plainCandle(pair, minuteOf(index));
    const { open, low, high, close } = candle;
    const prices = [open, low, high, close].map((price, step) => ({
      ...{ pair, price, at: minuteOf(index) + step * 20_000 },
    }));
    return [...prices, { stream: { pair, timeframe: '1m' }, candle, backfilled: false }];
  });
  expect(story).toEqual(expected);
});

test('coarser candles are made of the recorded ones, whole ones only; holes are flat', async () => {
  const [pair = ''] = pairs;
  const { feed, candles } = bench([file(pair, [23, 24, 30, 31, 32, 33, 34])], minuteOf(20));
  await feed.start([
    { stream: { pair, timeframe: '1m' }, bars: 1 },
    { stream: { pair, timeframe: '5m' }, bars: 3 },
    { stream: { pair, timeframe: '1h' }, bars: 3 },
  ]);
  await feed.play();
  const minutes = candles(pair, '1m', false);
  expect(minutes.map(({ openTime }) => openTime)).toEqual(
    truth(pair, 20, 60).map((c) => c.openTime),
  );
  const { close } = plainCandle(pair, minuteOf(22));
  expect(minutes[3]).toEqual(emptyCandle(minuteOf(23), close));
  const fives = candles(pair, '5m', false);
  expect(fives).toHaveLength(8);
  const parts = truth(pair, 20, 23);
  expect(fives[0]).toEqual({
    openTime: minuteOf(20),
    open: parts[0]?.open,
    high: Math.max(...parts.map(({ high }) => high)),
    low: Math.min(...parts.map(({ low }) => low)),
    close,
    volume: parts.reduce((sum, { volume }) => sum + volume, 0),
  });
  expect(fives[2]).toEqual(emptyCandle(minuteOf(30), plainCandle(pair, minuteOf(29)).close));
  expect(candles(pair, '5m', true)).toHaveLength(3);
  expect(candles(pair, '1h', false)).toHaveLength(1);
});

test('a stream added on the way gets its history; one without a file is said', async () => {
  const [a = '', b = ''] = pairs;
  const { feed, candles, story } = bench([file(a), file(b)], minuteOf(20));
  await feed.start([
    { stream: { pair: a, timeframe: '1m' }, bars: 1 },
    { stream: { pair: 'NOPE/USDT', timeframe: '1m' }, bars: 1 },
  ]);
  expect(story).toContainEqual(expect.objectContaining({ type: 'stream.stale' }));
  feed.candles.subscribe(({ stream, candle }) => {
    if (stream.pair !== a || candle.openTime !== minuteOf(30)) return;
    void feed.add({ stream: { pair: b, timeframe: '1m' }, bars: 4 });
  });
  await feed.play();
  const seen = [...candles(b, '1m', true), ...candles(b, '1m', false)];
  expect(seen.map(({ openTime }) => openTime)).toEqual(
    truth(b, 27, 60).map(({ openTime }) => openTime),
  );
});

test('a stop ends the play', async () => {
  const [pair = ''] = pairs;
  const { feed, candles } = bench([file(pair)], minuteOf(0));
  await feed.start([{ stream: { pair, timeframe: '1m' }, bars: 1 }]);
  feed.candles.subscribe(({ candle }) => {
    if (candle.openTime === minuteOf(10)) void feed.stop();
  });
  await feed.play();
  expect(candles(pair, '1m', false).at(-1)?.openTime).toBe(minuteOf(10));
});

test('an unsound candle in a file is refused by its line', async () => {
  const path = join(directory, 'unsound.csv');
  writeFileSync(path, `timestamp,open,high,low,close,volume\n${minuteOf(0)},1,0.5,0.5,1,1\n`);
  const { feed } = bench([{ pair: 'BTC/USDT', timeframe: '1m', path }], minuteOf(0));
  await expect(feed.start([])).rejects.toThrow(`${path}:2: expected high ≥ open and close`);
});

const recording = '../shared/data/binance-BTCUSDT-1m.20210610-20210710.csv.gz';
test.skipIf(!existsSync(recording))(
  'the recorded month in ../shared/data: what the sandbox makes of it, at every timeframe',
  async () => {
    const [pair = ''] = pairs;
    const given = { pair, timeframe: '1m' as const, path: recording };
    const candles = await readCandles(recording);
    const from = (candles[1000]?.openTime ?? 0) + minuteMs;
    const { feed, candles: seen } = bench([given], from);
    const timeframes = ['1m', '15m', '4h'] as const;
    await feed.start(timeframes.map((timeframe) => ({ stream: { pair, timeframe }, bars: 10 })));
    await feed.play();
    expect(seen(pair, '1m', false)).toHaveLength(candles.length - 1001);
    const market = await recordedMarket([given]);
    for (const timeframe of ['15m', '4h'] as const) {
      const own = seen(pair, timeframe, false);
      expect(own.length).toBeGreaterThan(100);
      expect(own).toEqual(
        own.map(({ openTime }) =>
          aggregate(market, pair, timeframe, openTime, Number.POSITIVE_INFINITY),
        ),
      );
    }
  },
  30_000,
);
