// What strategies with a BUY and a mirrored SELL rule have in common: both sides hear every bar, data
// problems are refusals, BUY comes before SELL, and what nearly fired is named.
import type { Series } from '../domain/series.ts';
import type { Decision, Departure, Held, Setup } from '../domain/signal.ts';
import { failedGates } from './gate.ts';
import type { Costs, Evaluator } from './strategy.ts';

export type Direction = Setup['direction'];

/** What a side found at the newest bar; it is a set-up when nothing was missed. */
export interface Candidate {
  /** Conditions that failed, in the order of the rules. */
  readonly missed: readonly string[];
}

export interface Side<Found extends Candidate> {
  /** The history before the next bar is void. */
  forget(): void;
  /** Takes the newest bar of the series; undefined where nothing came near. */
  take(): Found | undefined;
}

export interface TwoSidedRules<Found extends Candidate> {
  readonly series: Series;
  readonly costs: Costs;
  /** Contiguous bars before the first decision (A6). */
  readonly warmup: number;
  readonly confidenceMin: number;
  readonly below: Side<Found>;
  readonly above: Side<Found>;
  setup(direction: Direction, found: Found): Setup;
  /** Gates of its own, judged with the common ones. */
  ownGates(setup: Setup, found: Found): readonly string[];
  /** Whether the newest bar ends the idea that a long position was opened on. */
  invalidates(held: Held): boolean;
  /** Whether the mirrored set-up ends a long position, whatever its own gates say. */
  readonly leavesOnOpposite: boolean;
}

const HOLD: Decision = { kind: 'hold', missed: [] };
const NOT_WARM: Decision = { kind: 'unfit', code: 'not-warm' };
const GAP: Decision = { kind: 'unfit', code: 'gap' };
const BAD_CANDLE: Decision = { kind: 'unfit', code: 'bad-candle' };
const ATR_ZERO: Decision = { kind: 'unfit', code: 'atr-zero' };

export class TwoSided<Found extends Candidate> implements Evaluator {
  readonly #rules: TwoSidedRules<Found>;
  #isFit = false;
  /** Every condition of the mirrored set-up held at the newest bar. */
  #isOpposite = false;

  constructor(rules: TwoSidedRules<Found>) {
    this.#rules = rules;
  }

  onClosed(): Decision {
    const { series, below, above } = this.#rules;
    this.#isFit = false;
    if (series.contiguous <= 1) {
      below.forget();
      above.forget();
    }
    if (series.contiguous === 0) return BAD_CANDLE;
    const buy = below.take();
    const sell = above.take();
    const unfit = this.#unfit();
    if (unfit !== undefined) return unfit;
    this.#isFit = true;
    this.#isOpposite = sell?.missed.length === 0;
    return this.#decide('BUY', buy) ?? this.#decide('SELL', sell) ?? nearest(buy, sell);
  }

  leaves(held: Held): Departure | undefined {
    if (!this.#isFit) return undefined;
    if (this.#rules.invalidates(held)) return 'invalidation';
    return this.#rules.leavesOnOpposite && this.#isOpposite ? 'opposite' : undefined;
  }

  #unfit(): Decision | undefined {
    const { series, warmup } = this.#rules;
    if (series.contiguous < warmup) return series.contiguous < series.count ? GAP : NOT_WARM;
    return series.atr(series.last) > 0 ? undefined : ATR_ZERO;
  }

  /** A decision when every condition of the set-up holds; its gates may still make it a HOLD (A32). */
  #decide(direction: Direction, found: Found | undefined): Decision | undefined {
    if (found === undefined || found.missed.length > 0) return undefined;
    const { costs, confidenceMin } = this.#rules;
    const setup = this.#rules.setup(direction, found);
    const failed = [
      ...failedGates(setup, costs, confidenceMin),
      ...this.#rules.ownGates(setup, found),
    ];
    return failed.length > 0 ? { kind: 'hold', missed: failed } : { kind: 'setup', setup };
  }
}

/** HOLD with the conditions of whichever side came nearer. */
function nearest(buy: Candidate | undefined, sell: Candidate | undefined): Decision {
  if (buy === undefined && sell === undefined) return HOLD;
  const misses = (side: Candidate | undefined): number => side?.missed.length ?? Infinity;
  const closer = misses(buy) <= misses(sell) ? buy : sell;
  return { kind: 'hold', missed: closer?.missed ?? [] };
}

/** The weighted parts of a confidence as their sum. */
export const sumOf = (components: Setup['components']): number =>
  Object.values(components).reduce((sum, part) => sum + part, 0);
