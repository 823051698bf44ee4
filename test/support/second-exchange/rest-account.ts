// Signed REST answers: the account, its orders and its trades.
import { randomUUID } from 'node:crypto';
import { accountTrade, cancelAnswer, orderAnswer, placementAnswer } from './account-frame.ts';
import { readEntry } from './exchange-info.ts';
import { show } from './fixed-point.ts';
import { isOpen, type Order } from './order.ts';
import { readOrder } from './order-request.ts';
import { VenueRefusal } from './refusal.ts';
import { whole } from './rest-market.ts';
import { knownMarket, marketOf, type Venue } from './venue.ts';

type Answer = (venue: Venue, parameters: URLSearchParams) => object;

const signing = ['timestamp', 'recvWindow', 'signature'];
const readByPlacement = new Set([
  ...signing,
  ...['symbol', 'side', 'type', 'timeInForce', 'quantity', 'quoteOrderQty', 'price'],
  ...['newClientOrderId', 'strategyId', 'strategyType', 'stopPrice', 'trailingDelta'],
  ...['icebergQty', 'newOrderRespType', 'selfTradePreventionMode'],
]);
const readByLookup = new Set([...signing, 'symbol', 'orderId', 'origClientOrderId']);
const readByCancel = new Set([...readByLookup, 'newClientOrderId', 'cancelRestrictions']);

/** Binance refuses a request that carries a parameter nobody reads. */
function requireAllRead(parameters: URLSearchParams, known: ReadonlySet<string>): void {
  const names = [...parameters.keys()];
  const read = names.filter((name) => known.has(name)).length;
  if (read < names.length) {
    const counts = `read '${read}' parameter(s) but was sent '${names.length}'.`;
    throw new VenueRefusal(-1104, `Not all sent parameters were read; ${counts}`);
  }
}

const generatedId = (): string => randomUUID().replaceAll('-', '').slice(0, 22);

const place: Answer = (venue, parameters) => {
  requireAllRead(parameters, readByPlacement);
  const request = readOrder(parameters, marketOf(venue, parameters), generatedId);
  const order = venue.desk.submit(request);
  return placementAnswer(order, parameters.get('newOrderRespType') ?? 'FULL');
};

function find(venue: Venue, parameters: URLSearchParams, unknown: VenueRefusal): Order {
  const market = marketOf(venue, parameters);
  const orderId = parameters.get('orderId');
  const clientOrderId = parameters.get('origClientOrderId');
  if (orderId === null && clientOrderId === null) {
    throw new VenueRefusal(
      -1102,
      "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    );
  }
  const found = venue.desk.orders.findLast(
    (order) =>
      order.market === market &&
      (orderId === null || String(order.id) === orderId) &&
      (clientOrderId === null || order.clientOrderId === clientOrderId),
  );
  if (found === undefined) throw unknown;
  return found;
}

const look: Answer = (venue, parameters) => {
  requireAllRead(parameters, readByLookup);
  return orderAnswer(find(venue, parameters, new VenueRefusal(-2013, 'Order does not exist.')));
};

const cancel: Answer = (venue, parameters) => {
  requireAllRead(parameters, readByCancel);
  const order = find(venue, parameters, new VenueRefusal(-2011, 'Unknown order sent.'));
  venue.desk.cancel(order);
  return cancelAnswer(order, parameters.get('newClientOrderId') ?? generatedId());
};

const openOrders: Answer = (venue, parameters) => {
  const everywhere = !parameters.has('symbol');
  const market = everywhere ? undefined : knownMarket(venue, parameters);
  return venue.desk.orders
    .filter((order) => isOpen(order) && (everywhere || order.market === market))
    .map(orderAnswer);
};

const allOrders: Answer = (venue, parameters) => {
  const market = knownMarket(venue, parameters);
  const from = whole(parameters, 'orderId', 0);
  const orders = venue.desk.orders.filter((order) => order.market === market && order.id >= from);
  const limit = whole(parameters, 'limit', 500, 1_000);
  const page = parameters.has('orderId') ? orders.slice(0, limit) : orders.slice(-limit);
  return page.map(orderAnswer);
};

const dayMs = 86_400_000;

const myTrades: Answer = (venue, parameters) => {
  const market = knownMarket(venue, parameters);
  const fromId = whole(parameters, 'fromId', 0);
  const from = whole(parameters, 'startTime', 0);
  const to = whole(parameters, 'endTime', Number.MAX_SAFE_INTEGER);
  const bounded = parameters.has('startTime') && parameters.has('endTime');
  const timed = parameters.has('startTime') || parameters.has('endTime');
  if (bounded && to - from > dayMs) {
    throw new VenueRefusal(-1127, 'More than 24 hours between startTime and endTime.');
  }
  if (timed && parameters.has('fromId')) {
    throw new VenueRefusal(-1128, 'Combination of optional parameters invalid.');
  }
  const orderId = parameters.get('orderId');
  const trades = venue.desk.executions.filter(
    (trade) =>
      trade.symbol === market?.symbol &&
      trade.tradeId >= fromId &&
      trade.at >= from &&
      trade.at <= to &&
      (orderId === null || String(trade.orderId) === orderId),
  );
  const limit = whole(parameters, 'limit', 500, 1_000);
  const oldestFirst = parameters.has('fromId') || parameters.has('startTime');
  return (oldestFirst ? trades.slice(0, limit) : trades.slice(-limit)).map(accountTrade);
};

const account: Answer = (venue, parameters) => {
  const foreign = venue.others.flatMap((entry) => readEntry(entry).assets);
  const assets = [...new Set([...foreign, ...venue.wallet.assets()])].sort();
  const omitsZero = parameters.get('omitZeroBalances') === 'true';
  const balances = assets
    .map((asset) => ({ asset, ...venue.wallet.of(asset) }))
    .filter(({ free, locked }) => !omitsZero || free + locked > 0n)
    .map(({ asset, free, locked }) => ({ asset, free: show(free), locked: show(locked) }));
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: show(100_000n), taker: show(100_000n), buyer: '0', seller: '0' },
    canTrade: true,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: venue.now(),
    accountType: 'SPOT',
    balances,
    permissions: ['SPOT'],
    uid: 354_937_868,
  };
};

const restrictions: Answer = () => ({
  ipRestrict: false,
  createTime: 1_698_645_219_000,
  enableInternalTransfer: false,
  enableFutures: false,
  enablePortfolioMarginTrading: false,
  enableVanillaOptions: false,
  permitsUniversalTransfer: false,
  enableReading: true,
  enableSpotAndMarginTrading: true,
  enableWithdrawals: false,
  enableMargin: false,
  enableFixApiTrade: false,
});

export const signedRoutes: ReadonlyMap<string, Answer> = new Map([
  ['POST /api/v3/order', place],
  ['GET /api/v3/order', look],
  ['DELETE /api/v3/order', cancel],
  ['GET /api/v3/openOrders', openOrders],
  ['GET /api/v3/allOrders', allOrders],
  ['GET /api/v3/myTrades', myTrades],
  ['GET /api/v3/account', account],
  ['GET /sapi/v1/account/apiRestrictions', restrictions],
]);
