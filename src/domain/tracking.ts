// What the book knows of each order as facts go by: where it stands, what of it is filled, and the ended
// ones for a while longer, so that a late fill still finds its order.
import { unreachable } from './assert.ts';
import type { FactOf } from './fact.ts';
import type { Fill } from './fill.ts';
import {
  add,
  decimal,
  money,
  notional,
  price,
  quantity,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from './money.ts';
import type { Order, OrderState } from './order.ts';
import { hasEnded, type LiveOrder } from './portfolio.ts';

type Orders = Map<string, LiveOrder>;

export type OrderFact =
  | FactOf<'order.accepted'>
  | FactOf<'order.unresolved'>
  | FactOf<'order.quarantined'>
  | FactOf<'order.resent'>
  | FactOf<'cancel.ordered'>
  | FactOf<'order.ended'>;

/** Ended orders kept. */
const ENDED_MAX = 256;
/** A fill says nothing new of these. */
const SETTLED: ReadonlySet<OrderState> = new Set(['filled', 'canceled', 'canceling']);

/** An order on its way. */
export const sendingOf = (order: Order) =>
  ({ order, state: 'sending', filled: ZERO_QUANTITY, value: ZERO_MONEY, trades: [] }) as const;

export function track(orders: Orders, live: LiveOrder): void {
  orders.set(live.order.clientOrderId, live);
  const done = [...orders].filter(([, other]) => hasEnded(other));
  for (const [id] of done.slice(0, Math.max(0, done.length - ENDED_MAX))) orders.delete(id);
}

/** News of one order, other than its fills. */
export function noteOrder(orders: Orders, fact: OrderFact): void {
  const live = orders.get(fact.data.clientOrderId);
  if (live === undefined) return;
  orders.set(fact.data.clientOrderId, { ...live, state: stateAfter(fact, live) });
}

function stateAfter(fact: OrderFact, { filled }: LiveOrder): OrderState {
  switch (fact.type) {
    case 'order.accepted':
      return filled.gt(0) ? 'partial' : 'open';
    case 'order.unresolved':
      return 'unknown';
    case 'order.quarantined':
      return 'quarantined';
    case 'order.resent':
      return 'sending';
    case 'cancel.ordered':
      return 'canceling';
    case 'order.ended':
      return fact.data.state;
    default:
      return unreachable(fact, 'order news');
  }
}

/** A fill counts in every state; it proves that an order refused or never seen lived after all. */
export function noteFilled(orders: Orders, fill: Fill): void {
  const live = orders.get(fill.clientOrderId);
  if (live === undefined) return;
  const amount = quantity(fill.quantity);
  orders.set(fill.clientOrderId, {
    ...live,
    filled: add(live.filled, amount),
    value: add(live.value, notional(price(fill.price), amount)),
    trades: [...live.trades, fill.tradeId],
    state: SETTLED.has(live.state) ? live.state : 'partial',
  });
}

/**
 * A trade whose place in the book is taken counts for its order all the same: it could not end else, or would
 * be sent once more. What has ended stays so.
 */
export function noteStray(orders: Orders, { cause, data }: FactOf<'foreign.found'>): void {
  const live = orders.get(cause ?? '');
  if (live === undefined || data.tradeId === null) return;
  const isSettled = SETTLED.has(live.state) || hasEnded(live);
  orders.set(live.order.clientOrderId, {
    ...live,
    filled: add(live.filled, quantity(decimal(data.sold.quantity).abs())),
    value: add(live.value, money(decimal(data.sold.value).abs())),
    trades: [...live.trades, data.tradeId],
    state: isSettled ? live.state : 'partial',
  });
}
