// How facts make the book. Live decisions and recovery go through this one function.
import type { Account } from './account.ts';
import { noteAccount } from './account-memory.ts';
import { assert } from './assert.ts';
import { assetOf } from './candle.ts';
import type { Fact, FactOf, PositionOpening } from './fact.ts';
import type { EngineId } from './identity.ts';
import { type Balances, post } from './ledger.ts';
import { add, money, notional, price, quantity, ZERO_MONEY, ZERO_QUANTITY } from './money.ts';
import type { OpenBreaker } from './open-breaker.ts';
import type { Day, History, LiveOrder, Portfolio, Position, Trading } from './portfolio.ts';
import { noteClosed, noteEntry, noteSlip, remember } from './remembering.ts';
import { shrunk } from './shrunk.ts';
import type { Signal } from './signal.ts';
import type { Millis } from './time.ts';
import { noteFilled, noteOrder, noteStray, sendingOf, track } from './tracking.ts';
import type { TradingRecord } from './trading-record.ts';

/** The book while facts are applied to it: maps of its own, not yet shown to anyone. */
export interface Draft {
  quote: string;
  engine: EngineId;
  balances: Balances;
  account: Account;
  positions: Map<string, Position>;
  orders: Map<string, LiveOrder>;
  decided: Map<string, Millis>;
  day: Day | null;
  trading: Trading;
  breakers: Map<string, OpenBreaker>;
  history: History;
  records: Map<string, TradingRecord>;
  slips: Map<string, readonly number[]>;
}

export const draftOf = (book: Portfolio): Draft => ({
  ...book,
  positions: new Map(book.positions),
  orders: new Map(book.orders),
  decided: new Map(book.decided),
  breakers: new Map(book.breakers),
  records: new Map(book.records),
  slips: new Map(book.slips),
});

/** The book after `facts`. */
export function fold(book: Portfolio, facts: Iterable<Fact>): Portfolio {
  const draft = draftOf(book);
  for (const fact of facts) apply(draft, fact);
  return draft;
}

/** Applies one fact to a draft. Facts that say nothing about the book leave it as it is. */
export function apply(draft: Draft, fact: Fact): void {
  draft.account = noteAccount(draft.account, fact, draft.quote);
  applyToBook(draft, fact);
}

function applyToBook(draft: Draft, fact: Fact): void {
  switch (fact.type) {
    case 'portfolio.opened':
      draft.quote = fact.data.quote;
      draft.engine = fact.data.engine;
      draft.balances = post(draft.balances, fact.data.postings);
      return;
    case 'signal.refused':
      if (fact.data.spent) spend(draft, fact.data.signal);
      return;
    case 'signal.approved':
      applyApproval(draft, fact);
      return;
    case 'exit.decided':
      applyDecision(draft, fact);
      return;
    case 'exit.ordered':
      applyExit(draft, fact);
      return;
    case 'protection.ordered':
      applyProtection(draft, fact);
      return;
    case 'order.accepted':
    case 'order.unresolved':
    case 'order.quarantined':
    case 'order.resent':
    case 'cancel.ordered':
    case 'order.ended':
      noteOrder(draft.orders, fact);
      if (fact.type === 'order.ended') noteSlip(draft, draft.orders.get(fact.data.clientOrderId));
      return;
    case 'position.opened':
      draft.positions.set(fact.data.configId, opened(fact.data));
      return;
    case 'fill.recorded':
      applyFill(draft, fact);
      return;
    case 'position.closed':
      draft.positions.delete(fact.data.trade.configId);
      draft.balances = post(draft.balances, fact.data.postings);
      noteClosed(draft, fact);
      return;
    case 'foreign.adopted':
      applyAdoption(draft, fact);
      remember(draft, fact);
      return;
    case 'foreign.found':
    case 'transfer.recorded':
      draft.balances = post(draft.balances, fact.data.postings);
      if (fact.type === 'foreign.found') noteStray(draft.orders, fact);
      remember(draft, fact);
      return;
    default:
      remember(draft, fact);
      return;
  }
}

function applyAdoption(draft: Draft, { data }: FactOf<'foreign.adopted'>): void {
  draft.balances = post(draft.balances, data.postings);
  for (const part of data.shrunk) {
    const position = draft.positions.get(part.configId);
    assert(position !== undefined, `expected a position to shrink, was ${part.configId}'s none`);
    draft.positions.set(part.configId, shrunk(position, part));
  }
}

/** A decision spent on an older candle does not free a newer one. */
function spend(draft: Draft, { configId, at }: Signal): void {
  draft.decided.set(configId, Math.max(at, draft.decided.get(configId) ?? at));
}

function applyApproval(draft: Draft, { data }: FactOf<'signal.approved'>): void {
  const { signal, order, strategy, asset } = data;
  spend(draft, signal);
  noteEntry(draft, order, asset);
  track(draft.orders, {
    ...sendingOf(order),
    asset,
    reference: signal.entryPrice,
    opening: {
      signalId: signal.id,
      configId: signal.configId,
      strategy,
      pair: signal.pair,
      asset,
      stage: order.stage,
      confidence: signal.confidence,
      entryReference: signal.entryPrice,
      stopLoss: signal.stopLoss,
      takeProfit: signal.takeProfit,
      level: signal.level,
      expiresAt: signal.expiresAt,
      at: signal.at,
    },
  });
}

function applyProtection(draft: Draft, { data: { order } }: FactOf<'protection.ordered'>): void {
  const reference = order.stopPrice;
  track(draft.orders, {
    ...sendingOf(order),
    asset: assetOf(order.pair),
    reference,
    opening: null,
  });
}

/** It goes, as soon as it can. */
function applyDecision(draft: Draft, { data }: FactOf<'exit.decided'>): void {
  const position = draft.positions.get(data.configId);
  assert(position !== undefined, `expected a position to exit, was none for ${data.configId}`);
  draft.positions.set(data.configId, {
    ...position,
    exiting: data.reason,
    awaiting: { price: data.price },
  });
}

function applyExit(draft: Draft, { data }: FactOf<'exit.ordered'>): void {
  const { order, reason, price: reference } = data;
  const position = draft.positions.get(order.configId);
  assert(position !== undefined, `expected a position to exit, was none for ${order.configId}`);
  draft.positions.set(order.configId, {
    ...position,
    exiting: reason,
    awaiting: null,
    exits: position.exits + 1,
  });
  const { asset } = position.opening;
  track(draft.orders, { ...sendingOf(order), asset, reference, opening: null });
}

const opened = (opening: PositionOpening): Position => ({
  opening,
  quantity: ZERO_QUANTITY,
  cost: ZERO_MONEY,
  bought: ZERO_QUANTITY,
  paid: ZERO_MONEY,
  sold: ZERO_QUANTITY,
  received: ZERO_MONEY,
  realised: ZERO_MONEY,
  fees: ZERO_MONEY,
  exiting: null,
  awaiting: null,
  exits: 0,
});

function applyFill(draft: Draft, { data }: FactOf<'fill.recorded'>): void {
  const { fill, held, postings, configId, feeValue } = data;
  draft.balances = post(draft.balances, postings);
  noteFilled(draft.orders, fill);
  const amount = quantity(fill.quantity);
  const value = notional(price(fill.price), amount);
  const position = draft.positions.get(configId);
  assert(position !== undefined, `expected a position to fill, was none for ${configId}`);
  const bought = fill.side === 'buy';
  draft.positions.set(configId, {
    ...position,
    quantity: quantity(held.quantity),
    cost: money(held.cost),
    bought: bought ? add(position.bought, amount) : position.bought,
    paid: bought ? add(position.paid, value) : position.paid,
    sold: bought ? position.sold : add(position.sold, amount),
    received: bought ? position.received : add(position.received, value),
    realised: add(position.realised, money(data.realised)),
    fees: add(position.fees, money(feeValue)),
    // The venue's stop was hit: what it left goes too.
    exiting: position.exiting ?? (data.purpose === 'protection' ? 'stop' : null),
  });
}
