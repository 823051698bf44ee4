// Exits are never refused and never wait for entries: a position that is to go gets a market order for
// the whole lots it holds, or as many as the venue takes in one order, once at a time, until nothing is
// left that can be sold (DOMAIN §4).

import { endOf } from './closing.ts';
import { sellable } from './coverage.ts';
import { type Fact, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { clientOrderId, type EngineId } from './identity.ts';
import { filterBroken, type Instrument, toLots } from './instrument.ts';
import { least, price as mintPrice, type Quantity, text } from './money.ts';
import type { ExitReason, Order } from './order.ts';
import { type LiveOrder, liveOrder, type Position } from './portfolio.ts';
import { liveStop, resend, takeBack } from './protection.ts';
import type { Millis } from './time.ts';

export interface ExitRequest {
  readonly configId: string;
  readonly reason: ExitReason;
  /** The price that asked for it, as a float of the pair; null when no price did. */
  readonly price: number | null;
  readonly at: Millis;
}

/** The facts of an exit, applied to `draft`; none when nothing is held or an exit is already out. */
export function orderExit(
  draft: Draft,
  { configId, reason, price, at }: ExitRequest,
  instrument: Instrument,
  engine: EngineId,
): readonly Fact[] {
  const position = draft.positions.get(configId);
  if (position === undefined || liveOrder(draft, configId, 'exit') !== undefined) return [];
  const { opening } = position;
  const exitReason = position.exiting ?? reason;
  const lotsOf = (amount: Quantity): Quantity =>
    toLots(instrument, least(amount, instrument.quantityMax));
  if (!isSellable(lotsOf(position.quantity), position, price, instrument)) {
    return closeAsDust(draft, position, at, exitReason);
  }
  const lots = lotsOf(sellable(draft, position));
  // What others have sold is no dust: it waits for a person, and asks the venue for nothing in vain; not
  // for the stop of those that stay either, which would come and go for ever.
  if (!isSellable(lots, position, price, instrument)) return [];
  const held = letGo(draft, { configId, reason: exitReason, price, at });
  if (held !== undefined) return held;
  const lost = lostExit(draft, position, lots);
  if (lost !== undefined) return resend(draft, lost, at);
  const order: Order = {
    clientOrderId: freeId(draft, position, engine),
    configId,
    signalId: opening.signalId,
    pair: opening.pair,
    side: 'sell',
    purpose: 'exit',
    type: 'market',
    quantity: text(lots),
    limitPrice: null,
    stopPrice: null,
    stage: opening.stage,
    reserved: '0',
    exitReason,
    at,
  };
  const ordered = fact(
    'exit.ordered',
    { at, key: configId, cause: opening.signalId },
    { reason: exitReason, order, price: referenceOf(price) ?? position.awaiting?.price ?? null },
  );
  apply(draft, ordered);
  return [ordered];
}

const referenceOf = (price: number | null) => (price === null ? null : String(price));

/**
 * A stop at the venue holds the pair's coins: it has to go before they can. The position is on its way out
 * from now on, and gets its order when the stop's end is known. Undefined where nothing is held back.
 */
function letGo(draft: Draft, request: ExitRequest): readonly Fact[] | undefined {
  const { configId, reason, price, at } = request;
  const position = draft.positions.get(configId);
  const standing = position === undefined ? undefined : liveStop(draft, position.opening.pair);
  if (position === undefined || standing === undefined) return undefined;
  const facts: Fact[] = [];
  if (position.awaiting === null) {
    const about = { at, key: configId, cause: position.opening.signalId };
    const decided = fact('exit.decided', about, { configId, reason, price: referenceOf(price) });
    apply(draft, decided);
    facts.push(decided);
  }
  return [...facts, ...takeBack(draft, standing, 'exit', at)];
}

/** The position's last exit, where it never arrived and is still what is wanted. */
function lostExit(draft: Draft, { opening }: Position, lots: Quantity): LiveOrder | undefined {
  const last = [...draft.orders.values()]
    .filter(({ order }) => order.purpose === 'exit' && order.signalId === opening.signalId)
    .at(-1);
  if (last?.state !== 'absent' || last.filled.gt(0) || !lots.eq(last.order.quantity)) {
    return undefined;
  }
  return last;
}

/**
 * The first leg whose id no order has: a position that a late fill opened again starts to count anew,
 * and an id used twice would pass the old order's fills off as the new one's.
 */
function freeId(draft: Draft, { opening, exits }: Position, engine: EngineId): string {
  for (let leg = exits; ; leg += 1) {
    const id = clientOrderId(engine, { signalId: opening.signalId, purpose: 'exit', leg });
    if (!draft.orders.has(id)) return id;
  }
}

/** Whether the venue would take it at `price`, or where no price asked, at what it was bought for. */
function isSellable(
  lots: Quantity,
  { paid, bought }: Position,
  price: number | null,
  instrument: Instrument,
): boolean {
  if (!lots.gt(0)) return false;
  return filterBroken(instrument, lots, mintPrice(price ?? paid.div(bought))) === undefined;
}

/** What cannot be sold would be asked to go for ever: the position ends and what is left is dust. */
function closeAsDust(
  draft: Draft,
  position: Position,
  at: Millis,
  reason: ExitReason,
): readonly Fact[] {
  const closed = endOf(draft, position, reason, at);
  if (closed === undefined) return [];
  apply(draft, closed);
  return [closed];
}
