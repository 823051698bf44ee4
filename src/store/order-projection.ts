// What facts mean for the table of orders: born `sending`, moved along the edges of its statechart by
// the venue's news, filled cumulatively.
import type { EntryOf } from '../domain/fact.ts';
import type { DecimalText } from '../domain/money.ts';
import type { Order, OrderState } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import { type Change, insert, revise } from './change.ts';
import type { StoreContext } from './context.ts';
import { plain, plus } from './plain.ts';
import type { OrderRow } from './schema.ts';

const ended: ReadonlySet<OrderState> = new Set(['filled', 'rejected', 'canceled', 'absent']);

/** A new entry, decided on the close of its signal. */
export const entryAdded = (
  { data: { order, signal } }: EntryOf<'signal.approved'>,
  context: StoreContext,
): Change => orderAdded(order, { signalAt: signal.at, reference: signal.entryPrice }, context);

export const exitAdded = (
  { data: { order, price } }: EntryOf<'exit.ordered'>,
  context: StoreContext,
): Change => orderAdded(order, { signalAt: null, reference: price }, context);

/** A stop that rests at the venue, measured against the price that wakes it. */
export const protectionAdded = (
  { data: { order } }: EntryOf<'protection.ordered'>,
  context: StoreContext,
): Change => orderAdded(order, { signalAt: null, reference: order.stopPrice }, context);

function orderAdded(
  order: Order,
  { signalAt, reference }: { signalAt: Millis | null; reference: DecimalText | null },
  context: StoreContext,
): Change {
  return insert('orders', {
    client_order_id: order.clientOrderId,
    user_id: context.userId,
    venue: context.venue,
    is_paper_trade: context.isPaper ? 1 : 0,
    config_id: order.configId,
    signal_id: order.signalId,
    signal_at: signalAt,
    pair: order.pair,
    side: order.side,
    purpose: order.purpose,
    type: order.type,
    quantity: plain(order.quantity),
    limit_price: order.limitPrice === null ? null : plain(order.limitPrice),
    lifecycle_stage: order.stage,
    reserved: plain(order.reserved),
    exit_reason: order.exitReason,
    ordered_at: order.at,
    state: 'sending',
    filled: '0',
    venue_order_id: null,
    code: null,
    message: null,
    updated_at: order.at,
    reference: reference === null ? null : plain(reference),
    stop_price: order.stopPrice === null ? null : plain(order.stopPrice),
  });
}

export const orderAccepted = ({ at, data }: EntryOf<'order.accepted'>): Change =>
  revise('orders', data.clientOrderId, (row) => ({
    // News that come after the order's end say nothing new about its state.
    state: ended.has(row.state) ? row.state : row.filled === '0' ? 'open' : 'partial',
    venue_order_id: data.venueOrderId,
    updated_at: at,
  }));

export const orderUnresolved = ({ at, data }: EntryOf<'order.unresolved'>): Change =>
  revise(
    'orders',
    data.clientOrderId,
    (row): Partial<OrderRow> =>
      ended.has(row.state) ? {} : { state: 'unknown', message: data.reason, updated_at: at },
  );

/** Moved along an edge that only the engine's own word takes. */
const moved =
  (state: OrderState) =>
  ({ at, data }: EntryOf<'cancel.ordered'> | EntryOf<'order.resent'>): Change =>
    revise('orders', data.clientOrderId, (): Partial<OrderRow> => ({ state, updated_at: at }));

export const cancelOrdered = moved('canceling');
export const orderResent = moved('sending');

export const orderQuarantined = ({ at, data }: EntryOf<'order.quarantined'>): Change =>
  revise(
    'orders',
    data.clientOrderId,
    (): Partial<OrderRow> => ({
      state: 'quarantined',
      message: data.reason,
      updated_at: at,
    }),
  );

export const orderEnded = ({ at, data }: EntryOf<'order.ended'>): Change =>
  revise('orders', data.clientOrderId, () => ({
    state: data.state,
    code: data.code,
    message: data.message,
    updated_at: at,
  }));

/** What a fill does not move on; of an order refused or never seen it proves that it lived after all. */
const settled: ReadonlySet<OrderState> = new Set(['filled', 'canceled', 'canceling']);

/** A fill adds to its order, in whatever state it is. */
export const orderFilled = ({ at, data }: EntryOf<'fill.recorded'>): Change =>
  revise(
    'orders',
    data.fill.clientOrderId,
    (row): Partial<OrderRow> => ({
      filled: plus(row.filled, data.fill.quantity),
      state: settled.has(row.state) ? row.state : 'partial',
      updated_at: at,
    }),
  );
