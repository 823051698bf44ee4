// The evidence of one judgement and the numbers it is measured by, each beside its limit. A number that
// is undefined holds nothing up: NaN fails every comparison.
import type { Configuration } from './configuration.ts';
import { drawdownOf } from './drawdown.ts';
import { sprtBounds } from './drift.ts';
import type { LifecycleRules, Rung } from './lifecycle-rules.ts';
import type { LifecycleState, Measure, SampleRecord } from './lifecycle-state.ts';
import {
  deflatedSharpe,
  flawOf,
  probabilisticSharpe,
  type Sample,
  type Search,
} from './performance.ts';
import { wilson } from './statistic.ts';
import type { Millis } from './time.ts';
import type { TrackRecord } from './track-record.ts';

/** Out-of-sample trades of a training, in R, and what was tried before it. */
export interface Backtest extends Search {
  readonly returns: readonly number[];
}

/**
 * The backtest that training wrote beside a configuration; null where it wrote none. How much was tried
 * before it must stand there too: else its deflated Sharpe ratio is undefined, and it promotes nothing.
 */
export function backtestOf({ evidence }: Pick<Configuration, 'evidence'>): Backtest | null {
  const { returns_r: returns, trials, sharpe_variance: sharpeVariance } = evidence ?? {};
  if (!Array.isArray(returns)) return null;
  return {
    returns: returns.map(Number),
    trials: Number(trials ?? Number.NaN),
    sharpeVariance: Number(sharpeVariance ?? Number.NaN),
  };
}

/** What real orders have slipped since a stage began, each as a share of the price that asked for it. */
export interface Slippage {
  readonly count: number;
  readonly sum: number;
}

export const NO_SLIPPAGE: Slippage = { count: 0, sum: 0 };

export const withSlip = ({ count, sum }: Slippage, slip: number): Slippage => ({
  count: count + 1,
  sum: sum + slip,
});

/** Their mean over the model's; null without orders. Orders that cost nothing beat any model. */
export function slippageRatioOf({ count, sum }: Slippage, model: number): number | null {
  if (count === 0) return null;
  return sum <= 0 ? 0 : sum / count / model;
}

export interface Evidence {
  readonly forward: TrackRecord;
  readonly backtest: Backtest | null;
  /** Real slippage over the model's; null while there are no real fills. */
  readonly slippageRatio: number | null;
}

/** One judgement's arguments. */
export interface Case {
  readonly state: LifecycleState;
  readonly evidence: Evidence;
  readonly at: Millis;
  readonly rules: LifecycleRules;
}

/** JSON knows no NaN and no infinity. */
const plain = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** `sample` for the journal. */
export const recordOf = (sample: Sample, wins: number): SampleRecord => ({
  count: sample.count,
  mean: plain(sample.mean),
  sd: plain(sample.sd),
  skew: plain(sample.skew),
  kurtosis: plain(sample.kurtosis),
  winRate: wilson(wins, sample.count) ?? null,
  flaw: flawOf(sample) ?? null,
});

const comparisons: Record<Measure['relation'], (value: number, limit: number) => boolean> = {
  '>=': (value, limit) => value >= limit,
  '>': (value, limit) => value > limit,
  '<=': (value, limit) => value <= limit,
  '<': (value, limit) => value < limit,
};

const measure = (
  name: Measure['name'],
  value: number,
  relation: Measure['relation'],
  limit: number,
): Measure => ({
  name,
  value: plain(value),
  relation,
  limit: plain(limit),
  holds: comparisons[relation](value, limit),
});

/** What a backtest must show for DISCOVERY. */
export function backtestMeasures(
  sample: Sample,
  backtest: Backtest,
  { backtest: rules }: LifecycleRules,
): readonly Measure[] {
  return [
    measure('count', sample.count, '>=', rules.countMin),
    measure('mean', sample.mean, '>', 0),
    measure('psr', probabilisticSharpe(sample), '>=', rules.psrMin),
    measure('dsr', deflatedSharpe(sample, backtest), '>=', rules.dsrMin),
    measure('drawdown', drawdownOf(backtest.returns), '<=', rules.drawdownMax),
  ];
}

/** What forward trades must show at a look of `stage`. */
export function lookMeasures({ evidence, rules }: Case, stage: Rung): readonly Measure[] {
  const { forward, slippageRatio } = evidence;
  const psr = probabilisticSharpe(forward.sample);
  const measures = [measure('psr', psr, '>=', rules.rungs[stage].psrMin)];
  if (stage === 'DISCOVERY') {
    measures.push(measure('drawdown', forward.drawdown, '<=', forward.bootstrapDrawdown));
  }
  if (stage === 'VALIDATION') {
    measures.push(measure('recent-mean', forward.recent?.mean ?? Number.NaN, '>', 0));
    const slippage = measure('slippage-ratio', slippageRatio ?? 0, '<=', rules.slippageRatioMax);
    // Without a real fill nothing speaks against the model.
    measures.push(slippageRatio === null ? { ...slippage, value: null } : slippage);
  }
  return measures;
}

/** A number that must not pass its limit, but is no alarm while it is undefined. */
const quiet = (measured: Measure): Measure =>
  measured.value === null || measured.limit === null ? { ...measured, holds: true } : measured;

/** What keeps a configuration where it is; one that fails sends it down. */
export function alarmMeasures({ evidence: { forward }, rules }: Case): readonly Measure[] {
  const { alarm } = rules;
  const { recent, cusum } = forward;
  const psr = recent === undefined ? Number.NaN : probabilisticSharpe(recent);
  const limit = alarm.drawdownRatioMax * forward.bootstrapDrawdown;
  return [
    measure('cusum', cusum.sum, '<=', cusum.bound),
    measure('recent-psr', psr, '>=', alarm.recentPsrMin),
    measure('drawdown', forward.drawdown, '<=', limit),
  ].map(quiet);
}

/** How the test for a way back from DECAY stands. */
export function decayMeasures({ state, evidence, at, rules }: Case): readonly Measure[] {
  const { decay } = rules;
  const bounds = sprtBounds(decay.alpha, decay.beta);
  return [
    measure('log-likelihood-ratio', evidence.forward.logLikelihoodRatio, '>=', bounds.accept),
    measure('trades', evidence.forward.returns.length, '<', decay.tradesMax),
    measure('age-ms', at - state.enteredAt, '<', decay.ageMsMax),
  ];
}
