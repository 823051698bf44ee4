// What a strategy says at a closed candle, and the signal that leaves it towards the portfolio.
import type { DecimalText } from './money.ts';
import type { Millis } from './time.ts';

/** Named parts of a confidence, each already weighted: they add up to it. */
export type Components = Readonly<Record<string, number>>;

/** Prices of a set-up that fired, as floats of its stream; `barsMax` is its time stop in bars. */
export interface Setup {
  readonly direction: 'BUY' | 'SELL';
  readonly confidence: number;
  readonly components: Components;
  readonly entry: number;
  readonly stop: number;
  readonly target: number;
  readonly barsMax: number;
  /** The level the set-up is about, for invalidation and for pictures. */
  readonly level: number;
}

/** Why a strategy could not judge a bar: never the same as HOLD (DOMAIN §1). */
export type Unfit = 'not-warm' | 'gap' | 'bad-candle' | 'atr-zero';

/** Why a strategy lets go of a position at a bar. */
export type Departure = 'invalidation' | 'opposite';

/** The answer to one closed candle. `missed` names the failed conditions in the order of DOMAIN §5. */
export type Decision =
  | { readonly kind: 'setup'; readonly setup: Setup }
  | { readonly kind: 'hold'; readonly missed: readonly string[] }
  | { readonly kind: 'unfit'; readonly code: Unfit };

/** What a strategy may know of an open position of its configuration: enough to judge invalidation. */
export interface Held {
  readonly level: number;
  readonly stop: number;
  /** Open time of the candle during which the position was opened; it is bar 1 (STRATEGIES A30). */
  readonly entryBar: Millis;
}

/** A decision on its way to the portfolio: plain JSON, amounts as decimal text. */
export interface Signal {
  /** Derived from configuration and deciding close: the idempotency key of an entry. */
  readonly id: string;
  readonly configId: string;
  readonly pair: string;
  readonly direction: 'BUY' | 'SELL';
  readonly confidence: number;
  readonly components: Components;
  readonly entryPrice: DecimalText;
  readonly stopLoss: DecimalText;
  readonly takeProfit: DecimalText;
  readonly level: DecimalText;
  /** Time stop: market time after which the position is closed. */
  readonly expiresAt: Millis;
  /** Close time of the deciding candle. */
  readonly at: Millis;
}
