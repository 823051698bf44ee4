// A live feed joined to a scripted market, and everything it says written down.
import { expect } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import type { Millis } from '../../src/domain/time.ts';
import { connectFeed } from '../../src/feed/connect.ts';
import type { Clock, ClosedCandle, Feed, FeedNews, PriceUpdate, Timers } from '../../src/ports.ts';
import { ownBudget } from './budget.ts';
import {
  minuteMs,
  plainCandle,
  type ScriptedMarket,
  startScriptedMarket,
} from './scripted-market.ts';

const start = 1_704_153_600_000;

/** Open time of a minute, counted from where the live market begins. */
export const minuteOf = (index: number): Millis => start + index * minuteMs;

/** `count` pairs of different names. */
export const pairsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => {
    const letter = (at: number): string => String.fromCharCode(65 + at);
    return `C${letter(Math.floor(index / 26))}${letter(index % 26)}/USDT`;
  });

type NewsOf<T extends FeedNews['type']> = Extract<FeedNews, { type: T }>;

export interface FeedBench {
  readonly market: ScriptedMarket;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly candles: ClosedCandle[];
  readonly prices: PriceUpdate[];
  /** Starts the feed while the market shows its first frames, until all is live. */
  startWith(wanted: Parameters<Feed['start']>[0]): Promise<void>;
  /** Candles of one pair, in the order of their release. */
  released(pair: string): Candle[];
  /** Candles that were seen closing live. */
  live(): ClosedCandle[];
  told<T extends FeedNews['type']>(type: T): NewsOf<T>[];
  /** Whether nothing was said of gaps, rejects or corrections. */
  quiet(): boolean;
  /** One frame of each pair's candle in the making, 30 s into its minute. */
  playForming(index: number, pairs: readonly string[]): void;
  /** A minute of the market, closed in one chunk, `lost` without its closing frame. */
  playMinute(index: number, pairs: readonly string[], how?: { lost: boolean }): Promise<void>;
  /** How often a stream was subscribed. */
  count(name: string): number;
  /** Resolves once every pair has been subscribed one more time. */
  subscribedAnew(pairs: readonly string[]): Promise<void>;
  /** Resolves once `times` streams have been said to be live. */
  stands(what: 'live', times: number): Promise<void>;
  close(): Promise<void>;
}

const kline = (pair: string): string => `${pair.replace('/', '').toLowerCase()}@kline_1m`;

/** `name`: ccxt's of an exchange that speaks Binance's protocol; `haste`: how many times faster than the wall the feed's own timers and watchdogs run. */
export async function feedBench(
  pairs: readonly string[],
  { haste = 1, speed = 1, name = 'binance' } = {},
): Promise<FeedBench> {
  const market = await startScriptedMarket(pairs, plainCandle, minuteOf(0));
  const estimate = createClock(speed, () => performance.now() * haste);
  // The machine's clock stands where the market does: candles without event times go by it.
  const clock: Clock = { ...estimate, wall: () => market.now };
  const timers: Timers = {
    after: (delayMs, run) => nodeTimers.after(delayMs / haste, run),
    every: (periodMs, run) => nodeTimers.every(periodMs / haste, run),
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const settings = { name, endpoint: market.endpoint, credentials: null };
  const feed = connectFeed(
    { ...settings, recvWindowMs: 5000, budget: ownBudget() },
    { clock, timers, log },
  );
  const candles: ClosedCandle[] = [];
  const prices: PriceUpdate[] = [];
  const news: FeedNews[] = [];
  feed.candles.subscribe((candle) => candles.push(candle));
  feed.prices.subscribe((price) => prices.push(price));
  feed.news.subscribe((item) => news.push(item));

  const told = <T extends FeedNews['type']>(type: T): NewsOf<T>[] =>
    news.filter((item): item is NewsOf<T> => item.type === type);
  const count = (name: string): number =>
    market.subscribed.filter((subscribed) => subscribed === name).length;
  let known = 0;

  const bench: FeedBench = {
    ...{ market, feed, clock, candles, prices, told, count },
    async startWith(wanted) {
      const started = feed.start(wanted);
      const listed = wanted.map(({ stream }) => stream.pair).filter((pair) => pairs.includes(pair));
      // What is shown again and again changes nothing, so it can be shown until someone listens.
      const show = setInterval(() => {
        market.send(
          listed.map((pair) => {
            const { open } = plainCandle(pair, minuteOf(0));
            return market.kline(pair, emptyCandle(minuteOf(0), open), false);
          }),
        );
      }, 10);
      await started.finally(() => clearInterval(show));
      known = count(kline(listed[0] ?? ''));
    },
    released: (pair) =>
      candles.filter(({ stream }) => stream.pair === pair).map(({ candle }) => candle),
    live: () => candles.filter(({ backfilled }) => !backfilled),
    quiet: () => news.every(({ type }) => !/gap|rejected|corrected|stale/.test(type)),
    playForming(index, played) {
      market.now = Math.max(market.now, minuteOf(index) + 30_000);
      market.send(
        played.map((pair) => {
          const { open } = plainCandle(pair, minuteOf(index));
          return market.kline(pair, emptyCandle(minuteOf(index), open), false);
        }),
      );
    },
    async playMinute(index, played, { lost } = { lost: false }) {
      bench.playForming(index, played);
      market.now = minuteOf(index + 1);
      if (lost) return;
      market.send(
        played.map((pair) => market.kline(pair, plainCandle(pair, minuteOf(index)), true)),
      );
      // One turn of the loop, so that chunks are chunks.
      await new Promise((resolve) => setImmediate(resolve));
    },
    async subscribedAnew(played) {
      known += 1;
      const wait = { timeout: 5000 };
      for (const pair of played) {
        await expect.poll(() => count(kline(pair)), wait).toBeGreaterThanOrEqual(known);
      }
    },
    async stands(_, times) {
      await expect.poll(() => told('stream.live').length, { timeout: 8000 }).toBe(times);
    },
    async close() {
      await feed.stop();
      await market.close();
    },
  };
  return bench;
}
