// The questions and orders of the key's owner.
import { parseDecimal } from '../domain/money.ts';
import type { VenueOrder } from './account.ts';
import type { Exchange } from './exchange.ts';
import { cancelAnswer } from './list-route.ts';
import { wire } from './listing.ts';
import { integer, limitOf, type Parameters } from './parameter.ts';
import { refusals } from './refusal.ts';
import { type Routes, signed } from './route.ts';
import { balanceRows, orderShape, placedShape, tradeShape } from './shape.ts';

export const accountRoutes: Routes = {
  'GET /api/v3/account': signed(20, account),
  'GET /sapi/v1/account/apiRestrictions': signed(1, (exchange) => ({
    ipRestrict: true,
    createTime: exchange.source.start,
    enableReading: true,
    enableSpotAndMarginTrading: true,
    enableWithdrawals: false,
    enableInternalTransfer: false,
    enableMargin: false,
    enableFutures: false,
    permitsUniversalTransfer: false,
    enableVanillaOptions: false,
    enablePortfolioMarginTrading: false,
  })),
  'POST /api/v3/order': {
    ...signed(1, (exchange, parameters) => {
      const { order, trades } = exchange.place(parameters);
      return placedShape(order, trades, parameters.get('newOrderRespType'));
    }),
    orders: 1,
  },
  'POST /api/v3/order/test': signed(1, (exchange, parameters) => {
    exchange.tryOut(parameters);
    return {};
  }),
  'GET /api/v3/order': signed(4, (exchange, parameters) => {
    const order = orderOf(exchange, parameters);
    if (order === undefined) throw refusals.unknownOrder();
    return orderShape(order);
  }),
  'DELETE /api/v3/order': signed(1, (exchange, parameters) => {
    const wanted = orderOf(exchange, parameters);
    const cancelId = parameters.get('newClientOrderId') ?? `cancel-${wanted?.orderId}`;
    return cancelAnswer(exchange, exchange.cancel(wanted, cancelId), cancelId);
  }),
  'GET /api/v3/openOrders': signed(6, (exchange, parameters) => {
    const symbol = parameters.get('symbol');
    if (symbol !== undefined) exchange.board.listing(symbol);
    return exchange.account.openOrders(symbol).map(orderShape);
  }),
  'DELETE /api/v3/openOrders': signed(1, (exchange, parameters) => {
    const { symbol } = exchange.board.listing(parameters.get('symbol'));
    const open = exchange.account.openOrders(symbol);
    if (open.length === 0) throw refusals.unknownCancel();
    return open.flatMap((order) => {
      // With the one it was bound to it went before.
      if (!exchange.account.openOrders(symbol).includes(order)) return [];
      const cancelId = `cancel-${order.orderId}`;
      return [cancelAnswer(exchange, exchange.cancel(order, cancelId), cancelId)];
    });
  }),
  'GET /api/v3/allOrders': signed(20, (exchange, parameters) => {
    const { symbol } = exchange.board.listing(parameters.get('symbol'));
    const rows = exchange.account
      .orders(symbol)
      .map((order) => ({ time: order.time, id: order.orderId, shape: orderShape(order) }));
    return page(rows, parameters, 'orderId');
  }),
  'GET /api/v3/myTrades': signed(20, (exchange, parameters) => {
    const { symbol } = exchange.board.listing(parameters.get('symbol'));
    const orderId = parameters.has('orderId') ? integer(parameters, 'orderId', 0) : undefined;
    const rows = exchange.account
      .trades(symbol)
      .filter((trade) => orderId === undefined || trade.orderId === orderId)
      .map((trade) => ({ time: trade.time, id: trade.tradeId, shape: tradeShape(trade) }));
    return page(rows, parameters, 'fromId');
  }),
  // The sandbox's own: money comes, or goes with a minus, as if the owner had sent it elsewhere.
  'POST /sandbox/v1/transfer': signed(1, (exchange, parameters) => {
    const asset = parameters.get('asset');
    const amount = parseDecimal(parameters.get('amount') ?? '');
    if (asset === undefined || !/^[A-Z0-9]{1,20}$/.test(asset)) throw refusals.invalid('asset');
    if (amount === undefined) throw refusals.invalid('amount');
    if (amount.decimalPlaces() > 8) throw refusals.precision('amount');
    exchange.transfer(asset, amount);
    return {};
  }),
};

function account(exchange: Exchange): unknown {
  const rate = wire(exchange.fee);
  const basisPoints = Math.round(exchange.fee * 10_000);
  return {
    makerCommission: basisPoints,
    takerCommission: basisPoints,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: rate, taker: rate, buyer: wire(0), seller: wire(0) },
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: exchange.player.now(),
    accountType: 'SPOT',
    balances: balanceRows(exchange.account.balances()),
    permissions: ['SPOT'],
    uid: 1,
  };
}

/** The order that is asked for by its number, its client id, or both. */
function orderOf(exchange: Exchange, parameters: Parameters): VenueOrder | undefined {
  const { symbol } = exchange.board.listing(parameters.get('symbol'));
  const clientOrderId = parameters.get('origClientOrderId');
  if (parameters.has('orderId')) {
    const order = exchange.account.order(integer(parameters, 'orderId', 0));
    const isAsked = clientOrderId === undefined || order?.clientOrderId === clientOrderId;
    return order?.symbol === symbol && isAsked ? order : undefined;
  }
  if (clientOrderId === undefined) throw refusals.missing('orderId');
  return exchange.account.orderByClientId(symbol, clientOrderId);
}

interface Row {
  readonly time: number;
  readonly id: number;
  readonly shape: object;
}

/** From an id or a time on, the oldest; without either, the newest, as Binance does. */
function page(rows: readonly Row[], parameters: Parameters, idName: string): readonly object[] {
  const limit = limitOf(parameters, { preset: 500, most: 1000 });
  const from = integer(parameters, idName, 0);
  const startTime = integer(parameters, 'startTime', 0);
  const endTime = integer(parameters, 'endTime', Number.MAX_SAFE_INTEGER);
  const chosen = rows.filter(({ time, id }) => id >= from && time >= startTime && time <= endTime);
  const hasBeginning = parameters.has(idName) || parameters.has('startTime');
  const part = hasBeginning ? chosen.slice(0, limit) : chosen.slice(-limit);
  return part.map(({ shape }) => shape);
}
