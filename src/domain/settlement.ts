// From a fill to facts: postings that sum to zero, the position after it, and what it completes.
// A fill is the venue's word: it is accepted in any state of its order, and applied once.
import { assert } from './assert.ts';
import { closingOf } from './closing.ts';
import { type Fact, type FactOf, fact } from './fact.ts';
import type { Fill } from './fill.ts';
import { apply, type Draft } from './fold.ts';
import type { Instrument } from './instrument.ts';
import { transaction } from './ledger.ts';
import {
  type Decimal,
  decimal,
  type Money,
  notional,
  type Price,
  price,
  type Quantity,
  quantity,
  share,
  text,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from './money.ts';
import { hasEnded, type LiveOrder, type Position } from './portfolio.ts';
import { type Portion, portions } from './portion.ts';

/**
 * The facts of one fill, applied to `draft`; none when its trade id was seen before, or of nothing.
 * `feePrice`: what one unit of its fee's asset is worth, where that is neither base nor quote.
 */
export function settle(
  draft: Draft,
  fill: Fill,
  instrument: Instrument,
  feePrice?: Price,
): readonly Fact[] {
  const live = orderOf(draft, fill);
  if (live.trades.includes(fill.tradeId) || !quantity(fill.quantity).gt(0)) return [];
  const facts: Fact[] = [];
  const record = (next: Fact | undefined): void => {
    if (next === undefined) return;
    apply(draft, next);
    facts.push(next);
  };
  const portions = portionsOf(draft, live, fill);
  for (const { configId, fill: portion } of portions) {
    if (!draft.positions.has(configId)) record(openingOf(live, fill));
    record(fillFact(draft, live, { configId, fill: portion }, feePrice));
  }
  record(overfillOf(draft, fill));
  record(completionOf(draft, fill));
  for (const { configId } of portions) record(closingOf(draft, configId, instrument, fill.at));
  return facts;
}

/** What of a fill is whose: all of it its configuration's, unless the order was for all of its pair. */
const portionsOf = (draft: Draft, { order }: LiveOrder, fill: Fill): readonly Portion[] =>
  order.purpose === 'protection' ? portions(draft, fill) : [{ configId: order.configId, fill }];

function openingOf(live: LiveOrder, fill: Fill): FactOf<'position.opened'> {
  const { opening, order } = live;
  assert(opening !== null, `expected an entry order, was ${order.clientOrderId}`);
  return fact(
    'position.opened',
    { at: fill.at, key: order.configId, cause: order.clientOrderId },
    { ...opening, at: fill.at },
  );
}

/** What a fill moves, signed: into the position, into cash, and the fee in units and at its value. */
interface Parts {
  readonly units: Decimal;
  readonly cost: Decimal;
  readonly cash: Decimal;
  readonly feeUnits: Decimal;
  readonly feeValue: Decimal;
  /** A fee in a third asset, which its owner pays for the engine: in units, and its value where known. */
  readonly paidUnits: Decimal;
  readonly paidValue: Decimal;
}

function partsOf(position: Position, fill: Fill, quote: string, feePrice?: Price): Parts {
  const at = price(fill.price);
  const amount = quantity(fill.quantity);
  const fee = decimal(fill.fee);
  const feeUnits = fill.feeAsset === position.opening.asset ? fee : ZERO_QUANTITY;
  const feeCash = fill.feeAsset === quote ? fee : ZERO_MONEY;
  const feeValue = feeCash.plus(at.times(feeUnits));
  const paidUnits = isThird(fill, position, quote) ? fee : ZERO_QUANTITY;
  const paidValue = feePrice === undefined ? ZERO_MONEY : feePrice.times(paidUnits);
  const fees = { feeUnits, feeValue, paidUnits, paidValue };
  const value = notional(at, amount);
  if (fill.side === 'buy') {
    // A fee taken in the base is no cost of the position: cost = (filled − fee) × price (DOMAIN §1).
    const units = amount.minus(feeUnits);
    return { units, cost: at.times(units), cash: value.plus(feeCash).negated(), ...fees };
  }
  const units = quantity(amount.plus(feeUnits));
  const cost = costOf(position, units).negated();
  return { units: units.negated(), cost, cash: value.minus(feeCash), ...fees };
}

const isThird = ({ feeAsset }: Fill, { opening }: Position, quote: string): boolean =>
  feeAsset !== opening.asset && feeAsset !== quote;

/** Realised before fees: what cash, cost and fee do not explain. Zero on a buy. */
const realisedOf = ({ cash, cost, feeValue }: Parts): Decimal => cash.plus(cost).plus(feeValue);

/** Cost that leaves a position with `amount` of it; all of it with the last unit. */
const costOf = (position: Position, amount: Quantity): Money =>
  amount.gte(position.quantity) ? position.cost : share(position.cost, amount, position.quantity);

function postingsOf(configId: string, quote: string, asset: string, fill: Fill, parts: Parts) {
  return transaction([
    { account: 'cash', asset: quote, amount: parts.cash },
    { account: `cost:${configId}`, asset: quote, amount: parts.cost },
    { account: 'fees', asset: quote, amount: parts.feeValue },
    { account: 'realised', asset: quote, amount: realisedOf(parts).negated() },
    { account: `units:${configId}`, asset, amount: parts.units },
    { account: 'fees', asset, amount: parts.feeUnits },
    { account: 'venue', asset, amount: parts.units.plus(parts.feeUnits).negated() },
    { account: 'fees', asset: fill.feeAsset, amount: parts.paidUnits },
    { account: 'foreign', asset: fill.feeAsset, amount: parts.paidUnits.negated() },
    // What the owner pays for the engine is put in: it costs the position, and no cash.
    { account: 'fees', asset: quote, amount: parts.paidValue },
    { account: 'capital', asset: quote, amount: parts.paidValue.negated() },
  ]);
}

function fillFact(
  draft: Draft,
  { order }: LiveOrder,
  { configId, fill }: Portion,
  feePrice?: Price,
): FactOf<'fill.recorded'> {
  const position = positionOf(draft, configId);
  const { signalId } = position.opening;
  const parts = partsOf(position, fill, draft.quote, feePrice);
  return fact(
    'fill.recorded',
    { at: fill.at, key: fill.clientOrderId, cause: order.signalId },
    {
      fill,
      purpose: order.purpose,
      configId,
      signalId,
      postings: postingsOf(configId, draft.quote, position.opening.asset, fill, parts),
      feeValue: text(parts.feeValue.plus(parts.paidValue)),
      realised: text(realisedOf(parts)),
      held: {
        quantity: text(position.quantity.plus(parts.units)),
        cost: text(position.cost.plus(parts.cost)),
      },
    },
  );
}

/** The venue filled more than was asked for: it is right, and somebody must know. */
function overfillOf(draft: Draft, fill: Fill): Fact | undefined {
  const { order, filled } = orderOf(draft, fill);
  if (!filled.gt(order.quantity)) return undefined;
  const excess = text(filled.minus(order.quantity));
  return fact(
    'order.overfilled',
    { at: fill.at, key: fill.clientOrderId, cause: order.signalId },
    { clientOrderId: fill.clientOrderId, excess },
  );
}

/** The order's end, once its fills add up to its quantity; not applied yet. */
export function completionOf(draft: Draft, fill: Fill): Fact | undefined {
  const live = draft.orders.get(fill.clientOrderId);
  if (live === undefined || hasEnded(live)) return undefined;
  if (live.filled.lt(live.order.quantity)) return undefined;
  return fact(
    'order.ended',
    { at: fill.at, key: fill.clientOrderId, cause: live.order.signalId },
    { clientOrderId: fill.clientOrderId, state: 'filled', code: null, message: null },
  );
}

function orderOf(draft: Draft, { clientOrderId, tradeId }: Fill): LiveOrder {
  const live = draft.orders.get(clientOrderId);
  assert(live !== undefined, `expected an order for fill ${tradeId}, was none`);
  return live;
}

function positionOf(draft: Draft, configId: string): Position {
  const position = draft.positions.get(configId);
  assert(position !== undefined, `expected a position, was none for ${configId}`);
  return position;
}
