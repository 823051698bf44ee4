// Binance spot's REST paths in front of the exchange. Wall time for signatures, market time for events.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { VenueOrder } from './account.ts';
import type { Exchange } from './exchange.ts';
import { klines } from './kline.ts';
import { wire } from './listing.ts';
import { integer, type Parameters } from './parameter.ts';
import { refusals, VenueRefusal } from './refusal.ts';
import {
  balanceRows,
  levelRow,
  orderShape,
  placedShape,
  symbolShape,
  tradeShape,
} from './shape.ts';
import { checkKey, checkSignature, checkTime, type KeyPair } from './signature.ts';

interface Route {
  readonly signed: boolean;
  answer(exchange: Exchange, parameters: Parameters): unknown;
}

const open = (answer: Route['answer']): Route => ({ signed: false, answer });
const signed = (answer: Route['answer']): Route => ({ signed: true, answer });

const routes: Readonly<Record<string, Route>> = {
  'GET /api/v3/ping': open(() => ({})),
  'GET /api/v3/time': open(() => ({ serverTime: Date.now() })),
  'GET /api/v3/exchangeInfo': open((exchange) => ({
    timezone: 'UTC',
    serverTime: Date.now(),
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
    ],
    exchangeFilters: [],
    symbols: [...exchange.listings.values()].map(symbolShape),
  })),
  'GET /api/v3/klines': open(klines),
  'GET /api/v3/depth': open((exchange, parameters) => {
    const book = exchange.book(exchange.listing(parameters.get('symbol')));
    const limit = integer(parameters, 'limit', 100);
    return {
      lastUpdateId: book.lastId,
      bids: book.bids.slice(0, limit).map(levelRow),
      asks: book.asks.slice(0, limit).map(levelRow),
    };
  }),
  'GET /api/v3/ticker/price': open((exchange, parameters) => {
    const listing = exchange.listing(parameters.get('symbol'));
    return { symbol: listing.symbol, price: wire(exchange.book(listing).last) };
  }),
  'GET /api/v3/account': signed((exchange) => {
    const rate = wire(exchange.fee);
    return {
      makerCommission: exchange.fee * 10_000,
      takerCommission: exchange.fee * 10_000,
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
  }),
  'GET /sapi/v1/account/apiRestrictions': signed(() => ({
    ipRestrict: true,
    createTime: 0,
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
  'POST /api/v3/order': signed((exchange, parameters) => {
    const { order, trades } = exchange.place(parameters);
    return placedShape(order, trades, parameters.get('newOrderRespType'));
  }),
  'GET /api/v3/order': signed((exchange, parameters) => {
    const order = orderOf(exchange, parameters);
    if (order === undefined) throw refusals.unknownOrder();
    return orderShape(order);
  }),
  'DELETE /api/v3/order': signed((exchange, parameters) => {
    const order = exchange.cancel(orderOf(exchange, parameters));
    const clientOrderId = parameters.get('newClientOrderId') ?? `cancel-${order.orderId}`;
    return {
      ...orderShape(order),
      clientOrderId,
      origClientOrderId: order.clientOrderId,
      transactTime: order.updateTime,
    };
  }),
  'GET /api/v3/openOrders': signed((exchange, parameters) => {
    const symbol = parameters.get('symbol');
    if (symbol !== undefined) exchange.listing(symbol);
    return exchange.account.openOrders(symbol).map(orderShape);
  }),
  'GET /api/v3/myTrades': signed(myTrades),
};

function orderOf(exchange: Exchange, parameters: Parameters): VenueOrder | undefined {
  const { symbol } = exchange.listing(parameters.get('symbol'));
  const clientOrderId = parameters.get('origClientOrderId');
  if (parameters.has('orderId')) {
    const order = exchange.account.order(integer(parameters, 'orderId', 0));
    return order?.symbol === symbol ? order : undefined;
  }
  if (clientOrderId === undefined) throw refusals.missing('orderId');
  return exchange.account.orderByClientId(symbol, clientOrderId);
}

function myTrades(exchange: Exchange, parameters: Parameters): unknown {
  const { symbol } = exchange.listing(parameters.get('symbol'));
  const limit = Math.min(1000, integer(parameters, 'limit', 500));
  const fromId = parameters.has('fromId') ? integer(parameters, 'fromId', 0) : undefined;
  const startTime = integer(parameters, 'startTime', 0);
  const endTime = integer(parameters, 'endTime', Number.MAX_SAFE_INTEGER);
  const orderId = parameters.has('orderId') ? integer(parameters, 'orderId', 0) : undefined;
  const all = exchange.account
    .trades(symbol)
    .filter(
      (trade) =>
        trade.time >= startTime &&
        trade.time <= endTime &&
        (fromId === undefined || trade.tradeId >= fromId) &&
        (orderId === undefined || trade.orderId === orderId),
    );
  // From a point on, the oldest; without one, the newest, as Binance does.
  const chosen = fromId === undefined && startTime === 0 ? all.slice(-limit) : all.slice(0, limit);
  return chosen.map(tradeShape);
}

const bodyBytesMax = 64 * 1024;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > bodyBytesMax) throw refusals.illegal('body');
  }
  return body;
}

/** The raw text that was signed: query and body together, before `&signature=`. */
function signedText(
  query: string,
  body: string,
): { payload: string; signature: string | undefined } {
  const whole = query + body;
  const at = whole.lastIndexOf('signature=');
  if (at < 0) return { payload: whole, signature: undefined };
  return { payload: whole.slice(0, Math.max(0, at - 1)), signature: whole.slice(at + 10) };
}

async function answer(
  exchange: Exchange,
  pair: KeyPair,
  request: IncomingMessage,
): Promise<unknown> {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const route = routes[`${request.method} ${url.pathname}`];
  if (route === undefined) throw refusals.unknownRoute();
  const query = url.search.slice(1);
  const body = await bodyOf(request);
  const parameters = new Map([...new URLSearchParams(query), ...new URLSearchParams(body)]);
  if (route.signed) {
    const { payload, signature } = signedText(query, body);
    const key = request.headers['x-mbx-apikey'];
    checkKey(typeof key === 'string' ? key : undefined, pair);
    checkSignature(payload, signature, pair);
    checkTime(parameters, Date.now());
  }
  return route.answer(exchange, parameters);
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json;charset=UTF-8',
    'x-mbx-used-weight-1m': '1',
  });
  response.end(JSON.stringify(value));
}

/** An HTTP server over the exchange; not yet listening. */
export function restServer(exchange: Exchange, pair: KeyPair): Server {
  return createServer((request, response) => {
    answer(exchange, pair, request).then(
      (value) => send(response, 200, value),
      (error: unknown) => {
        if (error instanceof VenueRefusal) {
          send(response, error.status, { code: error.code, msg: error.message });
        } else {
          send(response, 500, { code: -1000, msg: String(error) });
        }
      },
    );
  });
}
