// What a sample of net returns per closed trade, in R, is worth as evidence (DOMAIN §6): the chance that
// its true Sharpe ratio beats a benchmark. Whatever is undefined says why and promotes nothing.
import { Moments, normalCdf, normalQuantile } from './statistic.ts';

/** A sample's shape: returns in R, sd with divisor n − 1, g3 and raw g4 with divisor n. */
export interface Sample {
  readonly count: number;
  readonly mean: number;
  readonly sd: number;
  readonly skew: number;
  readonly kurtosis: number;
}

/** Why a sample's PSR is undefined. */
export type Undefined = 'too-few-trades' | 'not-finite' | 'no-spread' | 'radicand-not-positive';

/** The sample of `returns` in R. */
export function sampleOf(returns: Iterable<number>): Sample {
  const moments = new Moments();
  for (const value of returns) moments.push(value);
  return moments;
}

/** Returns that differ by less than this share of their mean are all alike: what is left is rounding. */
const SPREAD_MIN = 1e-6;

/** Whether the returns differ at all, beyond rounding. */
export const hasSpread = ({ mean, sd }: Pick<Sample, 'mean' | 'sd'>): boolean =>
  sd > Math.abs(mean) * SPREAD_MIN;

/** Per-trade Sharpe ratio: mean / sd; NaN where that is undefined. */
export const sharpe = (sample: Pick<Sample, 'mean' | 'sd'>): number =>
  hasSpread(sample) ? sample.mean / sample.sd : Number.NaN;

/** n times the variance of the estimated Sharpe ratio: 1 − g3·s + (g4 − 1)/4·s², the classic form. */
function radicand(sample: Sample): number {
  const ratio = sharpe(sample);
  return 1 - sample.skew * ratio + ((sample.kurtosis - 1) / 4) * ratio * ratio;
}

/** Why the sample's PSR is undefined; undefined when it is not. */
export function flawOf(sample: Sample): Undefined | undefined {
  if (!(sample.count >= 2)) return 'too-few-trades';
  if (!(Number.isFinite(sample.mean) && Number.isFinite(sample.sd))) return 'not-finite';
  if (!hasSpread(sample)) return 'no-spread';
  const under = radicand(sample);
  return under > 0 && Number.isFinite(under) ? undefined : 'radicand-not-positive';
}

/**
 * PSR(s0): probability that the true per-trade Sharpe ratio exceeds `benchmark` (Bailey and López de
 * Prado, 2012), classic form. Undefined it is 0 when the mean is not above zero, otherwise NaN.
 */
export function probabilisticSharpe(sample: Sample, benchmark = 0): number {
  if (flawOf(sample) !== undefined) return sample.mean <= 0 ? 0 : Number.NaN;
  const distance = sharpe(sample) - benchmark;
  return normalCdf((distance * Math.sqrt(sample.count - 1)) / Math.sqrt(radicand(sample)));
}

/** What was tried before a sample was chosen. */
export interface Search {
  /** Parameter sets tried, at least 1. */
  readonly trials: number;
  /** Variance of the per-trade Sharpe ratio across them. */
  readonly sharpeVariance: number;
}

const EULER = 0.5772156649015329;

/** The best per-trade Sharpe ratio that `trials` worthless sets would show: 0 for one, NaN for fewer. */
function luckiestSharpe({ trials, sharpeVariance }: Search): number {
  if (trials === 1) return 0;
  const first = normalQuantile(1 - 1 / trials);
  const second = normalQuantile(1 - 1 / (trials * Math.E));
  return Math.sqrt(sharpeVariance) * ((1 - EULER) * first + EULER * second);
}

/** DSR: PSR against the luckiest of the trials (Bailey and López de Prado, 2014); NaN when undefined. */
export const deflatedSharpe = (sample: Sample, search: Search): number =>
  probabilisticSharpe(sample, luckiestSharpe(search));
