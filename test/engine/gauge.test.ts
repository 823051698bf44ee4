// What the engine hands to the breakers: every measure of market, data and venue under its name, missing
// where there is no verdict, never at a price update's cost.
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { BREAKER_IDS, BREAKERS } from '../../src/domain/breaker.ts';
import { DEFAULT_LEVELS as levels } from '../../src/domain/breaker-levels.ts';
import { emptyCandle } from '../../src/domain/candle.ts';
import { VenueHealth } from '../../src/domain/venue-health.ts';
import { Gauges } from '../../src/engine/gauge.ts';
import { measuredVenue } from '../../src/engine/measured-venue.ts';
import { createMonth } from '../../src/engine/month.ts';
import { createWatch } from '../../src/engine/watch.ts';
import type { Outcome, Venue, VenueNews } from '../../src/ports.ts';
import { entry } from '../venue/bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = 20_000 * 24 * hour;
const pairs = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;

function bench() {
  const now = { market: start, monotonic: 0, skew: 0 };
  const clock = {
    market: () => now.market,
    wall: () => now.market + now.skew,
    monotonic: () => now.monotonic,
    observe() {},
  };
  const watch = createWatch(() => {});
  const health = new VenueHealth();
  let lots: number | undefined;
  const gauges = new Gauges({
    ...{ levels, clock, watch, health, isRealTime: true, month: createMonth(levels) },
    pairs: () => pairs,
    missingLots: () => lots,
  });
  return {
    ...{ now, watch, health, gauges },
    missing(some: number) {
      lots = some;
    },
    /** Another second: a price of each pair, and a look. */
    second(price = 100) {
      now.market += 1000;
      now.monotonic += 1000;
      for (const pair of pairs) watch.update({ pair, price, at: now.market });
      gauges.sample();
    },
    read: (id: string, on = '') => gauges.readings().find((one) => one.id === id && one.on === on),
  };
}

test('a start trips nothing, whatever is not known yet', () => {
  const { gauges, second, now } = bench();
  for (let round = 0; round < 5; round += 1) second();
  for (const { id, on, value } of gauges.readings()) {
    expect(value, id).toBeLessThan(BREAKERS[id].trip(levels, on) ?? Number.POSITIVE_INFINITY);
  }
  expect(now.market).toBe(start + 5000);
});

test('every breaker that closes on its measure is measured here, or follows from the book', () => {
  const { gauges, second, missing } = bench();
  missing(0);
  const month = Array.from({ length: 900 }, (_, at) => start - (900 - at) * hour);
  for (const [asset, pair] of pairs.entries()) {
    for (const [at, openTime] of month.entries()) {
      const candle = emptyCandle(openTime, 100 + ((at * (asset + 7)) % 13));
      gauges.closed({ stream: { pair, timeframe: '1h' }, candle, backfilled: true });
    }
  }
  gauges.closed({ stream, candle: emptyCandle(start - minute, 100), backfilled: false });
  for (let round = 0; round < 5; round += 1) second();
  const measured = new Set(gauges.readings().map(({ id }) => id));
  const ofBook = BREAKER_IDS.filter((id) => /^(weekly|drawdown|slippage|loss|entries)/.test(id));
  expect([...measured, ...ofBook].sort()).toEqual([...BREAKER_IDS].sort());
});

test('the feed: silent, late, off the clock, and fresh again after three updates', () => {
  const { now, second, read, gauges } = bench();
  second();
  gauges.closed({ stream, candle: emptyCandle(start - minute, 100), backfilled: false });
  now.market += 90_000;
  now.monotonic += 90_000;
  gauges.sample();
  expect(read('feed-silence')).toMatchObject({ value: 90, isCalm: false });
  expect(read('stale-data', 'BTC')?.value).toBeGreaterThan(1.5);
  expect(read('stale-market')).toMatchObject({ value: 1, isCalm: false });
  const open = now.market - (now.market % minute) - minute;
  gauges.closed({ stream, candle: emptyCandle(open, 100), backfilled: false });
  second();
  second();
  expect(read('feed-silence')).toMatchObject({ value: 0, isCalm: true });
  expect(read('stale-data', 'BTC')).toMatchObject({ value: 0, isCalm: true });
  now.skew = -2500;
  expect(read('clock-skew')).toMatchObject({ value: 2.5, isCalm: false });
});

test('candles: a bad one, and a gap until its stream is whole again', () => {
  const { gauges, read } = bench();
  gauges.heard({ type: 'candle.rejected', stream, reason: 'NaN' });
  gauges.heard({ type: 'gap.found', stream, from: 0, to: 1 });
  expect(read('data-sanity', 'BTC')).toMatchObject({ value: 2, isCalm: false });
  gauges.heard({ type: 'stream.live', stream });
  for (let at = 0; at < 3; at += 1) {
    gauges.closed({ stream, candle: emptyCandle(start + at * minute, 100), backfilled: false });
  }
  expect(read('data-sanity', 'BTC')).toMatchObject({ value: 0, isCalm: true });
});

test('a price that leaves its band is measured against the marks before it', () => {
  const { second, read, watch, now } = bench();
  for (let round = 0; round < 60; round += 1) second();
  watch.update({ pair: 'BTC/USDT', price: 94, at: now.market });
  expect(read('price-band', 'BTC')).toMatchObject({ isCalm: false });
  expect(read('price-band', 'BTC')?.value).toBeCloseTo(0.06, 12);
  expect(read('price-band', 'ETH')).toMatchObject({ value: 0, isCalm: true });
});

test('the venue is heard while it works: refusals, failures, and what it is silent about', async () => {
  const { health, read, missing } = bench();
  const news = new Subject<VenueNews>();
  let outcome: Outcome = { kind: 'rejected', code: '-2010', message: 'no' };
  const venue: Venue = {
    ...{ name: 'noting', news, connect: async () => new Map(), close: async () => {} },
    instruments: async () => new Map(),
    place: async () => outcome,
    cancel: async () => ({ kind: 'unknown', reason: 'no answer' }),
    balances: () => Promise.reject(new Error('timeout')),
    ...{ find: async () => undefined, fills: async () => [], openOrders: async () => [] },
  };
  const through = measuredVenue(venue, health, { monotonic: () => 0 });
  for (let order = 0; order < 5; order += 1) await through.place(entry);
  outcome = { kind: 'not-sent', code: 'kill-switch', message: 'no' };
  await through.place(entry);
  expect(read('reject-run')).toMatchObject({ value: 5 });
  await expect(through.balances()).rejects.toThrow('timeout');
  news.next({ type: 'reports.lost', reason: 'gone' });
  outcome = { kind: 'unknown', reason: 'no answer' };
  await through.place(entry);
  expect(read('venue-errors')).toMatchObject({ value: 3, isCalm: false });
  expect(read('reconciliation')).toBeUndefined();
  news.next({ type: 'requests.banned', forMs: 60_000 });
  expect(read('venue-errors')).toMatchObject({ value: levels.venueErrors, isCalm: false });
  // A person who looks clears what was, not what is.
  health.clear();
  expect(read('venue-errors')).toMatchObject({ value: levels.venueErrors, isCalm: false });
  missing(3);
  expect(read('reconciliation')).toMatchObject({ value: 3, isCalm: false });
});
