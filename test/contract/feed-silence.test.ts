// A peer that is dead without having said so, on real sockets and by the wall clock: half open, or answering pings
// and sending nothing. It is noticed within 15 s, prices and candles come by REST within 30 s, and when frames
// come back the stream is live again. A market that is merely quiet is left in peace.
import { afterEach, describe, expect, test } from 'vitest';
import { emptyCandle } from '../../src/domain/candle.ts';
import { type FeedBench, feedBench, minuteOf } from '../support/feed-bench.ts';
import { plainCandle } from '../support/scripted-market.ts';

const pair = 'BTC/USDT';
const wanted = [{ stream: { pair, timeframe: '1m' as const }, bars: 20 }];
const name = 'btcusdt@kline_1m';
let bench: FeedBench;
let shows: NodeJS.Timeout | undefined;
afterEach(async () => {
  clearInterval(shows);
  await bench.close();
});

/** Time goes on in the market, with a frame every half second, as far as anyone hears of it. */
async function open(): Promise<void> {
  bench = await feedBench([pair]);
  const { market } = bench;
  await bench.startWith(wanted);
  const began = performance.now();
  shows = setInterval(() => {
    const now = minuteOf(0) + 1000 + (performance.now() - began);
    const openTime = Math.floor(now / 60_000) * 60_000;
    const isNew = openTime > Math.floor(market.now / 60_000) * 60_000;
    market.now = now;
    market.traded = 1 + (now % 60_000) / 60_000;
    const { open } = plainCandle(pair, openTime);
    market.send([
      ...(isNew ? [market.kline(pair, plainCandle(pair, openTime - 60_000), true)] : []),
      market.trade(pair, `${open}`),
      // What REST shows of a candle in the making, to the last digit.
      market.kline(pair, { ...emptyCandle(openTime, open), volume: market.traded }, false),
    ]);
  }, 500);
}

/** Seconds until something holds, measured from now. */
async function secondsUntil(holds: () => boolean, atMost: number): Promise<number> {
  const began = performance.now();
  await expect.poll(holds, { timeout: atMost * 1000, interval: 50 }).toBe(true);
  return (performance.now() - began) / 1000;
}

const isStale = (): boolean =>
  bench.told('stream.stale').length === bench.told('stream.live').length;

describe('by the wall clock', () => {
  test.each([
    { what: 'half open', begin: () => bench.market.freeze(), end: () => bench.market.thaw() },
    {
      what: 'answering pings and silent',
      begin: () => {
        bench.market.mute = true;
      },
      end: () => {
        bench.market.mute = false;
      },
    },
  ])(
    '$what: stale within 15 s, by REST within 30 s, live again with its frames',
    async ({ begin, end }) => {
      await open();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(isStale()).toBe(false);
      const [prices, asked, subscribed] = [
        bench.prices.length,
        bench.market.asked.length,
        bench.count(name),
      ];
      begin();
      const noticed = await secondsUntil(isStale, 15);
      const polled = await secondsUntil(() => bench.prices.length > prices, 30 - noticed);
      expect(bench.market.asked.length).toBeGreaterThan(asked);
      expect(noticed + polled).toBeLessThan(30);
      // Long enough for subscriptions and connections to be tried in vain.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      expect(isStale()).toBe(true);
      end();
      await secondsUntil(() => !isStale(), 30);
      expect(bench.count(name)).toBeGreaterThan(subscribed);
      const released = bench.released(pair);
      expect(released).toEqual(released.map((_, index) => plainCandle(pair, minuteOf(index - 20))));
    },
    90_000,
  );
});
