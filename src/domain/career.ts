// One configuration's life under the lifecycle's rules, played trade by trade: two-point payoffs at even
// intervals. Chance is the caller's.
import type { Stage } from './configuration.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import { enter, type LifecycleState, type Validated, type Verdict } from './lifecycle-state.ts';
import { Progress } from './progress.ts';
import { solve } from './statistic.ts';
import { DAY, type Millis } from './time.ts';

/** What the trades of a career have in common. */
export interface Market {
  /** What a win pays, in R; a loss costs 1R. */
  readonly payoff: number;
  readonly perWeek: number;
  /** Numbers in [0, 1). */
  readonly chance: () => number;
}

const deviation = (winRate: number, payoff: number): number =>
  (payoff + 1) * Math.sqrt(winRate * (1 - winRate));

/** Share of wins at which payoffs of `payoff` : 1 have a per-trade Sharpe ratio of `edge`. */
export const winRateOf = (edge: number, payoff: number): number =>
  solve((rate) => (rate * (payoff + 1) - 1) / deviation(rate, payoff), edge, 0, 1);

/** A validated sample that knows the truth about such an edge. */
export function trueSample(edge: number, payoff: number): Validated {
  const rate = winRateOf(edge, payoff);
  const mean = rate * (payoff + 1) - 1;
  return { count: 0, mean, sd: deviation(rate, payoff), provisional: false };
}

export class Career {
  readonly #market: Market;
  readonly #progress: Progress;
  #at: Millis = 0;

  /** Begins at `stage`, which `validated` earned. */
  constructor(
    market: Market,
    rules: LifecycleRules,
    stage: Stage,
    validated: Validated | null = null,
  ) {
    this.#market = market;
    this.#progress = new Progress(rules, { ...enter(stage, 0), validated });
  }

  get state(): LifecycleState {
    return this.#progress.state;
  }

  /** Closes one trade, which wins with probability `winRate`; what the rules say to it. */
  play(winRate: number): readonly Verdict[] {
    const { payoff, perWeek, chance } = this.#market;
    this.#at += (7 * DAY) / perWeek;
    const returnR = chance() < winRate ? payoff : -1;
    return this.#progress.close(returnR, { backtest: null, slippageRatio: null }, this.#at);
  }
}
