// Recomputes what fills did to cash and to each position: average cost, a fee in base taken from the
// quantity and from the cost at the fill's own price, every fee an expense when it is paid.
import {
  add,
  divide,
  equal,
  multiply,
  negative,
  type Rational,
  sign,
  subtract,
  zero,
} from './rational.ts';
import type { Shrunk, Trade } from './statement.ts';

export interface Replayed {
  readonly quantity: Rational;
  /** What the held quantity cost, in quote currency, fees not included. */
  readonly cost: Rational;
  readonly realised: Rational;
  /** In quote currency. */
  readonly fees: Rational;
}

export const flat: Replayed = { quantity: zero, cost: zero, realised: zero, fees: zero };

type Valued = Trade & { readonly feeValue: Rational };

/** What one trade does to the account's balances, by asset; exact. */
export function deltas(trade: Trade): [asset: string, change: Rational][] {
  const value = multiply(trade.price, trade.quantity);
  const buys = trade.side === 'BUY';
  return [
    [trade.base, buys ? trade.quantity : negative(trade.quantity)],
    [trade.quote, buys ? negative(value) : value],
    [trade.feeAsset, negative(trade.fee)],
  ];
}

/** The sum of all changes, by asset. */
export function totalDeltas(trades: Iterable<Trade>): Map<string, Rational> {
  const totals = new Map<string, Rational>();
  for (const trade of trades) {
    for (const [asset, change] of deltas(trade)) {
      totals.set(asset, add(totals.get(asset) ?? zero, change));
    }
  }
  return totals;
}

/** The fee in quote currency; one paid in a third asset is valued as the books did. */
export function feeValue(trade: Valued): Rational {
  if (trade.feeAsset === trade.quote) return trade.fee;
  return trade.feeAsset === trade.base ? multiply(trade.fee, trade.price) : trade.feeValue;
}

/** The position after one more fill, and what that fill realised. Selling more than is held throws. */
export function replay(before: Replayed, trade: Valued): Replayed {
  const value = multiply(trade.price, trade.quantity);
  const paid = feeValue(trade);
  const feeInBase = trade.feeAsset === trade.base;
  const fees = add(before.fees, paid);
  if (trade.side === 'BUY') {
    const received = feeInBase ? subtract(trade.quantity, trade.fee) : trade.quantity;
    const cost = feeInBase ? subtract(value, paid) : value;
    return {
      ...before,
      quantity: add(before.quantity, received),
      cost: add(before.cost, cost),
      fees,
    };
  }
  const gone = feeInBase ? add(trade.quantity, trade.fee) : trade.quantity;
  const left = subtract(before.quantity, gone);
  if (sign(left) < 0)
    throw new RangeError(`${trade.clientOrderId} sells more than its position has`);
  const share = equal(gone, before.quantity)
    ? before.cost
    : divide(multiply(before.cost, gone), before.quantity);
  return {
    quantity: left,
    cost: subtract(before.cost, share),
    realised: add(before.realised, subtract(value, share)),
    fees,
  };
}

/** The position after others sold a part of it, or took it where nobody knows a price. */
export function shrink(before: Replayed, { gone, received }: Shrunk): Replayed {
  const left = subtract(before.quantity, gone);
  if (sign(left) < 0) throw new RangeError('others sold more than a position has');
  const share = equal(gone, before.quantity)
    ? before.cost
    : divide(multiply(before.cost, gone), before.quantity);
  const realised = received === undefined ? zero : subtract(received, share);
  return {
    ...before,
    quantity: left,
    cost: subtract(before.cost, share),
    realised: add(before.realised, realised),
  };
}
