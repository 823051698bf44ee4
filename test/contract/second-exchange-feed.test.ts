// The engine's own feed on an exchange that shares no code with ours: every candle once, in order, exactly
// as it was traded, several streams side by side, through out-of-order fields and unknown events.
import { afterEach, describe, expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Timeframe } from '../../src/domain/time.ts';
import { connectFeed } from '../../src/feed/connect.ts';
import type { ClosedCandle, Feed, FeedNews } from '../../src/ports.ts';
import { ownBudget } from '../support/budget.ts';
import { type SecondExchange, startSecondExchange } from '../support/second-exchange/exchange.ts';
import type { CandleText, MarketOptions } from '../support/second-exchange/market.ts';
import { recordedMinutes } from '../support/second-exchange/recording.ts';

const minuteMs = 60_000;
const candleWallMs = 60;
const [history, played] = [120, 45];
const assets = ['BTC', 'ETH', 'BNB'];

const generated = (asset: string): CandleText[] =>
  Array.from({ length: history + played }, (_, index) => {
    const open = 300 + asset.charCodeAt(0) + (index % 11) * 1.25;
    const close = 300 + asset.charCodeAt(0) + ((index + 1) % 11) * 1.25;
    return {
      openTime: 1_704_153_600_000 + index * minuteMs,
      open: open.toFixed(2),
      high: (Math.max(open, close) + 0.75).toFixed(2),
      low: (Math.min(open, close) - 0.5).toFixed(2),
      close: close.toFixed(2),
      volume: (5 + (index % 3)).toFixed(4),
    };
  });

let exchange: SecondExchange;
let feed: Feed;

afterEach(async () => {
  await feed.stop();
  await exchange.close();
});

const timeframes: readonly Timeframe[] = ['1m', '5m'];
const streams = assets.flatMap((asset) =>
  timeframes.map((timeframe) => ({ pair: `${asset}/USDT`, timeframe })),
);

type Candles = (asset: string) => CandleText[];

async function open(candlesOf: Candles): Promise<void> {
  const markets = assets.map(
    (asset): MarketOptions => ({
      base: asset,
      quote: 'USDT',
      tickSize: '0.01',
      stepSize: '0.0001',
      minNotional: '5',
      candles: candlesOf(asset),
      history,
    }),
  );
  const credentials = { key: 'k', secret: 's' };
  exchange = await startSecondExchange({ credentials, markets, balances: {}, candleWallMs });
  const address = `127.0.0.1:${exchange.port}`;
  const settings = {
    name: 'binance',
    endpoint: { rest: `http://${address}`, stream: `ws://${address}` },
    credentials: null,
    recvWindowMs: 5_000,
    budget: ownBudget(),
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const clock = createClock(minuteMs / candleWallMs);
  feed = connectFeed(settings, { clock, timers: nodeTimers, log });
}

/** What the given minutes make one candle of the stream. */
function madeOf(given: readonly CandleText[], openTime: number, lengthMs: number): object {
  const members = given.filter(
    (minute) => minute.openTime >= openTime && minute.openTime < openTime + lengthMs,
  );
  return {
    openTime,
    open: Number(members[0]?.open),
    high: Math.max(...members.map(({ high }) => Number(high))),
    low: Math.min(...members.map(({ low }) => Number(low))),
    close: Number(members.at(-1)?.close),
  };
}

async function expectWhole(
  own: () => ClosedCandle[],
  given: readonly CandleText[],
  lengthMs: number,
): Promise<void> {
  const end = (given[0]?.openTime ?? 0) + (history + played) * minuteMs;
  const newest = Math.floor(end / lengthMs) * lengthMs - lengthMs;
  await expect.poll(() => own().at(-1)?.candle.openTime, { timeout: 5_000 }).toBe(newest);
  const first = own()[0]?.candle.openTime ?? 0;
  expect(own().map(({ candle }) => candle)).toEqual(
    own().map((_, index) =>
      expect.objectContaining(madeOf(given, first + index * lengthMs, lengthMs)),
    ),
  );
  expect(own().some(({ backfilled }) => backfilled)).toBe(true);
  expect(own().some(({ backfilled }) => !backfilled)).toBe(true);
}

async function follow(candlesOf: Candles): Promise<void> {
  await open(candlesOf);
  const closed: ClosedCandle[] = [];
  const news: FeedNews[] = [];
  let prices = 0;
  feed.candles.subscribe((candle) => closed.push(candle));
  feed.news.subscribe((item) => news.push(item));
  feed.prices.subscribe(() => {
    prices += 1;
  });
  await feed.start(
    streams.map((stream) => ({ stream, bars: stream.timeframe === '1m' ? 100 : 10 })),
  );
  const pushed = played * assets.length;
  await expect.poll(() => exchange.candlesPushed(), { timeout: 10_000 }).toBe(pushed);
  for (const { pair, timeframe } of streams) {
    const own = (): ClosedCandle[] =>
      closed.filter(({ stream }) => stream.pair === pair && stream.timeframe === timeframe);
    const lengthMs = timeframe === '1m' ? minuteMs : 5 * minuteMs;
    await expectWhole(own, candlesOf(pair.split('/')[0] ?? ''), lengthMs);
  }
  expect(prices).toBeGreaterThan(pushed);
  expect(news.filter(({ type }) => /gap|rejected|corrected/.test(type))).toEqual([]);
  expect(exchange.refusals()).toEqual([]);
}

describe('our feed on the second exchange', () => {
  test('follows a generated market', () => follow(generated), 20_000);

  test.skipIf(recordedMinutes('BTC', 1) === undefined)(
    'follows the recorded candles of ../shared/data, where present',
    () => follow((asset) => recordedMinutes(asset, history + played) ?? []),
    20_000,
  );
});
