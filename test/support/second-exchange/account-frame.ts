// The JSON about the account, its orders and trades, each shape as Binance publishes it; the pushed events
// carry their fields in another order and one that nobody documents.
import { show } from './fixed-point.ts';
import { type Execution, executed, executedQuote, type Order } from './order.ts';
import type { Report } from './order-desk.ts';
import type { Balance } from './wallet.ts';

/** The fields every answer about an order shares. */
function orderFields(order: Order): object {
  return {
    symbol: order.market.symbol,
    orderId: order.id,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    price: show(order.price),
    origQty: show(order.quantity),
    executedQty: show(executed(order)),
    origQuoteOrderQty: show(order.quoteOrderQuantity),
    cummulativeQuoteQty: show(executedQuote(order)),
    status: order.status,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    workingTime: order.createdAt,
    selfTradePreventionMode: 'NONE',
    ...(order.stopPrice > 0n ? { stopPrice: show(order.stopPrice) } : {}),
  };
}

export const orderAnswer = (order: Order): object => ({
  stopPrice: show(0n),
  ...orderFields(order),
  icebergQty: show(0n),
  time: order.createdAt,
  updateTime: order.updatedAt,
  isWorking: order.triggered,
});

export const cancelAnswer = (order: Order, cancelId: string): object => ({
  ...orderFields(order),
  origClientOrderId: order.clientOrderId,
  clientOrderId: cancelId,
  transactTime: order.updatedAt,
});

const fillOf = (execution: Execution): object => ({
  price: show(execution.price),
  qty: show(execution.quantity),
  commission: show(execution.commission),
  commissionAsset: execution.commissionAsset,
  tradeId: execution.tradeId,
});

/** The answer to a new order, in the fullness the client asked for. */
export function placementAnswer(order: Order, fullness: string): object {
  const acknowledgement = {
    symbol: order.market.symbol,
    orderId: order.id,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    transactTime: order.createdAt,
  };
  if (fullness === 'ACK') return acknowledgement;
  const result = { ...orderFields(order), transactTime: order.createdAt };
  return fullness === 'RESULT' ? result : { ...result, fills: order.executions.map(fillOf) };
}

export const accountTrade = (execution: Execution): object => ({
  symbol: execution.symbol,
  id: execution.tradeId,
  orderId: execution.orderId,
  orderListId: -1,
  price: show(execution.price),
  qty: show(execution.quantity),
  quoteQty: show(execution.quoteQuantity),
  commission: show(execution.commission),
  commissionAsset: execution.commissionAsset,
  time: execution.at,
  isBuyer: execution.side === 'BUY',
  isMaker: execution.maker,
  isBestMatch: true,
});

export function executionReport({ order, kind, execution }: Report, id: number): object {
  const status = kind === 'NEW' ? 'NEW' : order.status;
  const cancelled = kind === 'CANCELED';
  const at = order.updatedAt;
  return {
    X: status,
    x: kind,
    i: order.id,
    I: id,
    e: 'executionReport',
    E: at,
    T: at,
    s: order.market.symbol,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    c: cancelled ? `web_${id}` : order.clientOrderId,
    C: cancelled ? order.clientOrderId : '',
    q: show(order.quantity),
    p: show(order.price),
    P: show(order.stopPrice),
    F: show(0n),
    g: -1,
    r: 'NONE',
    Q: show(order.quoteOrderQuantity),
    V: 'NONE',
    l: show(execution?.quantity ?? 0n),
    L: show(execution?.price ?? 0n),
    Y: show(execution?.quoteQuantity ?? 0n),
    t: execution?.tradeId ?? -1,
    n: execution ? show(execution.commission) : '0',
    N: execution?.commissionAsset ?? null,
    z: show(executed(order)),
    Z: show(executedQuote(order)),
    m: execution?.maker ?? false,
    w: kind === 'NEW',
    M: false,
    O: order.createdAt,
    W: order.createdAt,
    nf: [],
    ...(kind === 'EXPIRED' ? { eR: 'UNFILLED_IOC_QUANTITY_EXPIRED' } : {}),
  };
}

export const positionFrame = (
  balances: readonly (readonly [string, Balance])[],
  at: number,
): object => ({
  B: balances.map(([asset, { free, locked }]) => ({ l: show(locked), f: show(free), a: asset })),
  u: at,
  E: at,
  e: 'outboundAccountPosition',
});
