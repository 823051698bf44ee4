// What a strategy is: a key, a schema of its parameters with defaults and search ranges, and a factory
// of an evaluator that reads the stream's shared series. Nothing else in the engine knows its rules.
import type { z } from 'zod';
import type { Series } from '../domain/series.ts';
import type { Decision, Departure, Held } from '../domain/signal.ts';

export type Parameters = Readonly<Record<string, number>>;

/** Venue's fee and expected slippage, each a side, as plain shares: c = 2·fee + 2·slippage (A36). */
export interface Costs {
  readonly fee: number;
  readonly slippage: number;
}

export interface Evaluator {
  /** Judges the newest bar of the series; called once per bar, after the series took it. */
  onClosed(): Decision;
  /**
   * Why a position should go at the bar just judged. A configuration can have two, of the portfolio and of
   * its paper twin, opened at different bars.
   */
  leaves(held: Held): Departure | undefined;
}

/** Range a training run may search, in the parameter's own unit. */
export interface SearchRange {
  readonly from: number;
  readonly to: number;
}

export interface Strategy {
  /** Exact key of the registry. */
  readonly key: string;
  /** The name people write; mapped to the key explicitly. */
  readonly name: string;
  readonly parameters: z.ZodType<Parameters>;
  readonly search: Readonly<Record<string, SearchRange>>;
  /** Bars before the deciding one that its rules read. */
  lookback(parameters: Parameters): number;
  /** `parameters` have passed the schema. */
  create(parameters: Parameters, series: Series, costs: Costs): Evaluator;
}

/** Bars after which Wilder averages have forgotten where they started (DOMAIN §1). */
const SETTLING_BARS = 500;

/** Contiguous bars a strategy needs, the deciding one included (A6). */
export const warmupBars = (strategy: Strategy, parameters: Parameters): number =>
  SETTLING_BARS + strategy.lookback(parameters);
