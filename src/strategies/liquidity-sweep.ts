// Liquidity Sweep: a stop run below an old low that is reclaimed at once (DOMAIN §5, STRATEGIES A7–A16).
import { z } from 'zod';
import { atLeast, ramp, triangle } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';
import type { Components, Held, Setup } from '../domain/signal.ts';
import { bars, ratio } from './parameter.ts';
import {
  type Costs,
  type Evaluator,
  type Parameters,
  type Strategy,
  warmupBars,
} from './strategy.ts';
import { type Reclaim, type SweepRules, SweepSide } from './sweep-side.ts';
import { type Direction, sumOf, TwoSided } from './two-sided.ts';

const schema = z.strictObject({
  pivot_bars: bars(5, 1, 10, 'bars on each side that make a pivot'),
  lookback: bars(100, 20, 400, 'oldest level, in bars before the break'),
  level_age_min: bars(10, 10, 100, 'youngest level, in bars before the break'),
  cluster_tolerance: ratio(0.1, 0, 1, 'lows this close above the lowest are one level, in ATR'),
  reclaim_bars: bars(3, 1, 3, 'bars in which the level must be reclaimed, the break included'),
  depth_min: ratio(0.1, 0, 5, 'shallowest break, in ATR'),
  depth_max: ratio(1.5, 0.1, 10, 'deepest break, in ATR'),
  relative_volume_min: ratio(1.5, 0, 20, 'volume over its median, at the break or the reclaim'),
  close_location_min: ratio(0.6, 0, 1, 'where the reclaim closes within its range'),
  sweep_window: bars(48, 1, 200, 'bars before the break with at most one other sweep'),
  stop_buffer: ratio(0.25, 0, 5, 'stop beyond the lowest low, in ATR'),
  target_min_r: ratio(1.5, 0.5, 10, 'nearest pivot counts as target from here, in R'),
  target_r: ratio(2, 0.5, 10, 'target where no pivot counts, in R'),
  target_max_r: ratio(3, 0.5, 20, 'farthest target, in R'),
  bars_max: bars(30, 1, 500, 'time stop, in bars'),
  confidence_min: ratio(0.5, 0, 1, 'less confidence than this is HOLD'),
});

type Rules = z.infer<typeof schema>;

const AGE_WEIGHTS = [1, 0.6, 0.3];

class LiquiditySweep {
  readonly #series: Series;
  readonly #rules: Rules;
  readonly #below: SweepSide;
  readonly #above: SweepSide;

  constructor(series: Series, rules: Rules) {
    this.#series = series;
    this.#rules = rules;
    this.#below = new SweepSide(series, rules satisfies SweepRules, 1);
    this.#above = new SweepSide(series, rules satisfies SweepRules, -1);
  }

  evaluator(costs: Costs): Evaluator {
    return new TwoSided({
      series: this.#series,
      costs,
      warmup: warmupBars(liquiditySweep, this.#rules),
      confidenceMin: this.#rules.confidence_min,
      below: this.#below,
      above: this.#above,
      setup: (direction, reclaim) => this.#setup(direction, reclaim),
      ownGates: () => [],
      invalidates: (held) => this.#closedBelowTwice(held),
      leavesOnOpposite: true,
    });
  }

  #setup(direction: Direction, reclaim: Reclaim): Setup {
    const { sweep } = reclaim;
    const way = direction === 'BUY' ? 1 : -1;
    const entry = this.#series.close(this.#series.last);
    const stop = (sweep.lowest - this.#rules.stop_buffer * sweep.atr) * way;
    const components = this.#confidence(reclaim);
    return {
      direction,
      confidence: sumOf(components),
      components,
      entry,
      stop,
      target: this.#target(entry, Math.abs(entry - stop), way),
      barsMax: this.#rules.bars_max,
      level: sweep.level * way,
    };
  }

  /** The nearest standing pivot if it is far enough, else a multiple of R; never beyond the farthest. */
  #target(entry: number, risk: number, way: 1 | -1): number {
    const { target_min_r, target_r, target_max_r } = this.#rules;
    const opposite = way === 1 ? this.#above : this.#below;
    const pivot = opposite.nearestBeyond(entry);
    const distance = pivot === undefined ? 0 : (pivot - entry) * way;
    const wanted = atLeast(distance / risk, target_min_r) ? distance : target_r * risk;
    return entry + Math.min(wanted, target_max_r * risk) * way;
  }

  /** The ramps are fixed: a confidence means the same whatever the parameters. */
  #confidence({ sweep, closeLocation }: Reclaim): Components {
    const depth = (sweep.level - sweep.lowest) / sweep.atr;
    const delay = this.#series.last - sweep.bar;
    return {
      volume: 0.25 * ramp(sweep.relativeVolume, 1.5, 4),
      close: 0.25 * ramp(closeLocation, 0.6, 1),
      level: 0.2 * (0.5 * ramp(sweep.members, 1, 3) + 0.5 * ramp(sweep.age, 10, 60)),
      depth: 0.15 * triangle(depth, 0.1, 0.5, 1.5),
      speed: 0.15 * (AGE_WEIGHTS[delay] ?? 0),
    };
  }

  /** Two consecutive closes below the level, both after entry (A30). */
  #closedBelowTwice({ level, entryBar }: Held): boolean {
    const bar = this.#series.last;
    return (
      this.#series.openTime(bar - 1) >= entryBar &&
      this.#series.close(bar) < level &&
      this.#series.close(bar - 1) < level
    );
  }
}

export const liquiditySweep: Strategy = {
  key: 'liquidity_sweep',
  name: 'Liquidity Sweep',
  parameters: schema,
  search: {
    pivot_bars: { from: 3, to: 8 },
    lookback: { from: 50, to: 200 },
    depth_max: { from: 0.8, to: 2.5 },
    relative_volume_min: { from: 1, to: 3 },
    close_location_min: { from: 0.5, to: 0.8 },
    stop_buffer: { from: 0.1, to: 0.6 },
    target_r: { from: 1.5, to: 3 },
    bars_max: { from: 10, to: 60 },
    confidence_min: { from: 0.4, to: 0.7 },
  },
  lookback: (parameters: Parameters) => schema.parse(parameters).lookback,
  create: (parameters, series, costs) =>
    new LiquiditySweep(series, schema.parse(parameters)).evaluator(costs),
};
