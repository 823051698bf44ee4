// One order from the moment it may be on its way until the venue's last word on it. Fed from facts, so
// that it can be made anew at any time; fills are accepted in whatever state the order is believed to be.
import { type Actor, assign, setup } from 'xstate';
import type { Fact } from '../src/domain/fact.ts';
import type { Fill } from '../src/domain/fill.ts';
import {
  add,
  type DecimalText,
  decimal,
  type Quantity,
  quantity,
  ZERO_QUANTITY,
} from '../src/domain/money.ts';
import type { Order } from '../src/domain/order.ts';

export interface OrderContext {
  readonly clientOrderId: string;
  readonly quantity: Quantity;
  /** Sum of the fills; it never decreases. */
  readonly filled: Quantity;
  readonly trades: readonly string[];
  /** Trades that arrived after the order was believed to have ended. */
  readonly late: readonly string[];
}

export type OrderEvent =
  | { readonly type: 'order.accepted' }
  | { readonly type: 'order.unresolved' }
  | { readonly type: 'order.quarantined' }
  | { readonly type: 'order.resent' }
  | { readonly type: 'cancel.ordered' }
  | {
      readonly type: 'order.filled';
      readonly tradeId: string;
      readonly quantity: DecimalText;
    }
  /** A trade of it that has no place in the book any more: it counts for the order all the same. */
  | {
      readonly type: 'order.strayed';
      readonly tradeId: string;
      readonly quantity: DecimalText;
    }
  | { readonly type: 'order.rejected' }
  | { readonly type: 'order.canceled' }
  | { readonly type: 'order.absent' };

/**
 * The venue's word that ends an order without more fills, and that nobody has brought one for too long;
 * believed in every state that is not an end.
 */
const endings = {
  'order.rejected': 'rejected',
  'order.canceled': 'canceled',
  'order.absent': 'absent',
  'order.quarantined': 'quarantined',
} as const;

/** A fill while the order lives: the whole of it, or a part. */
const filling = [
  { guard: { type: 'completes', params }, target: 'filled', actions: { type: 'fill', params } },
  { guard: { type: 'isNew', params }, target: 'partial', actions: { type: 'fill', params } },
] as const;

/** Trades of an order that lives, wherever they settle. */
const trades = { 'order.filled': filling, 'order.strayed': filling } as const;

/** A fill after a refusal that was none: the order lived after all. */
const reviving = [
  { guard: { type: 'completes', params }, target: 'filled', actions: { type: 'fillLate', params } },
  { guard: { type: 'isNew', params }, target: 'partial', actions: { type: 'fillLate', params } },
] as const;

/** Until the venue has said that it is gone it may still trade: the fill wins. */
const fillingLast = [
  filling[0],
  { guard: { type: 'isNew', params }, actions: { type: 'fill', params } },
] as const;

/** A trade that comes after the end and moves nothing. */
const late = {
  guard: { type: 'isNew', params },
  actions: { type: 'fillLate', params },
} as const;

function params({ event }: { event: OrderEvent }): Trade {
  return event.type === 'order.filled' || event.type === 'order.strayed' ? event : NO_TRADE;
}

type Trade = Pick<Fill, 'tradeId' | 'quantity'>;
const NO_TRADE: Trade = { tradeId: '', quantity: '0' };

const counted = ({ filled, trades }: OrderContext, trade: Trade) => ({
  filled: add(filled, quantity(trade.quantity)),
  trades: [...trades, trade.tradeId],
});

/** A trade seen before, or one of nothing, changes nothing. */
const isNew = ({ trades }: OrderContext, trade: Trade): boolean =>
  quantity(trade.quantity).gt(0) && !trades.includes(trade.tradeId);

export const orderMachine = setup({
  types: {
    context: {} as OrderContext,
    events: {} as OrderEvent,
    input: {} as Pick<Order, 'clientOrderId' | 'quantity'>,
    tags: {} as 'ended',
  },
  actions: {
    fill: assign(({ context }, trade: Trade) => counted(context, trade)),
    fillLate: assign(({ context }, trade: Trade) => ({
      ...counted(context, trade),
      late: [...context.late, trade.tradeId],
    })),
  },
  guards: {
    isNew: ({ context }, trade: Trade) => isNew(context, trade),
    hasFills: ({ context }) => context.filled.gt(0),
    hasNoFills: ({ context }) => !context.filled.gt(0),
    /** Nothing remains after it; more than the order asked for counts as well. */
    completes: ({ context }, trade: Trade) =>
      isNew(context, trade) && counted(context, trade).filled.gte(context.quantity),
  },
}).createMachine({
  id: 'order',
  initial: 'sending',
  context: ({ input }) => ({
    clientOrderId: input.clientOrderId,
    quantity: quantity(input.quantity),
    filled: ZERO_QUANTITY,
    trades: [],
    late: [],
  }),
  states: {
    sending: {
      on: {
        'order.accepted': 'open',
        'order.unresolved': 'unknown',
        ...trades,
        ...endings,
      },
    },
    unknown: { on: { 'order.accepted': 'open', ...trades, ...endings } },
    open: { on: { 'cancel.ordered': 'canceling', ...trades, ...endings } },
    partial: { on: { 'cancel.ordered': 'canceling', ...trades, ...endings } },
    canceling: {
      on: { 'order.filled': fillingLast, 'order.strayed': fillingLast, ...endings },
    },
    quarantined: {
      on: {
        'order.accepted': [{ guard: 'hasFills', target: 'partial' }, { target: 'open' }],
        ...trades,
        ...endings,
      },
    },
    // More than was asked for is recorded all the same: the venue is right.
    filled: { tags: 'ended', on: { 'order.filled': late, 'order.strayed': late } },
    // Cancelled stays cancelled and keeps its fills, unless they turn out to be all of it.
    canceled: {
      tags: 'ended',
      on: { 'order.filled': [reviving[0], late], 'order.strayed': late },
    },
    rejected: { tags: 'ended', on: { 'order.filled': reviving, 'order.strayed': late } },
    absent: {
      tags: 'ended',
      on: {
        'order.filled': reviving,
        'order.strayed': late,
        'order.resent': { guard: 'hasNoFills', target: 'sending' },
      },
    },
  },
});

export type OrderActor = Actor<typeof orderMachine>;

/** What a fact says to the order it is about; undefined when it says nothing to any. */
export function orderEventOf(
  fact: Fact,
): { readonly clientOrderId: string; readonly event: OrderEvent } | undefined {
  switch (fact.type) {
    case 'order.accepted':
    case 'order.unresolved':
    case 'order.quarantined':
    case 'order.resent':
    case 'cancel.ordered':
      return { clientOrderId: fact.data.clientOrderId, event: { type: fact.type } };
    case 'fill.recorded': {
      const { clientOrderId, tradeId, quantity } = fact.data.fill;
      return { clientOrderId, event: { type: 'order.filled', tradeId, quantity } };
    }
    case 'foreign.found': {
      const { tradeId, sold } = fact.data;
      if (fact.cause === null || tradeId === null) return undefined;
      const amount = decimal(sold.quantity).abs().toFixed();
      const event = { type: 'order.strayed', tradeId, quantity: amount } as const;
      return { clientOrderId: fact.cause, event };
    }
    case 'order.ended': {
      const { clientOrderId, state } = fact.data;
      // `filled` follows from the fills themselves.
      if (state === 'filled') return undefined;
      return { clientOrderId, event: { type: `order.${state}` } };
    }
    default:
      return undefined;
  }
}
