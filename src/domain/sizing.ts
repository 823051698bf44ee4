// The size of a signal before any limit (DOMAIN §2), and the waterfall: the record of every step from
// the base to the final size or the refusal. It answers "why that size?" and "why not?".
import type { Stage } from './configuration.ts';
import { type Decimal, type DecimalText, decimal, type Money, money, text } from './money.ts';
import type { Refusal, RefusalCode } from './refusal.ts';

/** The formula's constants; shares of capital and plain factors. */
export interface SizingRules {
  readonly base: Readonly<Record<Stage, number>>;
  readonly sharpeDivisor: number;
  readonly sharpeMax: number;
  readonly sharpeWeight: number;
  readonly winRateWeight: number;
  readonly factorMin: number;
  readonly factorMax: number;
  /** What a share is taken of: `equity` makes a size independent of the order of arrival. */
  readonly capital: 'equity' | 'available';
}

export const DEFAULT_SIZING: SizingRules = {
  base: { MATURE: 0.1, VALIDATION: 0.05, DISCOVERY: 0.02, DECAY: 0.03, PAPER: 0 },
  sharpeDivisor: 2,
  sharpeMax: 1.5,
  sharpeWeight: 0.6,
  winRateWeight: 0.4,
  factorMin: 0.5,
  factorMax: 1.5,
  capital: 'equity',
};

export interface SizingInput {
  readonly stage: Stage;
  /** Validated Sharpe ratio; must be finite. */
  readonly sharpe: number;
  /** Percent, 0–100. */
  readonly winRatePercent: number;
  /** Confidence of the signal, 0..1. */
  readonly confidence: number;
  readonly capital: Money;
}

/** One limit's say about a size, amounts in quote currency. */
export interface Trim {
  readonly code: RefusalCode;
  readonly cap: DecimalText;
  readonly used: DecimalText;
  readonly headroom: DecimalText;
  readonly before: DecimalText;
  readonly after: DecimalText;
}

/** How money became whole lots: reserved at the collar price plus fee, rounded down (DOMAIN §3). */
export interface Rounding {
  readonly collarPrice: DecimalText;
  readonly feeRate: DecimalText;
  readonly stepSize: DecimalText;
  readonly quantity: DecimalText;
  /** quantity × collar price × (1 + fee). */
  readonly reserved: DecimalText;
}

/** The formula's steps; plain JSON. */
export interface Formula {
  readonly stage: Stage;
  readonly capital: DecimalText;
  readonly base: DecimalText;
  readonly sharpe: number;
  readonly sharpeTerm: DecimalText;
  readonly winRatePercent: number;
  readonly winRateTerm: DecimalText;
  readonly rawFactor: DecimalText;
  readonly factor: DecimalText;
  readonly confidence: number;
  readonly rawSize: DecimalText;
  readonly cap: DecimalText;
  readonly size: DecimalText;
}

/** Every step of one signal. Parts are missing where an earlier step refused. */
export interface Waterfall {
  readonly formula: Formula | null;
  /** What an open breaker multiplies the size by; absent where none does. */
  readonly scale?: { readonly factor: number; readonly breaker: string };
  readonly trims: readonly Trim[];
  readonly rounding: Rounding | null;
  /** Final size in quote currency; 0 when refused. */
  readonly size: DecimalText;
  readonly refusal: Refusal | null;
}

const clamp = (value: Decimal, low: number, high: number): Decimal =>
  value.lt(low) ? decimal(low) : value.gt(high) ? decimal(high) : value;

/**
 * Size in quote currency by the card's formula, literally:
 * `min(capital × base × clamp(.6 × min(sharpe/2, 1.5) + .4 × winRate) × confidence, capital × base)`.
 * A zero base gives zero. Eligibility is not judged here (DOMAIN §2).
 */
export function size(input: SizingInput, rules: SizingRules): Formula {
  const base = decimal(rules.base[input.stage]);
  const sharpeCapped = decimal(input.sharpe).div(rules.sharpeDivisor);
  const sharpeTerm = clamp(sharpeCapped, Number.NEGATIVE_INFINITY, rules.sharpeMax).times(
    rules.sharpeWeight,
  );
  const winRateTerm = decimal(input.winRatePercent).div(100).times(rules.winRateWeight);
  const rawFactor = sharpeTerm.plus(winRateTerm);
  const factor = clamp(rawFactor, rules.factorMin, rules.factorMax);
  const cap = money(input.capital.times(base));
  const rawSize = cap.times(factor).times(input.confidence);
  return {
    stage: input.stage,
    capital: text(input.capital),
    base: text(base),
    sharpe: input.sharpe,
    sharpeTerm: text(sharpeTerm),
    winRatePercent: input.winRatePercent,
    winRateTerm: text(winRateTerm),
    rawFactor: text(rawFactor),
    factor: text(factor),
    confidence: input.confidence,
    rawSize: text(rawSize),
    cap: text(cap),
    size: text(rawSize.lt(cap) ? rawSize : cap),
  };
}
