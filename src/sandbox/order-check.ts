// An order request against the listing's filters and Binance's rules of form, before any balance is
// looked at. What passes is a typed request; what does not is refused in the venue's words.
import { type Decimal, parseDecimal } from '../domain/money.ts';
import type { OrderType, TimeInForce } from './account.ts';
import type { Listing } from './listing.ts';
import type { Parameters } from './parameter.ts';
import { refusals } from './refusal.ts';

export interface OrderRequest {
  readonly side: 'BUY' | 'SELL';
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: Decimal | undefined;
  readonly quantity: Decimal | undefined;
  readonly quoteQuantity: Decimal | undefined;
  readonly stopPrice: Decimal | undefined;
  readonly clientOrderId: string | undefined;
}

/** What each type must say and may say besides; nothing else of these is taken. */
const terms: Readonly<Record<OrderType, { must: readonly string[]; may: readonly string[] }>> = {
  MARKET: { must: [], may: ['quantity', 'quoteOrderQty'] },
  LIMIT: { must: ['timeInForce', 'quantity', 'price'], may: [] },
  LIMIT_MAKER: { must: ['quantity', 'price'], may: [] },
  STOP_LOSS_LIMIT: { must: ['timeInForce', 'quantity', 'price', 'stopPrice'], may: [] },
  TAKE_PROFIT_LIMIT: { must: ['timeInForce', 'quantity', 'price', 'stopPrice'], may: [] },
};
const termNames = ['timeInForce', 'quantity', 'quoteOrderQty', 'price', 'stopPrice'];

/** Everything an order request may carry; Binance refuses what it would not read. */
const read = new Set([
  ...termNames,
  ...['symbol', 'side', 'type', 'newClientOrderId', 'newOrderRespType', 'selfTradePreventionMode'],
  ...['apiKey', 'timestamp', 'recvWindow', 'signature'],
]);

const isOrderType = (text: string): text is OrderType => Object.hasOwn(terms, text);

/** Reads and checks an order request. Throws `VenueRefusal`. */
export function checkOrder(parameters: Parameters, listing: Listing, last: Decimal): OrderRequest {
  const request = readRequest(parameters);
  if (listing.status !== 'TRADING') throw refusals.closed();
  if (request.type === 'MARKET') checkMarket(request, listing, last);
  else checkLimit(request, listing);
  return request;
}

function readRequest(parameters: Parameters): OrderRequest {
  const type = checkTerms(parameters);
  const side = parameters.get('side');
  if (side === undefined) throw refusals.missing('side');
  if (side !== 'BUY' && side !== 'SELL') throw refusals.side();
  const clientOrderId = parameters.get('newClientOrderId');
  if (clientOrderId !== undefined && !/^[.A-Z:/a-z0-9_-]{1,36}$/.test(clientOrderId)) {
    throw refusals.illegal('newClientOrderId', '^[\\.A-Z\\:/a-z0-9_-]{1,36}$');
  }
  const answer = parameters.get('newOrderRespType') ?? 'FULL';
  if (!['ACK', 'RESULT', 'FULL'].includes(answer)) throw refusals.invalid('newOrderRespType');
  return {
    side,
    type,
    timeInForce: timeInForceOf(parameters.get('timeInForce'), type),
    price: amount(parameters, 'price'),
    quantity: amount(parameters, 'quantity'),
    quoteQuantity: amount(parameters, 'quoteOrderQty'),
    stopPrice: amount(parameters, 'stopPrice'),
    clientOrderId,
  };
}

/** The type, once everything it must say was said and nothing it may not. */
function checkTerms(parameters: Parameters): OrderType {
  const type = parameters.get('type');
  if (type === undefined) throw refusals.missing('type');
  if (!isOrderType(type)) throw refusals.orderType();
  const { must, may } = terms[type];
  for (const name of termNames) {
    if (must.includes(name) && !parameters.has(name)) throw refusals.missing(name);
    if (![...must, ...may].includes(name) && parameters.has(name)) throw refusals.unneeded(name);
  }
  if (parameters.has('icebergQty')) throw refusals.unsupported('Iceberg orders are');
  if (parameters.has('trailingDelta')) throw refusals.unsupported('Trailing stop orders are');
  const known = [...parameters.keys()].filter((name) => read.has(name)).length;
  if (known < parameters.size) throw refusals.unread(known, parameters.size);
  return type;
}

function timeInForceOf(text: string | undefined, type: OrderType): TimeInForce {
  if (text === undefined) return type === 'MARKET' ? 'IOC' : 'GTC';
  if (text !== 'GTC' && text !== 'IOC' && text !== 'FOK') throw refusals.timeInForce();
  return text;
}

function amount(parameters: Parameters, name: string): Decimal | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  const range = '^([0-9]{1,20})(\\.[0-9]{1,20})?$';
  const value = new RegExp(range).test(text) ? parseDecimal(text) : undefined;
  if (value === undefined) throw refusals.illegal(name, range);
  if (value.decimalPlaces() > 8) throw refusals.precision(name);
  return value;
}

function checkMarket(request: OrderRequest, listing: Listing, last: Decimal): void {
  const { quantity, quoteQuantity } = request;
  if (quantity !== undefined && quoteQuantity !== undefined) throw refusals.badCombination();
  if (quantity === undefined) {
    if (quoteQuantity === undefined) throw refusals.missing('quantity');
    checkNotional(quoteQuantity, listing);
    return;
  }
  if (quantity.gt(listing.marketQuantityMax)) throw refusals.filter('MARKET_LOT_SIZE');
  checkLot(quantity, listing);
  checkNotional(quantity.times(last), listing);
}

function checkLimit({ price, quantity, stopPrice }: OrderRequest, listing: Listing): void {
  if (price === undefined) throw refusals.missing('price');
  if (quantity === undefined) throw refusals.missing('quantity');
  checkPrice(price, listing);
  if (stopPrice !== undefined) checkPrice(stopPrice, listing);
  checkLot(quantity, listing);
  const worth = quantity.times(price);
  checkNotional(worth, listing);
  // The upper bound is not for market orders, as published.
  if (worth.gt(listing.notionalMax)) throw refusals.filter('NOTIONAL');
}

function checkPrice(price: Decimal, { tickSize, priceMax }: Listing): void {
  const isInside = price.gte(tickSize) && price.lte(priceMax);
  if (!isInside || !price.mod(tickSize).isZero()) throw refusals.filter('PRICE_FILTER');
}

function checkLot(quantity: Decimal, { quantityMin, quantityMax, stepSize }: Listing): void {
  const isInside = quantity.gte(quantityMin) && quantity.lte(quantityMax);
  if (!isInside || !quantity.mod(stepSize).isZero()) throw refusals.filter('LOT_SIZE');
}

function checkNotional(worth: Decimal, { notionalMin }: Listing): void {
  if (!worth.gte(notionalMin)) throw refusals.filter('NOTIONAL');
}
