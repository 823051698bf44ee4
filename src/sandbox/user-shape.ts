// The account's own events in Binance's shapes: what happened to an order, and to balances.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import {
  type Account,
  isOpen,
  isWorking,
  type VenueBalance,
  type VenueList,
  type VenueTrade,
} from './account.ts';
import type { Execution } from './filling.ts';
import { wire } from './listing.ts';
import { eight, timeInForceOf } from './shape.ts';

/** `executionReport`; `reportId` numbers it. */
export function executionShape(execution: Execution, at: Millis, reportId: number): object {
  const { kind, order, trade, cancelId } = execution;
  return {
    e: 'executionReport',
    E: at,
    s: order.symbol,
    // A cancelling comes under its own name, and tells the order's.
    c: cancelId ?? order.clientOrderId,
    S: order.side,
    o: order.type,
    f: timeInForceOf(order),
    q: eight(order.quantity),
    p: eight(order.price),
    P: eight(order.stop?.price ?? '0'),
    F: eight('0'),
    g: order.list ?? -1,
    C: cancelId === undefined ? '' : order.clientOrderId,
    x: kind,
    X: order.status,
    r: 'NONE',
    i: order.orderId,
    z: eight(order.executed),
    ...(trade === undefined ? noTrade(at) : tradePart(trade)),
    I: reportId,
    w: isOpen(order) && isWorking(order),
    M: false,
    O: order.time,
    Z: eight(order.executedQuote),
    Q: eight(order.quoteQuantity),
    ...(isWorking(order) ? { W: order.stop?.workingTime ?? order.time } : {}),
    V: 'NONE',
  };
}

const tradePart = (trade: VenueTrade): object => ({
  l: eight(trade.quantity),
  L: eight(trade.price),
  n: eight(trade.commission),
  N: trade.commissionAsset,
  T: trade.time,
  t: trade.tradeId,
  m: trade.isMaker,
  Y: wire(decimal(trade.price).times(trade.quantity)),
});

const noTrade = (at: Millis): object => ({
  l: eight('0'),
  L: eight('0'),
  n: '0',
  N: null,
  T: at,
  t: -1,
  m: false,
  Y: eight('0'),
});

/** `listStatus`: a list began, or has done. */
export const listStatusShape = (account: Account, list: VenueList, at: Millis): object => ({
  e: 'listStatus',
  E: at,
  s: list.symbol,
  g: list.listId,
  c: 'OCO',
  l: account.isActive(list) ? 'EXEC_STARTED' : 'ALL_DONE',
  L: account.isActive(list) ? 'EXECUTING' : 'ALL_DONE',
  r: 'NONE',
  C: list.listClientOrderId,
  T: at,
  O: account
    .legs(list)
    .map(({ symbol, orderId, clientOrderId }) => ({ s: symbol, i: orderId, c: clientOrderId })),
});

/** `outboundAccountPosition`: the balances an event changed. */
export const positionShape = (
  balances: Readonly<Record<string, VenueBalance>>,
  at: Millis,
): object => ({
  e: 'outboundAccountPosition',
  E: at,
  u: at,
  B: Object.entries(balances).map(([asset, { free, locked }]) => ({
    a: asset,
    f: eight(free),
    l: eight(locked),
  })),
});

/** `balanceUpdate`: money that came or went without a trade. */
export const transferShape = (asset: string, amount: Decimal, at: Millis): object => ({
  e: 'balanceUpdate',
  E: at,
  a: asset,
  d: wire(amount),
  T: at,
});
