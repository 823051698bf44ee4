// How much of a position can still be sold, once others have sold some of the same asset: an exit asks for
// what is there, and not for what the venue would refuse for ever (RELIABILITY X17).
import { balanceOf } from './ledger.ts';
import { type Decimal, decimal, type Quantity, quantity, ZERO_QUANTITY } from './money.ts';
import { foreignOf, hasEnded, type Portfolio, type Position } from './portfolio.ts';

/** How many units of an asset the engine's positions hold that the account has not; dust goes first. */
export function shortOf(book: Portfolio, asset: string): Decimal {
  const missing = book.account.missing.get(asset) ?? ZERO_QUANTITY;
  const dust = balanceOf(book.balances, 'units:dust', asset);
  const spare = foreignOf(book, asset).minus(missing).plus(dust);
  return spare.lt(0) ? spare.negated() : ZERO_QUANTITY;
}

/** Each position's part of what is short, by what it bought: a sale of one moves no other's. */
export function partsOfShort(
  book: Portfolio,
  asset: string,
  short: Decimal,
): ReadonlyMap<string, Decimal> {
  const held = [...book.positions].filter(([, { opening }]) => opening.asset === asset);
  const bought = held.reduce((sum, [, one]) => sum.plus(one.bought), decimal(0));
  return new Map(held.map(([id, one]) => [id, short.times(one.bought).div(bought)]));
}

/** What of `position` the account still has, less what other exits of the asset have asked for. */
export function sellable(book: Portfolio, position: Position): Quantity {
  const { asset, configId } = position.opening;
  const short = shortOf(book, asset);
  if (!short.gt(0)) return position.quantity;
  const mine = partsOfShort(book, asset, short).get(configId) ?? short;
  let there = short.negated();
  for (const { opening, quantity: held } of book.positions.values()) {
    if (opening.asset === asset) there = there.plus(held);
  }
  for (const live of book.orders.values()) {
    if (live.asset !== asset || live.order.purpose !== 'exit' || hasEnded(live)) continue;
    there = there.minus(live.order.quantity).plus(live.filled);
  }
  const fair = position.quantity.minus(mine);
  const most = fair.lt(there) ? fair : there;
  return most.gt(0) ? quantity(most) : ZERO_QUANTITY;
}
