// The forward trades of one configuration as its lifecycle needs them: everything kept up to date one
// closed trade at a time, nothing computed from the beginning but the bootstrap.
import { bootstrapDrawdown, Drawdown } from './drawdown.ts';
import { type Baseline, Cusum, LikelihoodRatio } from './drift.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import type { Verdict } from './lifecycle-state.ts';
import type { Sample } from './performance.ts';
import { Moments } from './statistic.ts';

/**
 * Net returns per closed trade in R. Rebuilt by pushing the same trades and following the same verdicts
 * in the order they happened.
 */
export class TrackRecord {
  readonly #rules: LifecycleRules;
  readonly #counted = new Moments();
  readonly #recent: Float64Array;
  readonly #recentMoments = new Moments();
  #recentCount = 0;
  #returns = new Float64Array(64);
  #entered = 0;
  #wins = 0;
  #drawdown = new Drawdown();
  #hasDeepened = false;
  #limit: number | undefined;
  #cusum: Cusum;
  #ratio: LikelihoodRatio;

  constructor(rules: LifecycleRules, baseline: Baseline | null) {
    this.#rules = rules;
    this.#recent = new Float64Array(rules.alarm.recentCount);
    this.#cusum = new Cusum(baseline, rules.alarm.cusum);
    this.#ratio = new LikelihoodRatio(baseline);
  }

  /** Takes the net return of a closed trade, in R. */
  push(value: number): void {
    this.#counted.push(value);
    this.#wins += Number(value > 0);
    this.#recent[this.#recentCount % this.#recent.length] = value;
    this.#recentCount += 1;
    if (this.#entered === this.#returns.length) {
      const longer = new Float64Array(this.#entered * 2);
      longer.set(this.#returns);
      this.#returns = longer;
    }
    this.#returns[this.#entered] = value;
    this.#entered += 1;
    this.#limit = undefined;
    const before = this.#drawdown.deepest;
    this.#drawdown.push(value);
    this.#hasDeepened = this.#drawdown.deepest > before;
    this.#cusum.push(value);
    this.#ratio.push(value);
  }

  /** Begins anew what `verdict` begins anew. The last trades run on whatever the stage. */
  follow(verdict: Verdict): void {
    switch (verdict.kind) {
      case 'promoted':
      case 'demoted':
      case 'archived':
        this.enter(verdict.validated);
        return;
      case 'recounted':
        this.recount();
        return;
      case 'baselined':
        this.watch(verdict.validated);
        return;
      default:
        return;
    }
  }

  /** A stage begins, with the sample that earned it. */
  enter(baseline: Baseline | null): void {
    this.#entered = 0;
    this.#drawdown = new Drawdown();
    this.#hasDeepened = false;
    this.#limit = undefined;
    this.recount();
    this.watch(baseline);
  }

  /** The sample of the next look begins. */
  recount(): void {
    this.#counted.clear();
    this.#wins = 0;
  }

  /** The tests of the mean begin, against `baseline`. */
  watch(baseline: Baseline | null): void {
    this.#cusum = new Cusum(baseline, this.#rules.alarm.cusum);
    this.#ratio = new LikelihoodRatio(baseline);
  }

  /** Trades since the count began: the sample of a look. */
  get sample(): Sample {
    return this.#counted;
  }

  /** How many of the sample won. */
  get wins(): number {
    return this.#wins;
  }

  /** The last trades regardless of stage; undefined until there are enough. */
  get recent(): Sample | undefined {
    if (this.#recentCount < this.#recent.length) return undefined;
    this.#recentMoments.clear();
    // Oldest first: a record made again must add up the same numbers in the same order.
    const { length } = this.#recent;
    for (let age = length; age > 0; age -= 1) {
      const value = this.#recent[(this.#recentCount - age) % length];
      this.#recentMoments.push(value ?? Number.NaN);
    }
    return this.#recentMoments;
  }

  /** Every return since the stage was entered, in R. */
  get returns(): Float64Array {
    return this.#returns.subarray(0, this.#entered);
  }

  /** Deepest drawdown since the stage was entered, in R. */
  get drawdown(): number {
    return this.#drawdown.deepest;
  }

  /** Whether the last trade deepened it. */
  get hasDeepened(): boolean {
    return this.#hasDeepened;
  }

  /** Quantile of the drawdowns that the same returns have in other orders, in R; NaN without returns. */
  get bootstrapDrawdown(): number {
    this.#limit ??= bootstrapDrawdown(this.returns, this.#rules.bootstrap);
    return this.#limit;
  }

  get cusum(): Pick<Cusum, 'sum' | 'bound' | 'isAlarmed'> {
    return this.#cusum;
  }

  /** Log likelihood ratio of the validated mean against none, since the stage was entered. */
  get logLikelihoodRatio(): number {
    return this.#ratio.sum;
  }
}
