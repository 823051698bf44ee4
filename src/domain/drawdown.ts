// Drawdown in R of a sequence of returns (20R stand for the 20 % of DOMAIN §6), and what the same
// returns would have lost in other orders: a seeded block bootstrap.
import { chanceOf } from './statistic.ts';

export interface Bootstrap {
  /** Neighbours that stay together, so that streaks survive the shuffling. */
  readonly block: number;
  readonly resamples: number;
  /** Share of the resamples whose drawdown lies at or below the quantile, in (0, 1]. */
  readonly quantile: number;
  readonly seed: number;
}

/** The deepest fall from a peak so far, in R; the start counts as a peak. */
export class Drawdown {
  #below = 0;
  #deepest = 0;

  push(value: number): void {
    this.#below = Math.max(0, this.#below - value);
    this.#deepest = Math.max(this.#deepest, this.#below);
  }

  get deepest(): number {
    return this.#deepest;
  }
}

/** Deepest fall of `returns`, in R. */
export function drawdownOf(returns: Iterable<number>): number {
  const drawdown = new Drawdown();
  for (const value of returns) drawdown.push(value);
  return drawdown.deepest;
}

/**
 * Nearest-rank quantile of the drawdowns, in R, of resamples of `returns` of the same length: moving
 * blocks, the last one cut. The same returns and seed give the same quantile; NaN without returns.
 */
export function bootstrapDrawdown(returns: Float64Array, rules: Bootstrap): number {
  if (returns.length === 0) return Number.NaN;
  const drawdowns = new Float64Array(rules.resamples);
  const chance = chanceOf(rules.seed);
  for (let index = 0; index < drawdowns.length; index += 1) {
    drawdowns[index] = resampledDrawdown(returns, rules.block, chance);
  }
  return drawdowns.sort()[rankOf(rules)] ?? Number.NaN;
}

/**
 * Whether `bootstrapDrawdown` reaches `level`, without the rest of the resamples once that is certain:
 * the same answer many times sooner, since most drawdowns are nowhere near their limit.
 */
export function bootstrapReaches(returns: Float64Array, level: number, rules: Bootstrap): boolean {
  const enough = rules.resamples - rankOf(rules);
  const chance = chanceOf(rules.seed);
  let reached = 0;
  for (let left = rules.resamples; left > 0 && reached + left >= enough; left -= 1) {
    if (resampledDrawdown(returns, rules.block, chance, level) >= level) reached += 1;
    if (reached >= enough) return true;
  }
  return false;
}

/** Index of the nearest rank among the sorted resamples. */
const rankOf = ({ quantile, resamples }: Bootstrap): number => Math.ceil(quantile * resamples) - 1;

/** Deepest drawdown of one resample; no further than about `level`, where that ends the question. */
function resampledDrawdown(
  returns: Float64Array,
  block: number,
  chance: () => number,
  level = Number.POSITIVE_INFINITY,
): number {
  const starts = Math.max(1, returns.length - block + 1);
  let below = 0;
  let deepest = 0;
  let left = returns.length;
  while (left > 0) {
    // Drawn even when nothing more is asked, so that the next resample is the one it would have been.
    const start = Math.floor(chance() * starts);
    const end = deepest < level ? start + Math.min(block, left) : start;
    for (let at = start; at < end; at += 1) {
      below -= returns[at] ?? Number.NaN;
      if (below < 0) below = 0;
      else if (below > deepest) deepest = below;
    }
    left -= block;
  }
  return deepest;
}
