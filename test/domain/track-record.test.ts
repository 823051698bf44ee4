// The forward trades of a configuration, kept up to date one by one: always what the whole list says, and
// begun anew by exactly what begins anew.
import { describe, expect, test } from 'vitest';
import { drawdownOf } from '../../src/domain/drawdown.ts';
import {
  Cusum,
  type CusumRules,
  LikelihoodRatio,
  siegmundBound,
  sprtBounds,
} from '../../src/domain/drift.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import type { Verdict } from '../../src/domain/lifecycle-state.ts';
import {
  deflatedSharpe,
  flawOf,
  probabilisticSharpe,
  sampleOf,
} from '../../src/domain/performance.ts';
import { chanceOf } from '../../src/domain/statistic.ts';
import { TrackRecord } from '../../src/domain/track-record.ts';

const rules = DEFAULT_LIFECYCLE;
const baseline = { mean: 0.3, sd: 1 };
const chance = chanceOf(11);
const drawn = Array.from({ length: 300 }, () => Math.round(chance() * 40 - 18) / 10);

const recordOf = (returns: readonly number[], over: typeof baseline | null = baseline) => {
  const record = new TrackRecord(rules, over);
  for (const value of returns) record.push(value);
  return record;
};
const shape = ({ count, mean, sd, skew, kurtosis }: ReturnType<typeof sampleOf>) => ({
  ...{ count, mean, sd, skew, kurtosis },
});

test('is what its whole list says, however long', () => {
  for (const count of [0, 1, 49, 50, 63, 64, 65, 127, 128, 129, 300]) {
    const returns = drawn.slice(0, count);
    const record = recordOf(returns);
    expect([...record.returns]).toEqual(returns);
    expect(shape(record.sample)).toEqual(shape(sampleOf(returns)));
    expect(record.wins).toBe(returns.filter((value) => value > 0).length);
    expect(record.drawdown).toBe(drawdownOf(returns));
    const last = returns.slice(-50);
    if (count < 50) expect(record.recent).toBeUndefined();
    else expect(record.recent && shape(record.recent)).toEqual(shape(sampleOf(last)));
  }
});

test('a return of nothing is no win, and a drawdown deepens only while it falls below the last', () => {
  const record = new TrackRecord(rules, baseline);
  const deepened = [0, -1, 0.5, -0.5, -0.1, 3, -1].map((value) => {
    record.push(value);
    return record.hasDeepened;
  });
  expect(deepened).toEqual([false, true, false, false, true, false, false]);
  expect(record.wins).toBe(2);
});

test('asked twice, the bootstrap says the same; asked after another trade, it looks again', () => {
  const record = recordOf([-1, -1]);
  expect([record.bootstrapDrawdown, record.bootstrapDrawdown]).toEqual([2, 2]);
  record.push(-1);
  expect(record.bootstrapDrawdown).toBe(3);
  record.enter(null);
  expect(record.bootstrapDrawdown).toBeNaN();
});

describe('begins anew', () => {
  const verdict = (kind: Verdict['kind']): Verdict => ({
    ...{ kind, from: 'DISCOVERY', to: 'PAPER', at: 0, cause: 'look', measures: [] },
    sample: {
      ...{ count: 0, mean: 0, sd: 0, skew: 0, kurtosis: 0, winRate: null, flaw: null },
    },
    validated: { count: 30, mean: 0.6, sd: 2, provisional: false },
  });
  const seen = (record: TrackRecord) => ({
    ...{ returns: record.returns.length, counted: record.sample.count, wins: record.wins },
    ...{ drawdown: record.drawdown, deepened: record.hasDeepened, recent: record.recent?.count },
    ...{ sum: record.cusum.sum, ratio: record.logLikelihoodRatio, bound: record.cusum.bound },
  });
  const returns = [...drawn.slice(0, 60), -20];
  const before = seen(recordOf(returns));
  const bound = new Cusum({ mean: 0.6, sd: 2 }, rules.alarm.cusum).bound;
  const tests = { sum: 0, ratio: 0, bound };

  test.each([
    ['promoted', { returns: 0, counted: 0, wins: 0, drawdown: 0, deepened: false, ...tests }],
    ['demoted', { returns: 0, counted: 0, wins: 0, drawdown: 0, deepened: false, ...tests }],
    ['archived', { returns: 0, counted: 0, wins: 0, drawdown: 0, deepened: false, ...tests }],
    ['recounted', { counted: 0, wins: 0 }],
    ['baselined', tests],
    ['kept', {}],
    ['denied', {}],
  ] as const)('what %s begins anew, and nothing else', (kind, anew) => {
    expect(before).toMatchObject({ returns: 61, counted: 61, deepened: true, recent: 50 });
    expect(before.sum).toBeGreaterThan(0);
    const record = recordOf(returns);
    record.follow(verdict(kind));
    expect(seen(record)).toEqual({ ...before, ...anew });
  });
});

describe('the tests of a mean', () => {
  const cusum: CusumRules = { meanShare: 0.5, meanFloor: 0.1, averageRun: 500 };

  test('CUSUM: its bound is the one whose average run is asked for', () => {
    const asked = [
      [0.05, 500],
      [0.25, 500],
      [0.25, 30],
      [1, 1000],
    ] as const;
    for (const [k, run] of asked) {
      const u = 2 * k * (siegmundBound(k, run) + 1.166);
      expect((Math.exp(u) - u - 1) / (2 * k * k) / run).toBeCloseTo(1, 9);
    }
  });

  test('CUSUM: half of the mean, but at least a share of the spread', () => {
    const sumAfter = (mean: number, sd: number, value: number) => {
      const test = new Cusum({ mean, sd }, cusum);
      test.push(value);
      return test.sum;
    };
    // μ0 = .5, σ0 = 2, k = .125: z = −.75.
    expect(sumAfter(1, 2, -1)).toBeCloseTo(0.75 - 0.125, 12);
    // A mean of .1 would leave μ0 = .05: the floor is .2, k = .05, z = −.6.
    expect(sumAfter(0.1, 2, -1)).toBeCloseTo(0.6 - 0.05, 12);
    expect(sumAfter(1, 2, 5)).toBe(0);
  });

  test('CUSUM: alarms beyond its bound, not on it; what is no number moves nothing', () => {
    const test = new Cusum({ mean: 1, sd: 1 }, cusum);
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY]) test.push(value);
    expect(test.sum).toBe(0);
    // z = −(.5 − x): one trade that leaves exactly the bound.
    test.push(0.5 - (test.bound + 0.25));
    expect(test.sum).toBeCloseTo(test.bound, 12);
    test.push(-0.5);
    expect(test.isAlarmed).toBe(true);
  });

  test('without spread, or with a floor of nothing and no mean, there is none', () => {
    expect(new Cusum({ mean: 1, sd: 1e-7 }, cusum).bound).toBeNaN();
    expect(new Cusum({ mean: -1, sd: 1 }, { ...cusum, meanFloor: 0 }).bound).toBeNaN();
  });

  test('the likelihood ratio: by hand, and only for a mean above nothing', () => {
    const ratioAfter = (mean: number, sd: number) => {
      const ratio = new LikelihoodRatio({ mean, sd });
      for (const value of [1, -0.5]) ratio.push(value);
      return ratio.sum;
    };
    // .5/4 × (1 − .25) + .5/4 × (−.5 − .25)
    expect(ratioAfter(0.5, 2)).toBeCloseTo(0.09375 - 0.09375, 12);
    expect(ratioAfter(0.4, 2)).toBeCloseTo(0.08 - 0.07, 12);
    for (const mean of [0, -0.5, Number.NaN]) expect(ratioAfter(mean, 2)).toBe(0);
    expect(ratioAfter(1, 1e-7)).toBe(0);
    const spoilt = new LikelihoodRatio({ mean: 0.5, sd: 2 });
    spoilt.push(Number.NaN);
    expect(spoilt.sum >= sprtBounds(0.2, 0.2).accept).toBe(false);
  });
});

test('PSR: a radicand of exactly nothing is none', () => {
  const sample = { count: 30, mean: 1, sd: 1, skew: 2, kurtosis: 5 };
  expect(flawOf(sample)).toBe('radicand-not-positive');
  expect(flawOf({ ...sample, count: 2, kurtosis: 5.1 })).toBeUndefined();
  expect(flawOf({ ...sample, skew: Number.NEGATIVE_INFINITY })).toBe('radicand-not-positive');
  expect(probabilisticSharpe({ ...sample, skew: 0, kurtosis: 3 }, 1)).toBe(0.5);
});

test('PSR: what is beyond all numbers is none, be it the mean or the spread', () => {
  const sample = { count: 30, mean: 1, sd: 1, skew: 0, kurtosis: 3 };
  for (const odd of [Number.POSITIVE_INFINITY, Number.NaN]) {
    expect(flawOf({ ...sample, mean: odd })).toBe('not-finite');
    expect(flawOf({ ...sample, sd: odd })).toBe('not-finite');
  }
});

test.each([
  [0.5, 0.1],
  [0, 0.1],
  [-1000, 0.1],
  [Number.NaN, 0.1],
  [5, -0.1],
  [5, Number.NaN],
])('DSR: %d trials with a variance of %d deflate nothing', (trials, sharpeVariance) => {
  const sample = sampleOf([1, 2, -1, 1.6]);
  expect(deflatedSharpe(sample, { trials, sharpeVariance })).toBeNaN();
  expect(deflatedSharpe(sample, { trials: 5, sharpeVariance: 0 })).toBe(
    probabilisticSharpe(sample),
  );
});
