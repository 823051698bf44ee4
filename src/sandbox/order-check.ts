// An order request against the listing's filters and Binance's rules of form, before any balance is
// looked at. What passes is a typed request; what does not is refused in the venue's words.
import { type Decimal, parseDecimal } from '../domain/money.ts';
import type { OrderType, TimeInForce } from './account.ts';
import type { Listing } from './listing.ts';
import { refusals } from './refusal.ts';

export interface OrderRequest {
  readonly side: 'BUY' | 'SELL';
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: Decimal | undefined;
  readonly quantity: Decimal | undefined;
  readonly quoteQuantity: Decimal | undefined;
  readonly clientOrderId: string | undefined;
}

type Parameters = ReadonlyMap<string, string>;

/** Reads and checks an order request. Throws `VenueRefusal`. */
export function checkOrder(parameters: Parameters, listing: Listing, last: Decimal): OrderRequest {
  const request = read(parameters);
  if (request.type === 'MARKET') checkMarket(request, listing, last);
  else checkLimit(request, listing);
  return request;
}

function read(parameters: Parameters): OrderRequest {
  const side = parameters.get('side');
  const type = parameters.get('type');
  if (side !== 'BUY' && side !== 'SELL') throw refusals.side();
  if (type !== 'MARKET' && type !== 'LIMIT' && type !== 'LIMIT_MAKER') throw refusals.orderType();
  const clientOrderId = parameters.get('newClientOrderId');
  if (clientOrderId !== undefined && !/^[a-zA-Z0-9-_]{1,36}$/.test(clientOrderId)) {
    throw refusals.illegal('newClientOrderId');
  }
  return {
    side,
    type,
    timeInForce: timeInForceOf(parameters.get('timeInForce'), type),
    price: amount(parameters, 'price'),
    quantity: amount(parameters, 'quantity'),
    quoteQuantity: amount(parameters, 'quoteOrderQty'),
    clientOrderId,
  };
}

function timeInForceOf(text: string | undefined, type: OrderType): TimeInForce {
  if (type !== 'LIMIT') return type === 'MARKET' ? 'IOC' : 'GTC';
  if (text === undefined) throw refusals.missing('timeInForce');
  if (text !== 'GTC' && text !== 'IOC' && text !== 'FOK') throw refusals.timeInForce();
  return text;
}

function amount(parameters: Parameters, name: string): Decimal | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,20}(\.\d{1,20})?$/.test(text)) throw refusals.illegal(name);
  const value = parseDecimal(text);
  if (value === undefined) throw refusals.illegal(name);
  if (value.decimalPlaces() > 8) throw refusals.precision();
  return value;
}

function checkMarket(request: OrderRequest, listing: Listing, last: Decimal): void {
  const { quantity, quoteQuantity } = request;
  if (quantity === undefined && quoteQuantity === undefined) throw refusals.missing('quantity');
  if (quantity === undefined) {
    if (!quoteQuantity?.gte(listing.notionalMin)) throw refusals.filter('NOTIONAL');
    return;
  }
  if (quantity.gt(listing.marketQuantityMax)) throw refusals.filter('MARKET_LOT_SIZE');
  checkLot(quantity, listing);
  if (quantity.times(last).lt(listing.notionalMin)) throw refusals.filter('NOTIONAL');
}

function checkLimit({ price, quantity }: OrderRequest, listing: Listing): void {
  if (price === undefined) throw refusals.missing('price');
  if (quantity === undefined) throw refusals.missing('quantity');
  if (!price.gt(0) || !price.mod(listing.tickSize).isZero()) throw refusals.filter('PRICE_FILTER');
  checkLot(quantity, listing);
  if (quantity.times(price).lt(listing.notionalMin)) throw refusals.filter('NOTIONAL');
}

function checkLot(quantity: Decimal, listing: Listing): void {
  const { quantityMin, quantityMax, stepSize } = listing;
  const inside = quantity.gte(quantityMin) && quantity.lte(quantityMax);
  if (!inside || !quantity.mod(stepSize).isZero()) throw refusals.filter('LOT_SIZE');
}
