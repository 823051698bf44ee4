// What a venue trades and under which filters; the rules in force when an order is built.
import {
  type Decimal,
  decimal,
  floorToStep,
  type Money,
  money,
  notional,
  type Price,
  type Quantity,
  quantity,
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

/** Finer than any venue's steps, and no bounds: what is not known forbids nothing. */
const FINEST = '1e-18';
const UNBOUNDED = '1e30';

/** Rules of a pair the venue does not list: nothing is known of it but that it cannot be entered. */
export function unlisted(pair: string): Instrument {
  const [base = pair, quote = ''] = pair.split('/');
  return {
    ...{ pair, base, quote, active: false },
    ...{ tickSize: decimal(FINEST), stepSize: decimal(FINEST) },
    ...{ quantityMin: quantity(FINEST), quantityMax: quantity(UNBOUNDED), notionalMin: money(0) },
  };
}

/**
 * What the venue lists now, and everything it listed before or that is needed, as not traded: a position
 * must be able to settle and to ask for its exit whatever became of its pair.
 */
export function rulesInForce(
  before: ReadonlyMap<string, Instrument>,
  listed: ReadonlyMap<string, Instrument>,
  needed: Iterable<string>,
): ReadonlyMap<string, Instrument> {
  const rules = new Map(listed);
  for (const pair of [...before.keys(), ...needed]) {
    if (rules.has(pair)) continue;
    rules.set(pair, { ...(before.get(pair) ?? unlisted(pair)), active: false });
  }
  return rules;
}
