// Sequential tests of a mean (DOMAIN §6): CUSUM notices that an edge has gone, SPRT decides whether it
// came back. Both look at every trade and pay for it in their bounds.
import { hasSpread } from './performance.ts';
import { solve } from './statistic.ts';

/** Mean and sd, in R, of the returns that a stage was earned with. */
export interface Baseline {
  readonly mean: number;
  readonly sd: number;
}

export interface CusumRules {
  /** μ0 as a share of the validated mean. */
  readonly meanShare: number;
  /** The least μ0, in σ0. */
  readonly meanFloor: number;
  /** Trades between false alarms while the mean is μ0. */
  readonly averageRun: number;
}

/** What Siegmund adds to h for the overshoot of a discrete walk. */
const OVERSHOOT = 1.166;

/**
 * Alarm bound h of a one-sided CUSUM with reference value `k` > 0, both in σ0, that runs `averageRun`
 * trades on average while the mean is μ0: solves (e^u − u − 1) / 2k² = run with u = 2k(h + 1.166)
 * (Siegmund, 1985).
 */
export const siegmundBound = (k: number, averageRun: number): number =>
  solve((u) => Math.exp(u) - u - 1, 2 * k * k * averageRun, 0, 50) / (2 * k) - OVERSHOOT;

/** CUSUM of losses against half of a validated mean; never alarmed without a baseline that has spread. */
export class Cusum {
  readonly #mean: number;
  readonly #sd: number;
  readonly #k: number;
  /**
   * h, in σ0; NaN without a usable baseline. Never below zero, where the approximation would put it for a very
   * steady record: that would be alarmed before its first trade.
   */
  readonly bound: number;
  #sum = 0;

  constructor(baseline: Baseline | null, rules: CusumRules) {
    const { mean, sd } = baseline ?? { mean: Number.NaN, sd: Number.NaN };
    this.#sd = sd;
    this.#mean = Math.max(mean * rules.meanShare, rules.meanFloor * sd);
    this.#k = hasSpread({ mean, sd }) ? this.#mean / (2 * sd) : Number.NaN;
    this.bound = this.#k > 0 ? Math.max(0, siegmundBound(this.#k, rules.averageRun)) : Number.NaN;
  }

  /** Takes one return in R; one that is no number says nothing about the mean. */
  push(value: number): void {
    if (!(this.bound >= 0 && Number.isFinite(value))) return;
    const z = (value - this.#mean) / this.#sd;
    this.#sum = Math.max(0, this.#sum - z - this.#k);
  }

  /** S, in σ0. */
  get sum(): number {
    return this.#sum;
  }

  get isAlarmed(): boolean {
    return this.#sum > this.bound;
  }
}

/** Wald's bounds of a log likelihood ratio for error rates α (H0 refused) and β (H1 refused). */
export const sprtBounds = (
  alpha: number,
  beta: number,
): { readonly accept: number; readonly reject: number } => ({
  accept: Math.log((1 - beta) / alpha),
  reject: Math.log(beta / (1 - alpha)),
});

/**
 * Log likelihood ratio of normal returns: H1 "mean = the validated mean" against H0 "mean = 0"; stays 0
 * without a validated mean above zero.
 */
export class LikelihoodRatio {
  readonly #baseline: Baseline | null;
  #sum = 0;

  constructor(baseline: Baseline | null) {
    const isUsable = baseline !== null && baseline.mean > 0 && hasSpread(baseline);
    this.#baseline = isUsable ? baseline : null;
  }

  /** Takes one return in R; one that is no number leaves NaN, which accepts nothing. */
  push(value: number): void {
    if (this.#baseline === null) return;
    const { mean, sd } = this.#baseline;
    this.#sum += (mean / (sd * sd)) * (value - mean / 2);
  }

  get sum(): number {
    return this.#sum;
  }
}
