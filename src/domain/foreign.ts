// What others do on the engine's account: a person's order or trade, another engine's, a deposit, a
// withdrawal. What moved is posted as foreign; nothing of it is profit, and nothing is guessed.

import { horizonOf, orderKey } from './account.ts';
import { type Fact, fact } from './fact.ts';
import type { Fill, Side } from './fill.ts';
import { apply, type Draft } from './fold.ts';
import { makerOf } from './identity.ts';
import { balanceOf, transaction } from './ledger.ts';
import { type Decimal, decimal, text, ZERO_MONEY } from './money.ts';
import { foreignOf } from './portfolio.ts';
import type { Millis } from './time.ts';

/** An order on the account that the book does not have. */
export interface ForeignOrder {
  readonly pair: string;
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly at: Millis;
}

/** Money that came or went without a trade; `amount` is below zero where it went. */
export interface Transfer {
  readonly asset: string;
  readonly amount: string;
  readonly at: Millis;
}

const recorded = (draft: Draft, facts: readonly Fact[]): readonly Fact[] => {
  for (const one of facts) apply(draft, one);
  return facts;
};

/** A trade that is none of the book's: posted, told once, and its pair frozen. */
export function foreignTrade(draft: Draft, fill: Fill): readonly Fact[] {
  const { pair, tradeId, at, clientOrderId } = fill;
  const isKnown = draft.account.trades.get(pair)?.has(tradeId) === true;
  if (isKnown || at < horizonOf(draft.account, pair)) return [];
  const detail = `trade ${tradeId}: ${fill.side} ${fill.quantity} at ${fill.price}`;
  const found = fact(
    'foreign.found',
    { at, key: pair, cause: clientOrderId },
    {
      ...{ pair, detail, tradeId, freezes: true },
      what: `trade of ${makerOf(draft.engine, clientOrderId)}`,
      ...movedBy(fill),
    },
  );
  return recorded(draft, [found, ...haltOf(draft, clientOrderId, at, pair)]);
}

const signs: Readonly<Record<Side, 1 | -1>> = { buy: 1, sell: -1 };

/** What a trade of others moved, and what of it was a sale. */
function movedBy({ pair, side, price, quantity, fee, feeAsset }: Fill) {
  const [base = '', quote = ''] = pair.split('/');
  const units = decimal(quantity).times(signs[side]);
  const value = decimal(price).times(units);
  const fees = feeAsset === quote ? decimal(fee) : ZERO_MONEY;
  return {
    sold: { quantity: text(units.negated()), value: text(value.negated().minus(fees)) },
    postings: transaction([
      ...ofOthers(base, units),
      ...ofOthers(quote, value.negated()),
      ...ofOthers(feeAsset, decimal(fee).negated()),
    ]),
  };
}

/** What others have more, or less, than before. */
const ofOthers = (asset: string, amount: Decimal) =>
  [
    { account: 'foreign', asset, amount },
    { account: 'venue', asset, amount: amount.negated() },
  ] as const;

/** An order that is none of the book's: told until its pair is frozen, or a person has accepted it. */
export function foreignOrder(draft: Draft, order: ForeignOrder): readonly Fact[] {
  const { pair, clientOrderId, venueOrderId, at } = order;
  const { frozen, accepted } = draft.account;
  const maker = makerOf(draft.engine, clientOrderId);
  const halting = haltOf(draft, clientOrderId, at, pair);
  const isTold = frozen.has(pair) || accepted.includes(orderKey(order));
  if (isTold) return recorded(draft, halting);
  const found = fact(
    'foreign.found',
    { at, key: pair, cause: clientOrderId },
    {
      ...{ pair, what: `order of ${maker}`, detail: `order ${venueOrderId} is open` },
      ...{ tradeId: null, freezes: true, sold: { quantity: '0', value: '0' }, postings: [] },
    },
  );
  return recorded(draft, [found, ...halting]);
}

/** Two engines on one account would trade against each other's books: both stop (RELIABILITY X18). */
function haltOf(draft: Draft, clientOrderId: string, at: Millis, pair: string): readonly Fact[] {
  if (makerOf(draft.engine, clientOrderId) !== 'another engine') return [];
  if (draft.trading !== 'active') return [];
  const reason = `another engine trades on this account: its order ${clientOrderId} on ${pair}`;
  return [fact('trading.reduced', { at, key: 'engine' }, { by: 'engine', reason })];
}

/**
 * A deposit of the quote is the engine's as far as what was put in stays within `ceiling` (DOMAIN §1); losses
 * are not made good by it. A withdrawal is its owner's own money first, the engine's after that.
 */
export function transferred(
  draft: Draft,
  { asset, amount, at }: Transfer,
  ceiling: Decimal,
): readonly Fact[] {
  const id = `${asset} ${amount} ${at}`;
  const moved = decimal(amount);
  if (moved.isZero() || draft.account.transfers.has(id)) return [];
  const ours = asset === draft.quote ? oursOf(draft, moved, ceiling) : ZERO_MONEY;
  const posted = fact(
    'transfer.recorded',
    { at, key: asset },
    {
      ...{ id, asset, amount: text(moved), equity: text(ours) },
      postings: transaction([...ofOthers(asset, moved.minus(ours)), ...putIn(asset, ours)]),
    },
  );
  return recorded(draft, [posted]);
}

/** What the engine may use more, or less, than before. */
export const putIn = (quote: string, amount: Decimal) =>
  [
    { account: 'cash', asset: quote, amount },
    { account: 'capital', asset: quote, amount: amount.negated() },
  ] as const;

function oursOf(draft: Draft, moved: Decimal, ceiling: Decimal): Decimal {
  if (moved.gt(0)) {
    const room = ceiling.plus(balanceOf(draft.balances, 'capital', draft.quote));
    if (!room.gt(0)) return ZERO_MONEY;
    return moved.lt(room) ? moved : room;
  }
  const own = foreignOf(draft, draft.quote);
  const rest = own.gt(0) ? moved.plus(own) : moved;
  return rest.lt(0) ? rest : ZERO_MONEY;
}

/** What the venue has less of than the book, for its exits to know; told when it changes. */
export function differed(
  draft: Draft,
  missing: ReadonlyMap<string, Decimal>,
  at: Millis,
): readonly Fact[] {
  const before = draft.account.missing;
  const isSame =
    before.size === missing.size &&
    [...missing].every(([asset, amount]) => before.get(asset)?.eq(amount) === true);
  if (isSame) return [];
  const data = Object.fromEntries([...missing].map(([asset, amount]) => [asset, text(amount)]));
  return recorded(draft, [fact('difference.found', { at, key: draft.quote }, { missing: data })]);
}

/** The account's events were lost: no entries until everything since has been asked for. */
export function lost(draft: Draft, reason: string, at: Millis): readonly Fact[] {
  if (draft.account.lost !== null) return [];
  return recorded(draft, [fact('account.lost', { at, key: draft.quote }, { reason })]);
}

export function reconciled(draft: Draft, at: Millis): readonly Fact[] {
  const { lost: reason } = draft.account;
  if (reason === null) return [];
  return recorded(draft, [fact('account.reconciled', { at, key: draft.quote }, { reason })]);
}
