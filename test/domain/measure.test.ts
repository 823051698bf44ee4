// What the breakers of market, data and venue measure: each on made series, with what is missing, late or no
// number; and how often the slow ones would have tripped on real candles.
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LEVELS as levels } from '../../src/domain/breaker-levels.ts';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import { crowdings } from '../../src/domain/crowding.ts';
import { HOURS_KEPT, Hours } from '../../src/domain/hourly.ts';
import { PriceBand } from '../../src/domain/price-band.ts';
import { Pulse } from '../../src/domain/pulse.ts';
import { Punctuality } from '../../src/domain/punctuality.ts';
import { Sanity } from '../../src/domain/sanity.ts';
import { chanceOf, normalQuantile } from '../../src/domain/statistic.ts';
import { VenueHealth } from '../../src/domain/venue-health.ts';
import { median, Volatility } from '../../src/domain/volatility.ts';
import { readCandles } from '../../src/history/csv.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24;

describe('price band', () => {
  test('is the distance from the mean of five minutes; fewer than three marks are no mean', () => {
    const band = new PriceBand();
    expect(band.distance(0, 100)).toBeUndefined();
    for (let second = 0; second < 300; second += 1) band.push(second * 1000, 100);
    expect(band.distance(300_000, 95)).toBeCloseTo(0.05, 12);
    expect(band.distance(300_000, 105)).toBeCloseTo(0.05, 12);
    // Minutes later the old price is forgotten.
    expect(band.distance(597_001, 95)).toBeUndefined();
    for (let second = 600; second < 605; second += 1) band.push(second * 1000, 95);
    expect(band.distance(605_000, 95)).toBe(0);
  });

  test('a mark that is none has no distance, and leaves with its minutes', () => {
    const band = new PriceBand();
    for (const price of [Number.NaN, 100, 100]) band.push(0, price);
    expect(band.distance(0, 100)).toBeNaN();
    for (let second = 400; second < 403; second += 1) band.push(second * 1000, 100);
    expect(band.distance(403_000, 110)).toBeCloseTo(0.1, 12);
  });
});

test('pulse: silent from the last update seen, fresh again after as many as are asked for', () => {
  const pulse = new Pulse(0, 30_000);
  pulse.look(5, 1000);
  expect([pulse.silentMs(31_000), pulse.isFresh(1000, 3)]).toEqual([30_000, true]);
  pulse.look(5, 31_000);
  expect(pulse.isFresh(31_000, 3)).toBe(false);
  pulse.look(7, 40_000);
  expect([pulse.silentMs(40_000), pulse.isFresh(40_000, 3)]).toEqual([0, false]);
  pulse.look(8, 41_000);
  expect(pulse.isFresh(41_000, 3)).toBe(true);
});

test('punctuality: the oldest last close of an asset, in candles, unless it was heard just now', () => {
  const late = new Punctuality();
  expect(late.ages(0, 0).size).toBe(0);
  const stream = (timeframe: '1m' | '1h') => ({ pair: 'BTC/USDT', timeframe }) as const;
  late.closed(stream('1m'), emptyCandle(0, 100), 0);
  late.closed(stream('1h'), emptyCandle(-hour, 100), 0);
  // A market played fast is ten candles on within a second of the machine's time.
  expect(late.ages(11 * minute, 1000).get('BTC')).toBe(0);
  expect(late.ages(2.5 * minute, 90_000).get('BTC')).toBe(1.5);
  late.closed(stream('1m'), emptyCandle(89 * minute, 100), 5_400_000);
  expect(late.ages(90 * minute, 5_400_000).get('BTC')).toBe(1.5);
});

test('sanity: a bad candle until enough sound ones, a gap until it is filled', () => {
  const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
  const sanity = new Sanity(3);
  const read = () => sanity.read().get('BTC');
  sanity.rejected(stream);
  sanity.gapped(stream);
  expect(read()).toEqual({ defects: 2, sound: 0 });
  sanity.repaired(stream);
  for (const isLive of [false, false, false, true, true]) sanity.closed(stream, isLive);
  expect(read()).toEqual({ defects: 1, sound: 2 });
  sanity.closed(stream, true);
  expect(read()).toEqual({ defects: 0, sound: 3 });
  sanity.gapped({ pair: 'ETH/USDT', timeframe: '1m' });
  expect([read()?.defects, sanity.read().get('ETH')?.defects]).toEqual([0, 1]);
});

test('venue health: refusals in a row and in share, errors, the slow twentieth, over five minutes', () => {
  const health = new VenueHealth();
  expect([health.refusedShare(0, 20), health.ackMs(0), health.errors(0)]).toEqual([0, 0, 0]);
  for (let order = 0; order < 19; order += 1) health.answered(1000, 100, 'taken');
  health.answered(1000, 5000, 'unknown');
  expect([health.ackMs(1000), health.slowestMs(1000), health.errors(1000)]).toEqual([100, 5000, 1]);
  health.answered(2000, 3000, 'refused');
  // Nobody knows what became of it: that is no acceptance.
  health.answered(2000, 3000, 'unknown');
  health.answered(2000, 3000, 'refused');
  expect([health.refusals, health.ackMs(2000)]).toEqual([2, 3000]);
  expect(health.refusedShare(2000, 20)).toBeCloseTo(2 / 23, 12);
  expect(health.refusedShare(2000, 24)).toBe(0);
  expect(health.refusedShare(301_500, 1)).toBeCloseTo(2 / 3, 12);
  health.answered(301_500, 1, 'taken');
  expect([health.refusals, health.errors(400_000), health.slowestMs(700_000)]).toEqual([0, 0, 0]);
  health.answered(800_000, 1, 'refused');
  health.failed(800_000);
  health.clear();
  expect([health.refusals, health.errors(800_000), health.refusedShare(800_000, 1)]).toEqual([
    0, 0, 0,
  ]);
});

/** Hours of normal returns of `sd`, `calm` of them, then as many as `after` says. */
function noise(seed: number, calm: number, after: readonly number[] = []): number[] {
  const chance = chanceOf(seed);
  const normal = (): number => normalQuantile(Math.max(1e-12, chance())) * 0.01;
  return [...Array.from({ length: calm }, normal), ...after];
}

describe('volatility', () => {
  const of = (returns: readonly number[]): Volatility => {
    const volatility = new Volatility();
    for (const value of returns) volatility.push(value);
    return volatility;
  };

  test('is 1 where nothing changes, and what it is now against the month where something does', () => {
    expect(of(Array.from({ length: 900 }, () => 0.01)).last(2)).toEqual([1, 1]);
    const [wild = 0] = of(noise(1, 900, [0.12, -0.1, 0.11])).last(1) ?? [];
    expect(wild).toBeGreaterThan(3);
    expect(Math.max(...(of(noise(2, 900)).last(500) ?? []))).toBeLessThan(2.5);
  });

  test('says nothing before it has a week, 0 of a market that stands still, NaN of what is none', () => {
    expect(of(noise(1, 7 * day + 47)).last(6)).toBeUndefined();
    expect(of(noise(1, 7 * day + 50)).last(6)).toHaveLength(3);
    expect(of(Array.from({ length: 300 }, () => 0)).last(1)).toEqual([0]);
    expect(of([...noise(1, 300), Number.NaN, 0.01]).last(1)).toEqual([Number.NaN]);
  });

  test('asked seldom or always, it says the same', () => {
    const volatility = new Volatility();
    const seldom = of(noise(3, 2000));
    for (const value of noise(3, 2000)) {
      volatility.push(value);
      volatility.last(1);
    }
    expect(volatility.last(6)).toEqual(seldom.last(6));
    expect(median([3, 1, 2, 10])).toBe(2.5);
  });
});

describe('crowding', () => {
  const assets = (count: number, hours: number, own: number) => {
    const common = noise(9, hours);
    return Array.from({ length: count }, (_, asset) => {
      const alone = noise(100 + asset, hours);
      const part = (at: number): number => own * (alone[at] ?? 0) + (common[at] ?? 0);
      return new Map(common.map((_, at) => [at * hour, part(at)] as const));
    });
  };

  test('is 1 where all are one, near 0 where none knows of another, between where they share half', () => {
    expect(crowdings(assets(4, 840, 0), 1)?.[0]?.rho).toBeCloseTo(1, 9);
    const [half] = crowdings(assets(4, 840, 1), 1) ?? [];
    expect(half?.rho).toBeGreaterThan(0.25);
    expect(half?.rho).toBeLessThan(0.75);
  });

  test('a spike is told in deviations of its own month', () => {
    const before = assets(3, 800, 2);
    const crash = before.map(
      (asset) => new Map([...asset, ...[800, 801, 802].map((at) => [at * hour, -0.1] as const)]),
    );
    const [now, , , then] = crowdings(crash, 4) ?? [];
    expect(now?.rho).toBeGreaterThan(0.6);
    expect(now?.z).toBeGreaterThan(2);
    expect(then?.z).toBeLessThan(2);
  });

  test('fewer than three assets, or too short a history, are no crowd; a short one among them is left out', () => {
    expect(crowdings(assets(2, 840, 1), 1)).toBeUndefined();
    expect(crowdings(assets(3, 200, 1), 1)).toBeUndefined();
    const young = new Map([[839 * hour, 0.1]]);
    const old = assets(3, 840, 1);
    expect(crowdings([...old, young], 2)).toEqual(crowdings(old, 2));
    const blind = old.map((asset) => new Map([...asset, [840 * hour, Number.NaN]]));
    expect(crowdings(blind, 1)?.[0]?.rho).toBeNaN();
  });
});

test('hours: one return an hour, none twice, no more than are kept', () => {
  const hours = new Hours();
  const candle = (at: number, close: number): Candle => emptyCandle(at * hour, close);
  for (const [at, close] of [
    [0, 100],
    [1, 110],
    [1, 120],
    [0, 90],
    [2, 110],
  ] as const) {
    hours.push(candle(at, close));
  }
  expect([...hours.returns]).toEqual([
    [hour, Math.log(1.1)],
    [2 * hour, 0],
  ]);
  for (let at = 3; at < 2000; at += 1) hours.push(candle(at, 110));
  expect(hours.returns.size).toBe(HOURS_KEPT);
});

/** Times a breaker opens on a series that is above its trip, below its reset for six hours before it closes. */
function openings<Value>(
  series: readonly Value[],
  isTripped: (value: Value) => boolean,
  isCalm: (value: Value) => boolean,
): number {
  let [isOpen, calm, count] = [false, 0, 0];
  for (const value of series) {
    calm = isCalm(value) ? calm + 1 : 0;
    if (isOpen && calm >= levels.volatilityHours) isOpen = false;
    if (isOpen || !isTripped(value)) continue;
    isOpen = true;
    count += 1;
  }
  return count;
}

const recorded = (pair: string, days: string): string =>
  `../shared/data/binance-${pair}USDT-1h.${days}.csv.gz`;
const decade = recorded('BTC', '20170817-20240421');
const year = [
  recorded('BTC', '20240101-20240906'),
  recorded('ETH', '20240101-20240906'),
  recorded('SOL', '20240101-20240907'),
];
const hoursAMonth = 30 * day;

test.skipIf(!existsSync(decade))(
  'real candles: volatility trips about once in two months',
  async () => {
    const hours = new Hours();
    const ratios: number[] = [];
    for (const candle of await readCandles(decade)) {
      hours.push(candle);
      ratios.push(hours.volatility.last(1)?.[0] ?? 0);
    }
    const isCalm = (ratio: number): boolean => ratio < levels.volatilityReset;
    const aMonth = (trip: number): number =>
      (openings(ratios, (ratio) => ratio >= trip, isCalm) * hoursAMonth) / ratios.length;
    expect(aMonth(levels.volatilityScale)).toBeGreaterThan(0.3);
    expect(aMonth(levels.volatilityScale)).toBeLessThan(0.8);
    expect(aMonth(levels.volatilityPause)).toBeGreaterThan(0.03);
    expect(aMonth(levels.volatilityPause)).toBeLessThan(0.3);
  },
);

test.skipIf(!year.every((path) => existsSync(path)))(
  'real candles: the correlation of three assets spikes about once in two months',
  async () => {
    const files = await Promise.all(year.map(readCandles));
    const assets = files.map(() => new Hours());
    const series = (files[0] ?? []).flatMap((_, at) => {
      for (const [place, file] of files.entries()) {
        const candle = file[at];
        if (candle !== undefined) assets[place]?.push(candle);
      }
      return (
        crowdings(
          assets.map(({ returns }) => returns),
          1,
        ) ?? []
      );
    });
    const isCalm = ({ rho, z }: { rho: number; z: number }): boolean =>
      z < levels.correlationResetZ && rho < levels.correlationReset;
    const months = series.length / hoursAMonth;
    const scales = openings(
      series,
      ({ rho, z }) => z >= levels.correlationZ && rho >= levels.correlationScale,
      isCalm,
    );
    const pauses = openings(series, ({ rho }) => rho >= levels.correlationPause, isCalm);
    expect(months).toBeGreaterThan(7);
    expect(scales / months).toBeGreaterThan(0.25);
    expect(scales / months).toBeLessThan(1);
    expect(pauses / months).toBeLessThan(0.3);
  },
);
