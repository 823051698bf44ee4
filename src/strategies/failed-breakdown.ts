// Failed Breakdown: a range breaks quietly, finds no sellers, and springs back (DOMAIN §5, STRATEGIES
// A21–A24, A37).
import { z } from 'zod';
import { ramp, triangle } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';
import type { Components, Held, Setup } from '../domain/signal.ts';
import { bars, ratio } from './parameter.ts';
import { type Spring, type SpringRules, SpringSide } from './spring-side.ts';
import {
  type Costs,
  type Evaluator,
  type Parameters,
  type Strategy,
  warmupBars,
} from './strategy.ts';
import { type Direction, sumOf, TwoSided } from './two-sided.ts';

const schema = z.strictObject({
  range_bars: bars(60, 20, 300, 'bars of the range before its break'),
  width_min: ratio(4, 0, 50, 'narrowest range, in ATR'),
  width_max: ratio(20, 1, 100, 'widest range, in ATR'),
  touches_min: bars(2, 1, 20, 'separate touches of the support'),
  touch_tolerance: ratio(0.5, 0, 5, 'a low this close to the support touches it, in ATR'),
  touch_distance: bars(5, 1, 50, 'bars between two touches'),
  break_depth: ratio(0.1, 0, 5, 'how far below the support the break closes, in ATR'),
  break_volume_max: ratio(2.5, 0.1, 50, 'loudest break, in volume over its median'),
  reclaim_bars: bars(5, 1, 5, 'bars after the break in which it must be taken back'),
  reclaim_margin: ratio(0.1, 0, 5, 'how far above the support the reclaim closes, in ATR'),
  reclaim_volume_min: ratio(1.2, 0, 20, 'volume of the reclaim over its median'),
  chase_max: ratio(1.5, 0.1, 10, 'farthest close above the support, in ATR'),
  depth_min: ratio(0.25, 0, 5, 'shallowest break, in ATR'),
  depth_max: ratio(2.5, 0.1, 10, 'deepest break, in ATR'),
  depth_share_max: ratio(0.05, 0, 0.5, 'deepest break, as a share of the support'),
  stop_buffer: ratio(0.25, 0, 5, 'stop beyond the lowest low, in ATR'),
  target_buffer: ratio(0.1, 0, 5, 'target short of the resistance, in ATR'),
  target_max_r: ratio(3, 0.5, 20, 'farthest target, in R'),
  bars_max: bars(50, 1, 500, 'time stop, in bars'),
  confidence_min: ratio(0.4, 0, 1, 'less confidence than this is HOLD'),
});

type Rules = z.infer<typeof schema>;

const DELAY_WEIGHTS = [1, 0.8, 0.6, 0.4, 0.2];

class FailedBreakdown {
  readonly #series: Series;
  readonly #rules: Rules;

  constructor(series: Series, rules: Rules) {
    this.#series = series;
    this.#rules = rules;
  }

  evaluator(costs: Costs): Evaluator {
    return new TwoSided({
      series: this.#series,
      costs,
      warmup: warmupBars(failedBreakdown, this.#rules),
      confidenceMin: this.#rules.confidence_min,
      below: new SpringSide(this.#series, this.#rules satisfies SpringRules, 1),
      above: new SpringSide(this.#series, this.#rules satisfies SpringRules, -1),
      setup: (direction, spring) => this.#setup(direction, spring),
      ownGates: () => [],
      invalidates: (held) => this.#closedBelow(held),
      leavesOnOpposite: false,
    });
  }

  #setup(direction: Direction, spring: Spring): Setup {
    const way = direction === 'BUY' ? 1 : -1;
    const { stop_buffer, target_buffer, target_max_r, bars_max } = this.#rules;
    const { support, resistance, lowest, atr } = spring.break;
    const entry = this.#series.close(this.#series.last);
    const stop = (lowest - stop_buffer * atr) * way;
    const room = resistance - target_buffer * atr - entry * way;
    const components = this.#confidence(spring);
    return {
      direction,
      confidence: sumOf(components),
      components,
      entry,
      stop,
      target: entry + Math.min(room, target_max_r * Math.abs(entry - stop)) * way,
      barsMax: bars_max,
      level: support * way,
    };
  }

  /** The ramps are fixed: a confidence means the same whatever the parameters. */
  #confidence({ break: broken, relativeVolume }: Spring): Components {
    const { support, lowest, atr, touches } = broken;
    const delay = this.#series.last - broken.bar - 1;
    return {
      quiet: 0.25 * ramp(broken.relativeVolume, 1.5, 0.5),
      depth: 0.2 * triangle((support - lowest) / atr, 0.25, 0.75, 2.5),
      speed: 0.25 * (DELAY_WEIGHTS[delay] ?? 0),
      volume: 0.15 * ramp(relativeVolume, 1.2, 3),
      touches: 0.15 * ramp(touches, 2, 5),
    };
  }

  /** Two consecutive closes below the support, or one below the spring's low, both after entry (A30). */
  #closedBelow({ level, entryBar }: Held): boolean {
    const series = this.#series;
    const bar = series.last;
    if (!(series.openTime(bar) >= entryBar && series.close(bar) < level)) return false;
    const isSecond = series.openTime(bar - 1) >= entryBar && series.close(bar - 1) < level;
    return isSecond || series.close(bar) < this.#springLow(bar, entryBar);
  }

  /** The lowest low from break to reclaim: of the bars before it none in the window is lower. */
  #springLow(bar: number, entryBar: number): number {
    let reclaim = bar;
    while (this.#series.openTime(reclaim) >= entryBar) reclaim -= 1;
    let lowest = Number.POSITIVE_INFINITY;
    for (let back = 0; back <= this.#rules.reclaim_bars; back += 1) {
      lowest = Math.min(lowest, this.#series.low(reclaim - back));
    }
    return lowest;
  }
}

export const failedBreakdown: Strategy = {
  key: 'failed_breakdown',
  name: 'Failed Breakdown',
  parameters: schema,
  search: {
    range_bars: { from: 30, to: 120 },
    width_max: { from: 10, to: 30 },
    touches_min: { from: 2, to: 4 },
    break_volume_max: { from: 1.5, to: 4 },
    reclaim_volume_min: { from: 0.8, to: 2 },
    depth_max: { from: 1, to: 4 },
    stop_buffer: { from: 0.1, to: 0.6 },
    target_max_r: { from: 2, to: 4 },
    bars_max: { from: 20, to: 80 },
    confidence_min: { from: 0.3, to: 0.6 },
  },
  lookback(parameters: Parameters) {
    const { range_bars, reclaim_bars } = schema.parse(parameters);
    return range_bars + reclaim_bars;
  },
  create: (parameters, series, costs) =>
    new FailedBreakdown(series, schema.parse(parameters)).evaluator(costs),
};
