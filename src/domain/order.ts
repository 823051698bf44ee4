// An order as the engine means it, and the states it can be in. Plain JSON: it is journalled whole.
import type { Stage } from './configuration.ts';
import type { Side } from './fill.ts';
import type { DecimalText } from './money.ts';
import type { Millis } from './time.ts';

/** Why a position is closed, in the order in which reasons win (DOMAIN §4). */
export const EXIT_REASONS = [
  'stop',
  'target',
  'invalidation',
  'time',
  'signal',
  'manual',
  'flatten',
  'overfill',
] as const;
export type ExitReason = (typeof EXIT_REASONS)[number];

export interface Order {
  readonly clientOrderId: string;
  readonly configId: string;
  /** The entry's signal; an exit carries the id of the signal that opened its position. */
  readonly signalId: string;
  readonly pair: string;
  readonly side: Side;
  /** `protection` rests at the venue and sells when the engine cannot. */
  readonly purpose: 'entry' | 'exit' | 'protection';
  /** `limit` is immediate-or-cancel at the collar; `stop-limit` rests until cancelled or hit. */
  readonly type: 'market' | 'limit' | 'stop-limit';
  readonly quantity: DecimalText;
  readonly limitPrice: DecimalText | null;
  /** The price that wakes a `stop-limit`; null for the others. */
  readonly stopPrice: DecimalText | null;
  /** Stage at entry: where the exposure counts until the position is closed. */
  readonly stage: Stage;
  /** Quote currency set aside until the order ends: collar price × quantity plus fee; 0 for exits. */
  readonly reserved: DecimalText;
  readonly exitReason: ExitReason | null;
  /** Market time at which the supervisor made it. */
  readonly at: Millis;
}

/**
 * States of RELIABILITY §3.4. An order is born `sending`: intent and sending are one transaction. Quarantined
 * is what nobody could find out about for too long: all it may have done stays reserved.
 */
export const ORDER_STATES = [
  'sending',
  'open',
  'partial',
  'unknown',
  'canceling',
  'quarantined',
  'filled',
  'rejected',
  'canceled',
  'absent',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Why an order that stands is taken back: to let a position go, to cover what is held now, to add nothing. */
export type CancelReason = 'exit' | 'resize' | 'reduce';

/** How an order can end. `canceled` covers what the venue calls expired. */
export type OrderEnd = Extract<OrderState, 'filled' | 'rejected' | 'canceled' | 'absent'>;

/** How orders are made; rates are plain shares. */
export interface ExecutionRules {
  /** `limit` never pays more than the collar; what it cannot get at once is given up. */
  readonly entry: 'limit' | 'market';
  /** How far above the signal's price an entry may pay, and what is reserved for it. */
  readonly collar: number;
  /** Venue's fee a side. */
  readonly fee: number;
  /** Expected slippage a side, for the cost gate of the strategies. */
  readonly slippage: number;
  /** Age of a deciding close beyond which its signal is late, in timeframes of its stream. */
  readonly maxSignalAge: number;
}

/** Who watches the stops. */
export interface ProtectionRules {
  /**
   * `engine`: the trigger book alone. `both`: it comes first, and a stop rests at the venue for when it
   * cannot. `venue`: that stop stands at the lowest level itself, and comes first there.
   */
  readonly by: 'venue' | 'engine' | 'both';
  /** How far below the lowest stop it covers the venue's stands, as a share of it. */
  readonly offset: number;
}

export const DEFAULT_PROTECTION: ProtectionRules = { by: 'both', offset: 0.01 };

export const DEFAULT_EXECUTION: ExecutionRules = {
  entry: 'limit',
  collar: 0.002,
  fee: 0.001,
  slippage: 0.0005,
  maxSignalAge: 1,
};
