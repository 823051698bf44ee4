// What a venue trades and under which filters; the rules in force when an order is built.
import {
  type Decimal,
  floorToStep,
  type Money,
  notional,
  type Price,
  type Quantity,
} from './money.ts';

/** One tradable pair with its filters. Quantities in base units, prices and notionals in quote. */
export interface Instrument {
  readonly pair: string;
  readonly base: string;
  readonly quote: string;
  /** The venue trades it now. */
  readonly active: boolean;
  readonly tickSize: Decimal;
  /** Lot step for market orders: the coarser of LOT_SIZE and MARKET_LOT_SIZE. */
  readonly stepSize: Decimal;
  readonly quantityMin: Quantity;
  readonly quantityMax: Quantity;
  readonly notionalMin: Money;
}

/** Whole lots in `amount`, rounded down. */
export const toLots = (instrument: Instrument, amount: Quantity): Quantity =>
  floorToStep(amount, instrument.stepSize);

/** Which of the venue's filters an order would break; undefined when none. */
export function filterBroken(
  instrument: Instrument,
  amount: Quantity,
  at: Price,
):
  | { filter: 'quantity-min' | 'quantity-max' | 'notional-min'; limit: Decimal; actual: Decimal }
  | undefined {
  const { quantityMin, quantityMax, notionalMin } = instrument;
  if (!amount.gte(quantityMin))
    return { filter: 'quantity-min', limit: quantityMin, actual: amount };
  if (!amount.lte(quantityMax))
    return { filter: 'quantity-max', limit: quantityMax, actual: amount };
  const value = notional(at, amount);
  if (!value.gte(notionalMin)) return { filter: 'notional-min', limit: notionalMin, actual: value };
  return undefined;
}
