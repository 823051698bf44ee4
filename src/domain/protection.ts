// The second line of protection: one stop that rests at the venue for each pair, for the sum of the
// positions in it, below the lowest of their own stops (DOMAIN §4). What should stand follows from the
// book, so that this may be asked at any time, and after a restart, and does what is left to do.
import { shortOf } from './coverage.ts';
import { type Fact, type FactOf, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { clientOrderId, type EngineId, signalId } from './identity.ts';
import { filterBroken, type Instrument, toLots } from './instrument.ts';
import {
  decimal,
  least,
  type Price,
  price,
  type Quantity,
  quantity,
  roundToTick,
  text,
} from './money.ts';
import type { CancelReason, Order, ProtectionRules } from './order.ts';
import { hasEnded, heldPairs, type LiveOrder, type Position } from './portfolio.ts';
import type { Millis } from './time.ts';

/** How far below its stop the venue may sell, as a share of it: further than most gaps. */
const FALL = 0.05;
/** After a refusal it is tried again this much later, in market time, twice that after the next. */
const firstWaitMs: Millis = 5000;
const waitMsMax: Millis = 300_000;

/** What is given: the rules in force, and whose orders they are. */
export interface ProtectionTerms {
  readonly engine: EngineId;
  readonly protection: ProtectionRules;
}

interface Wanted {
  readonly quantity: Quantity;
  readonly stopPrice: Price;
  /** The position whose stop is the lowest. */
  readonly lowest: Position;
}

/** The native stop of a pair that has not ended, if there is one. */
export function liveStop(
  { orders }: { readonly orders: ReadonlyMap<string, LiveOrder> },
  pair: string,
): LiveOrder | undefined {
  for (const live of orders.values()) {
    if (live.order.purpose === 'protection' && live.order.pair === pair && !hasEnded(live)) {
      return live;
    }
  }
  return undefined;
}

/** What it takes for the right stop to stand at the venue, applied to `draft`; one step at a time. */
export function protect(
  draft: Draft,
  instrument: Instrument,
  terms: ProtectionTerms,
  at: Millis,
): readonly Fact[] {
  const wanted = wantedStop(draft, instrument, terms.protection);
  const standing = liveStop(draft, instrument.pair);
  if (standing === undefined) {
    return wanted === undefined || !instrument.active
      ? []
      : order(draft, wanted, instrument, terms, at);
  }
  // Where the venue trades the pair no more it would take no other in its place.
  const stays = wanted !== undefined && (fits(standing, wanted) || !instrument.active);
  return stays ? [] : takeBack(draft, standing, 'resize', at);
}

/** The same for every pair that is held or has a stop. */
export function protectAll(
  draft: Draft,
  terms: ProtectionTerms & { readonly instruments: ReadonlyMap<string, Instrument> },
  at: Millis,
): readonly Fact[] {
  const pairs = new Set(heldPairs(draft));
  for (const { order: one } of draft.orders.values()) {
    if (one.purpose === 'protection') pairs.add(one.pair);
  }
  return [...pairs].flatMap((pair) => {
    const instrument = terms.instruments.get(pair);
    return instrument === undefined ? [] : protect(draft, instrument, terms, at);
  });
}

/** Asks the venue to cancel an order that stands there; what is on its way or in doubt waits. */
export function takeBack(
  draft: Draft,
  { order: { clientOrderId: id, signalId: cause }, state }: LiveOrder,
  reason: CancelReason,
  at: Millis,
): readonly Fact[] {
  if (state !== 'open' && state !== 'partial') return [];
  const ordered = fact('cancel.ordered', { at, key: id, cause }, { clientOrderId: id, reason });
  apply(draft, ordered);
  return [ordered];
}

/** For the positions that are to stay. */
function wantedStop(
  draft: Draft,
  instrument: Instrument,
  { by, offset }: ProtectionRules,
): Wanted | undefined {
  if (by === 'engine') return undefined;
  let held = decimal(0);
  let lowest: Position | undefined;
  for (const position of draft.positions.values()) {
    const { opening, exiting } = position;
    if (opening.pair !== instrument.pair || exiting !== null) continue;
    held = held.plus(position.quantity);
    if (lowest === undefined || decimal(opening.stopLoss).lt(lowest.opening.stopLoss)) {
      lowest = position;
    }
  }
  if (lowest === undefined) return undefined;
  // What others have sold of it cannot be sold again (RELIABILITY X17).
  held = held.minus(shortOf(draft, instrument.base));
  if (!held.gt(0)) return undefined;
  const amount = toLots(instrument, least(quantity(held), instrument.quantityMax));
  const below = by === 'venue' ? 0 : offset;
  const level = price(decimal(lowest.opening.stopLoss).times(decimal(1).minus(below)));
  const stopPrice = roundToTick(level, instrument.tickSize, 'down');
  if (!stopPrice.gt(instrument.tickSize)) return undefined;
  return { quantity: amount, stopPrice, lowest };
}

const fits = ({ order: { quantity: whole, stopPrice }, filled }: LiveOrder, wanted: Wanted) =>
  wanted.quantity.eq(decimal(whole).minus(filled)) && wanted.stopPrice.eq(stopPrice ?? 0);

function order(
  draft: Draft,
  wanted: Wanted,
  instrument: Instrument,
  { engine }: ProtectionTerms,
  at: Millis,
): readonly Fact[] {
  const { pair, tickSize } = instrument;
  const limit = price(wanted.stopPrice.times(decimal(1).minus(FALL)));
  const limitPrice = roundToTick(limit, tickSize, 'down');
  if (!limitPrice.gt(0) || filterBroken(instrument, wanted.quantity, limitPrice) !== undefined) {
    return [];
  }
  const before = [...draft.orders.values()].filter(
    (live) => live.order.purpose === 'protection' && live.order.pair === pair,
  );
  if (isEntering(draft, pair) || !isDue(before, at)) return [];
  const next = fact(
    'protection.ordered',
    { at, key: pair },
    { order: orderFor(draft, wanted, { pair, limitPrice, engine, at }) },
  );
  const lost = before.at(-1);
  if (lost !== undefined && isSame(lost, next)) return resend(draft, lost, at);
  apply(draft, next);
  return [next];
}

function orderFor(
  draft: Draft,
  { quantity: amount, stopPrice, lowest }: Wanted,
  given: { pair: string; limitPrice: Price; engine: EngineId; at: Millis },
): Order {
  const { pair, limitPrice, engine, at } = given;
  // It belongs to all the positions of its pair, and to none of their configurations.
  const decision = signalId(pair, at);
  let leg = 0;
  const id = (): string =>
    clientOrderId(engine, { signalId: decision, purpose: 'protection', leg });
  while (draft.orders.has(id())) leg += 1;
  return {
    clientOrderId: id(),
    configId: pair,
    signalId: decision,
    pair,
    side: 'sell',
    purpose: 'protection',
    type: 'stop-limit',
    quantity: text(amount),
    limitPrice: text(limitPrice),
    stopPrice: text(stopPrice),
    stage: lowest.opening.stage,
    reserved: '0',
    exitReason: 'stop',
    at,
  };
}

/** An entry that is being filled: its end comes first, within moments, and one stop covers the whole. */
const isEntering = ({ orders }: Draft, pair: string): boolean =>
  [...orders.values()].some(
    ({ order: { purpose, pair: where }, state }) =>
      purpose === 'entry' &&
      where === pair &&
      (state === 'sending' || state === 'open' || state === 'partial'),
  );

/** It never arrived, and is still what is wanted: the same order goes once more (RELIABILITY §3.4). */
const isSame = (
  { order: lost, state, filled }: LiveOrder,
  { data }: FactOf<'protection.ordered'>,
) =>
  state === 'absent' &&
  !filled.gt(0) &&
  lost.quantity === data.order.quantity &&
  lost.stopPrice === data.order.stopPrice;

/** Sends an order that never arrived once more, under its id. */
export function resend(draft: Draft, { order: lost }: LiveOrder, at: Millis): readonly Fact[] {
  const { clientOrderId: id, signalId: cause } = lost;
  const resent = fact('order.resent', { at, key: id, cause }, { clientOrderId: id });
  apply(draft, resent);
  return [resent];
}

/** Refused again and again, it is tried less and less often. */
function isDue(before: readonly LiveOrder[], at: Millis): boolean {
  let refusals = 0;
  for (let index = before.length - 1; before[index]?.state === 'rejected'; index -= 1) {
    refusals += 1;
  }
  const last = before.at(-1);
  if (refusals === 0 || last === undefined) return true;
  return at - last.order.at >= Math.min(waitMsMax, firstWaitMs * 2 ** (refusals - 1));
}
