// Capitulation Reversal: a panic that ends a fall, then a turn that confirms it (DOMAIN §5, STRATEGIES
// A16–A20, A33).
import { z } from 'zod';
import { atLeast, atMost, ramp } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';
import type { Components, Held, Setup } from '../domain/signal.ts';
import { timeframeMs } from '../domain/time.ts';
import { type ClimaxRules, ClimaxSide, type Turn } from './climax-side.ts';
import { bars, ratio } from './parameter.ts';
import {
  type Costs,
  type Evaluator,
  type Parameters,
  type Strategy,
  warmupBars,
} from './strategy.ts';
import { type Direction, sumOf, TwoSided } from './two-sided.ts';

const schema = z.strictObject({
  fall_bars: bars(24, 5, 100, 'bars of the fall, and between climaxes of one decline'),
  fall_min: ratio(4, 0, 20, 'fall from the highest high, in ATR'),
  true_range_min: ratio(2.5, 0, 20, 'true range of the climax, in ATR'),
  relative_volume_min: ratio(3, 0, 50, 'volume of the climax over its median'),
  rsi_max: ratio(25, 0, 100, 'RSI at the climax or in the two bars before'),
  wick_min: ratio(0.45, 0, 1, 'lower wick of a climax that closes up, within its range'),
  confirm_bars: bars(3, 1, 10, 'bars after the climax in which the turn must come'),
  tolerance: ratio(0.1, 0, 5, 'how far below the climax the turn may dip, in ATR'),
  retrace_min: ratio(0.5, 0, 1, 'where the turn closes within the climax’s range'),
  rearms: bars(2, 0, 10, 'climaxes of one decline after the first that count'),
  stop_buffer: ratio(0.5, 0, 5, 'stop beyond the lowest low, in ATR'),
  risk_max: ratio(6, 0.5, 50, 'widest R, in ATR'),
  fall_retrace: ratio(0.5, 0, 1, 'share of the fall that is the target, if the EMA is not nearer'),
  target_min_r: ratio(1.5, 0.5, 10, 'that target counts from here, in R'),
  target_r: ratio(2.5, 0.5, 10, 'target where it does not, in R'),
  bars_max_fast: bars(50, 1, 500, 'time stop below four hours, in bars'),
  bars_max_slow: bars(18, 1, 500, 'time stop from four hours on, in bars'),
  confidence_min: ratio(0.5, 0, 1, 'less confidence than this is HOLD'),
});

type Rules = z.infer<typeof schema>;

const slowMs = timeframeMs('4h');

class CapitulationReversal {
  readonly #series: Series;
  readonly #rules: Rules;

  constructor(series: Series, rules: Rules) {
    this.#series = series;
    this.#rules = rules;
  }

  evaluator(costs: Costs): Evaluator {
    const rules = this.#rules;
    return new TwoSided({
      series: this.#series,
      costs,
      warmup: warmupBars(capitulationReversal, rules),
      confidenceMin: rules.confidence_min,
      below: new ClimaxSide(this.#series, rules satisfies ClimaxRules, 1),
      above: new ClimaxSide(this.#series, rules satisfies ClimaxRules, -1),
      setup: (direction, turn) => this.#setup(direction, turn),
      ownGates: ({ entry, stop }, { climax }) =>
        atMost(Math.abs(entry - stop) / climax.atr, rules.risk_max) ? [] : ['risk-too-far'],
      invalidates: (held) => this.#closedBelow(held),
      leavesOnOpposite: false,
    });
  }

  #setup(direction: Direction, turn: Turn): Setup {
    const { climax, lowest } = turn;
    const way = direction === 'BUY' ? 1 : -1;
    const { stop_buffer, bars_max_fast, bars_max_slow } = this.#rules;
    const entry = this.#series.close(this.#series.last);
    const stop = (lowest - stop_buffer * climax.atr) * way;
    const components = this.#confidence(turn, entry * way);
    const isSlow = timeframeMs(this.#series.timeframe) >= slowMs;
    return {
      direction,
      confidence: sumOf(components),
      components,
      entry,
      stop,
      target: this.#target(turn, entry, Math.abs(entry - stop), way),
      barsMax: isSlow ? bars_max_slow : bars_max_fast,
      level: climax.low * way,
    };
  }

  /** The nearer of a share of the fall and the EMA if it is far enough, else a multiple of R. */
  #target({ climax }: Turn, entry: number, risk: number, way: 1 | -1): number {
    const { fall_retrace, target_min_r, target_r } = this.#rules;
    const retrace = climax.low + fall_retrace * (climax.high - climax.low);
    const average = this.#series.average(this.#series.last) * way;
    const distance = Math.min(retrace, average) - entry * way;
    return entry + (atLeast(distance / risk, target_min_r) ? distance : target_r * risk) * way;
  }

  /** The ramps are fixed: a confidence means the same whatever the parameters. */
  #confidence({ climax }: Turn, close: number): Components {
    return {
      volume: 0.3 * ramp(climax.relativeVolume, 3, 8),
      range: 0.25 * ramp(climax.trueRange, 2.5, 5),
      wick: 0.15 * ramp(climax.wick, 0.3, 0.7),
      rsi: 0.15 * ramp(climax.rsi, 25, 10),
      retrace: 0.15 * ramp((close - climax.low) / climax.range, 0.5, 1),
    };
  }

  /** A close below the climax's low, from the entry bar on (A30). */
  #closedBelow({ level, entryBar }: Held): boolean {
    const { last } = this.#series;
    return this.#series.openTime(last) >= entryBar && this.#series.close(last) < level;
  }
}

export const capitulationReversal: Strategy = {
  key: 'capitulation_reversal',
  name: 'Capitulation Reversal',
  parameters: schema,
  search: {
    fall_min: { from: 3, to: 6 },
    true_range_min: { from: 2, to: 4 },
    relative_volume_min: { from: 2, to: 6 },
    rsi_max: { from: 15, to: 35 },
    retrace_min: { from: 0.3, to: 0.8 },
    stop_buffer: { from: 0.2, to: 1 },
    target_r: { from: 1.5, to: 4 },
    bars_max_fast: { from: 20, to: 80 },
    confidence_min: { from: 0.4, to: 0.7 },
  },
  lookback(parameters: Parameters) {
    const { fall_bars, rearms, confirm_bars } = schema.parse(parameters);
    // A whole decline: whether a climax still counts depends on those before it (A19).
    return fall_bars * (rearms + 2) + confirm_bars;
  },
  create: (parameters, series, costs) =>
    new CapitulationReversal(series, schema.parse(parameters)).evaluator(costs),
};
