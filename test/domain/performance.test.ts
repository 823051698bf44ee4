// DOMAIN §6: the golden values of the evidence metrics, and that nothing undefined becomes a number.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bootstrapDrawdown, bootstrapReaches, drawdownOf } from '../../src/domain/drawdown.ts';
import { Cusum, LikelihoodRatio, siegmundBound, sprtBounds } from '../../src/domain/drift.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import {
  deflatedSharpe,
  flawOf,
  probabilisticSharpe,
  type Sample,
  sampleOf,
} from '../../src/domain/performance.ts';
import { chanceOf, normalCdf, normalQuantile, wilson } from '../../src/domain/statistic.ts';

const { bootstrap, alarm } = DEFAULT_LIFECYCLE;
const returns = fc.array(fc.double({ min: -3, max: 5, noNaN: true }), {
  minLength: 2,
  maxLength: 60,
});

describe('golden values', () => {
  test('PSR', () => {
    const sample: Sample = { count: 24, mean: 0.036, sd: 0.079, skew: -2.448, kurtosis: 10.164 };
    expect(probabilisticSharpe(sample)).toBeCloseTo(0.9127, 4);
  });

  test('DSR, from annual numbers of 250 periods', () => {
    const sample: Sample = {
      count: 1250,
      mean: 2.5 / Math.sqrt(250),
      sd: 1,
      skew: -3,
      kurtosis: 10,
    };
    const search = { trials: 100, sharpeVariance: 0.5 / 250 };
    expect(deflatedSharpe(sample, search)).toBeCloseTo(0.9004, 4);
  });

  test('Wilson', () => {
    const interval = wilson(68, 100);
    expect(interval?.low).toBeCloseTo(0.5834, 4);
    expect(interval?.high).toBeCloseTo(0.7633, 4);
  });

  test.each([
    [0.05, 0.1, 2.8904, -2.2513],
    [0.2, 0.2, 1.3863, -1.3863],
  ])('SPRT bounds of α %d, β %d', (alpha, beta, accept, reject) => {
    const bounds = sprtBounds(alpha, beta);
    expect(bounds.accept).toBeCloseTo(accept, 4);
    expect(bounds.reject).toBeCloseTo(reject, 4);
  });

  test.each([
    [0.1, 15.2],
    [0.2, 11.9],
    [0.3, 9.8],
    [0.5, 7.3],
  ])('h of an average run of 500 at μ0/σ0 %d is %d', (ratio, h) => {
    expect(siegmundBound(ratio / 2, 500)).toBeCloseTo(h, 1);
  });

  test.each([
    [0, 0.5],
    [1.959963984540054, 0.975],
    [-3, 0.0013498980316301],
    [-8, 6.220960574271785e-16],
  ])('Φ(%d)', (x, p) => {
    expect(normalCdf(x) / p).toBeCloseTo(1, 7);
  });
});

describe('moments', () => {
  test('are those of two passes over the sample, with their divisors', () => {
    fc.assert(
      fc.property(returns, (values) => {
        const n = values.length;
        const mean = values.reduce((sum, value) => sum + value, 0) / n;
        const central = (power: number): number =>
          values.reduce((sum, value) => sum + (value - mean) ** power, 0) / n;
        fc.pre(central(2) > 1e-6);
        const sample = sampleOf(values);
        expect(sample.mean).toBeCloseTo(mean, 9);
        expect(sample.sd).toBeCloseTo(Math.sqrt((central(2) * n) / (n - 1)), 9);
        expect(sample.skew).toBeCloseTo(central(3) / central(2) ** 1.5, 4);
        expect(sample.kurtosis).toBeCloseTo(central(4) / central(2) ** 2, 4);
      }),
    );
  });

  test('of normal quantiles and back', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }), (p) => {
        expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 12);
      }),
    );
  });
});

describe('what is undefined', () => {
  const odd: readonly (readonly [string, readonly number[], string, number])[] = [
    ['no trades', [], 'too-few-trades', 0],
    ['one winner', [1], 'too-few-trades', Number.NaN],
    ['one loser', [-1], 'too-few-trades', 0],
    ['winners all alike', [0.1, 0.1, 0.1], 'no-spread', Number.NaN],
    ['losers all alike', [-0.1, -0.1, -0.1], 'no-spread', 0],
    ['winners alike but for rounding', [0.3, 0.1 + 0.2, 0.3], 'no-spread', Number.NaN],
    ['winners alike but for lots', [0.3, 0.3000001, 0.3], 'no-spread', Number.NaN],
    ['nothing but zeros', [0, 0, 0], 'no-spread', 0],
    ['NaN', [1, Number.NaN, 2], 'not-finite', Number.NaN],
    ['infinity', [1, Number.POSITIVE_INFINITY, 2], 'not-finite', Number.NaN],
  ];

  test.each(odd)('%s: a reason, and no PSR', (_, values, flaw, psr) => {
    const sample = sampleOf(values);
    expect(flawOf(sample)).toBe(flaw);
    expect(probabilisticSharpe(sample)).toBe(psr);
    expect(deflatedSharpe(sample, { trials: 10, sharpeVariance: 0.01 })).toBe(psr);
  });

  test('a radicand that is not positive', () => {
    const sample: Sample = { count: 30, mean: 1, sd: 1, skew: 3, kurtosis: 1 };
    expect(flawOf(sample)).toBe('radicand-not-positive');
    expect(probabilisticSharpe(sample)).toBeNaN();
    expect(probabilisticSharpe({ ...sample, mean: -1, skew: -3 })).toBe(0);
  });

  test.each([0, -1, Number.NaN])('%d trials deflate nothing', (trials) => {
    expect(deflatedSharpe(sampleOf([1, 2, -1]), { trials, sharpeVariance: 0.1 })).toBeNaN();
  });

  test('one trial is no search: DSR is PSR', () => {
    const sample = sampleOf([1, 2, -1, 1.6]);
    expect(deflatedSharpe(sample, { trials: 1, sharpeVariance: Number.NaN })).toBe(
      probabilisticSharpe(sample),
    );
  });

  test('shares without trials, quantiles outside of (0, 1)', () => {
    for (const [wins, trials] of [
      [0, 0],
      [2, 1],
      [Number.NaN, 3],
    ] as const) {
      expect(wilson(wins, trials)).toBeUndefined();
    }
    for (const p of [0, 1, -1, Number.NaN]) expect(normalQuantile(p)).toBeNaN();
  });
});

describe('drawdown', () => {
  test('counts from the start and from every peak', () => {
    expect(drawdownOf([])).toBe(0);
    expect(drawdownOf([-1, -1, 3, -1, -1, -1, 1])).toBe(3);
  });

  test('the bootstrap is one number of its sample and its seed', () => {
    const sample = Float64Array.from({ length: 60 }, (_, index) => (index % 3 === 0 ? 1.6 : -1));
    const once = bootstrapDrawdown(sample, bootstrap);
    expect(bootstrapDrawdown(sample, bootstrap)).toBe(once);
    expect(once).toBeGreaterThan(drawdownOf(sample) * 0.8);
    expect(bootstrapDrawdown(new Float64Array(), bootstrap)).toBeNaN();
    expect(bootstrapDrawdown(Float64Array.of(-1, -1), bootstrap)).toBe(2);
  });

  test('asking only whether it reaches a level gives the same answer', () => {
    const rules = { ...bootstrap, resamples: 100 };
    fc.assert(
      fc.property(returns, fc.double({ min: 0, max: 3, noNaN: true }), (values, factor) => {
        const sample = Float64Array.from(values);
        const quantile = bootstrapDrawdown(sample, rules);
        const level = drawdownOf(values) * factor;
        expect(bootstrapReaches(sample, level, rules)).toBe(quantile >= level);
      }),
    );
  });
});

describe('drift', () => {
  test('CUSUM follows its recursion by hand', () => {
    // μ0 = .5, σ0 = 1, k = .25.
    const cusum = new Cusum({ mean: 1, sd: 1 }, alarm.cusum);
    expect(cusum.bound).toBeCloseTo(7.26, 2);
    for (const value of [-1, 2, -1, -1]) cusum.push(value);
    expect(cusum.sum).toBeCloseTo(2.5, 12);
    for (let trade = 0; trade < 3; trade += 1) cusum.push(-1);
    expect(cusum.isAlarmed).toBe(false);
    cusum.push(-1);
    expect(cusum.isAlarmed).toBe(true);
  });

  test('a record that hardly varied is no alarm before a trade falls behind it', () => {
    // Siegmund's bound is below zero here.
    const cusum = new Cusum({ mean: 1, sd: 0.04 }, alarm.cusum);
    expect([cusum.bound, cusum.isAlarmed]).toEqual([0, false]);
    cusum.push(1);
    expect(cusum.isAlarmed).toBe(false);
    cusum.push(-1);
    expect(cusum.isAlarmed).toBe(true);
  });

  test('its average run at μ0 is near the 500 that it was solved for', () => {
    const chance = chanceOf(7);
    const normal = (): number => normalQuantile(chance() || 0.5);
    let trades = 0;
    const runs = 400;
    for (let run = 0; run < runs; run += 1) {
      const cusum = new Cusum({ mean: 0.6, sd: 1 }, alarm.cusum);
      for (; !cusum.isAlarmed; trades += 1) cusum.push(0.3 + normal());
    }
    // Run lengths are nearly exponential: a standard error of 500 / √400, four of them.
    expect(Math.abs(trades / runs - 500)).toBeLessThan(100);
  });

  test.each([
    ['none', null],
    ['no spread', { mean: 1, sd: 0 }],
    ['NaN', { mean: Number.NaN, sd: Number.NaN }],
  ])('without a baseline to speak of (%s) there is neither alarm nor return', (_, baseline) => {
    const cusum = new Cusum(baseline, alarm.cusum);
    const ratio = new LikelihoodRatio(baseline);
    for (const value of [-100, 100, Number.NaN]) {
      cusum.push(value);
      ratio.push(value);
    }
    expect([cusum.sum, cusum.isAlarmed, ratio.sum]).toEqual([0, false, 0]);
  });
});
