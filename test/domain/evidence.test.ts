// The evidence of a judgement: what training wrote, what orders slipped, and each number beside its limit,
// on the limit and a hair beyond it. What is undefined promotes nothing and alarms nobody.
import { describe, expect, test } from 'vitest';
import {
  alarmMeasures,
  backtestMeasures,
  backtestOf,
  type Case,
  decayMeasures,
  lookMeasures,
  NO_SLIPPAGE,
  recordOf,
  slippageRatioOf,
  withSlip,
} from '../../src/domain/lifecycle-evidence.ts';
import { DEFAULT_LIFECYCLE, type LifecycleRules } from '../../src/domain/lifecycle-rules.ts';
import { enter, type Measure } from '../../src/domain/lifecycle-state.ts';
import { sampleOf } from '../../src/domain/performance.ts';
import { TrackRecord } from '../../src/domain/track-record.ts';

const rules = DEFAULT_LIFECYCLE;
const baseline = { mean: 0.3, sd: 1 };
/** When the stage began. */
const began = 7000;

interface Setting {
  readonly returns?: readonly number[];
  readonly baseline?: typeof baseline | null;
  readonly slippageRatio?: number | null;
  /** How long the stage has lasted. */
  readonly at?: number;
  readonly rules?: LifecycleRules;
}

function caseOf(setting: Setting): Case {
  const { returns = [], at = 0, slippageRatio = null } = setting;
  const forward = new TrackRecord(
    setting.rules ?? rules,
    setting.baseline === undefined ? baseline : setting.baseline,
  );
  for (const value of returns) forward.push(value);
  const evidence = { forward, backtest: null, slippageRatio };
  return { state: enter('DECAY', began), evidence, at: began + at, rules: setting.rules ?? rules };
}

const shown = (measures: readonly Measure[]): readonly string[] =>
  measures.map(
    ({ name, value, relation, limit, holds }) =>
      `${name} ${value} ${relation} ${limit}${holds ? '' : ' fails'}`,
  );

describe('what training wrote', () => {
  test.each([
    [null],
    [{}],
    [{ returns_r: 'none', trials: 3, sharpe_variance: 1 }],
    [{ returns: [1] }],
  ])('%j is no backtest', (evidence) => {
    expect(backtestOf({ evidence })).toBeNull();
  });

  test('is read as numbers; what was not written is none', () => {
    const evidence = { returns_r: [1, '-0.5'], trials: 12, sharpe_variance: '0.25' };
    expect(backtestOf({ evidence })).toEqual({
      ...{ returns: [1, -0.5], trials: 12, sharpeVariance: 0.25 },
    });
    expect(backtestOf({ evidence: { returns_r: [] } })).toEqual({
      ...{ returns: [], trials: Number.NaN, sharpeVariance: Number.NaN },
    });
  });

  test('is measured by its limits, each of which it may touch', () => {
    const returns = [3, -1, 2, -1, 2, 3, -2, 3];
    const sample = sampleOf(returns);
    const backtest = { returns, trials: 1, sharpeVariance: 0 };
    const limits = { countMin: 8, psrMin: 0, dsrMin: 0, drawdownMax: 2 };
    const on = backtestMeasures(sample, backtest, { ...rules, backtest: limits });
    expect(on.map(({ name, relation, limit }) => `${name} ${relation} ${limit}`)).toEqual([
      ...['count >= 8', 'mean > 0', 'psr >= 0', 'dsr >= 0', 'drawdown <= 2'],
    ]);
    expect(on.every(({ holds }) => holds)).toBe(true);
    const beyond = { countMin: 9, psrMin: 1, dsrMin: 1, drawdownMax: 1.9 };
    const off = backtestMeasures(sample, backtest, { ...rules, backtest: beyond });
    expect(off.map(({ holds }) => holds)).toEqual([false, true, false, false, false]);
    const flat = [1, -1, 1, -1];
    const even = backtestMeasures(sampleOf(flat), { ...backtest, returns: flat }, rules);
    expect(even[1]).toEqual({ name: 'mean', value: 0, relation: '>', limit: 0, holds: false });
  });
});

describe('what orders slipped', () => {
  test('is nothing without orders, and no worse than nothing when they gained', () => {
    expect(slippageRatioOf(NO_SLIPPAGE, 0.001)).toBeNull();
    expect(slippageRatioOf({ count: 2, sum: -0.001 }, 0.001)).toBe(0);
    expect(slippageRatioOf({ count: 2, sum: 0 }, 0)).toBe(0);
  });

  test('is their mean over the model’s', () => {
    const slipped = [0.001, 0.003, -0.001].reduce(withSlip, NO_SLIPPAGE);
    expect(slipped.count).toBe(3);
    expect(slippageRatioOf(slipped, 0.0005)).toBeCloseTo(2, 12);
  });
});

test('a sample is kept in plain JSON: what is undefined is null, and says why', () => {
  expect(recordOf(sampleOf([]), 0)).toEqual({
    ...{ count: 0, mean: 0, sd: null, skew: null, kurtosis: null, winRate: null },
    flaw: 'too-few-trades',
  });
  const kept = recordOf(sampleOf([1, -1, 2]), 2);
  expect(kept).toMatchObject({ count: 3, flaw: null });
  expect(kept.mean).toBeCloseTo(2 / 3, 12);
  expect(kept.winRate?.low).toBeGreaterThan(0.1);
});

describe('at a look', () => {
  const returns = [2, -1, -1, 2, 2, -1, 2];
  const short = { ...rules, alarm: { ...rules.alarm, recentCount: 3 } };

  test('PAPER asks for PSR alone', () => {
    expect(lookMeasures(caseOf({ returns }), 'PAPER').map(({ name }) => name)).toEqual(['psr']);
  });

  test('DISCOVERY also for a drawdown no deeper than its shuffles', () => {
    const [, drawdown] = lookMeasures(caseOf({ returns }), 'DISCOVERY');
    expect(drawdown).toMatchObject({ name: 'drawdown', value: 2, relation: '<=', holds: true });
    // Losses all at the end are deeper than most shuffles of them.
    const late = [...Array<number>(100).fill(2), ...Array<number>(12).fill(-1)];
    const fallen = lookMeasures(caseOf({ returns: late }), 'DISCOVERY').at(-1);
    expect(fallen).toMatchObject({ value: 12, holds: false });
    expect(fallen?.limit).toBeLessThan(12);
  });

  test('VALIDATION for the last trades and for what real orders slipped', () => {
    const about = (setting: Setting) =>
      shown(lookMeasures(caseOf({ rules: short, returns, ...setting }), 'VALIDATION').slice(1));
    expect(about({})).toEqual(['recent-mean 1 > 0', 'slippage-ratio null <= 1.5']);
    expect(about({ returns: [2, -1], slippageRatio: 1.5 })).toEqual([
      ...['recent-mean null > 0 fails', 'slippage-ratio 1.5 <= 1.5'],
    ]);
    expect(about({ returns: [9, 1, -2, 1], slippageRatio: 1.51 })).toEqual([
      ...['recent-mean 0 > 0 fails', 'slippage-ratio 1.51 <= 1.5 fails'],
    ]);
  });
});

describe('an alarm', () => {
  test('is not raised by what is undefined', () => {
    const { alarm } = rules;
    expect(shown(alarmMeasures(caseOf({ baseline: null })))).toEqual([
      'cusum 0 <= null',
      `recent-psr null >= ${alarm.recentPsrMin}`,
      'drawdown 0 <= null',
    ]);
  });

  test('compares the last trades and the drawdown with their limits', () => {
    const alarm = { ...rules.alarm, recentCount: 4, drawdownRatioMax: 0.5 };
    const returns = [-1, -1, -1, -1];
    const [cusum, recent, drawdown] = alarmMeasures(
      caseOf({ returns, rules: { ...rules, alarm } }),
    );
    expect(cusum).toMatchObject({ name: 'cusum', relation: '<=', holds: true });
    expect(recent).toMatchObject({ name: 'recent-psr', relation: '>=', limit: 0.1 });
    expect(recent).toMatchObject({ value: 0, holds: false });
    // Half of what every shuffle of them loses.
    expect(drawdown).toMatchObject({ value: 4, relation: '<=', limit: 2, holds: false });
  });
});

test('the way back from DECAY is bounded in trades and in time', () => {
  const { decay } = rules;
  const bound = Math.log(4);
  const measured = (count: number, at: number) =>
    decayMeasures(caseOf({ returns: Array<number>(count).fill(0.15), at }));
  const [ratio, trades, age] = measured(decay.tradesMax - 1, decay.ageMsMax - 1);
  expect(ratio).toMatchObject({ name: 'log-likelihood-ratio', relation: '>=', holds: false });
  expect(ratio?.value).toBeCloseTo(0, 12);
  expect(ratio?.limit).toBeCloseTo(bound, 12);
  expect(shown([trades, age] as Measure[])).toEqual([
    `trades ${decay.tradesMax - 1} < ${decay.tradesMax}`,
    `age-ms ${decay.ageMsMax - 1} < ${decay.ageMsMax}`,
  ]);
  const spent = measured(decay.tradesMax, decay.ageMsMax);
  expect(spent.map(({ holds }) => holds)).toEqual([false, false, false]);
});
