// Reads a new order from request parameters: the checks an order meets before the matching engine.
import { one, readAmount } from './fixed-point.ts';
import type { Market } from './market.ts';
import {
  hasPrice,
  type OrderRequest,
  type OrderType,
  type Side,
  type TimeInForce,
  waitsForStop,
} from './order.ts';
import { filterFailure, missing, VenueRefusal } from './refusal.ts';

const clientIdPattern = /^[a-zA-Z0-9_-]{1,36}$/;
const types: readonly OrderType[] = [
  'LIMIT',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
];
const sides: readonly Side[] = ['BUY', 'SELL'];
const timesInForce: readonly TimeInForce[] = ['GTC', 'IOC', 'FOK'];

function choice<T extends string>(
  parameters: URLSearchParams,
  name: string,
  known: readonly T[],
  refusal: VenueRefusal,
): T {
  const text = parameters.get(name);
  if (text === null || text === '') throw missing(name);
  const found = known.find((value) => value === text);
  if (found === undefined) throw refusal;
  return found;
}

function required(parameters: URLSearchParams, name: string): bigint {
  const text = parameters.get(name);
  if (text === null || text === '') throw missing(name);
  const value = readAmount(text);
  if (value !== undefined) return value;
  if (/^\d+\.\d{9,}$/.test(text)) {
    throw new VenueRefusal(-1111, `Parameter '${name}' has too much precision.`);
  }
  throw missing(name);
}

function absent(parameters: URLSearchParams, name: string): void {
  if (parameters.has(name)) {
    throw new VenueRefusal(-1106, `Parameter '${name}' sent when not required.`);
  }
}

function clientOrderId(parameters: URLSearchParams, generated: () => string): string {
  const text = parameters.get('newClientOrderId');
  if (text === null) return generated();
  if (text === '') throw new VenueRefusal(-1118, 'New client order ID was empty.');
  if (clientIdPattern.test(text)) return text;
  throw new VenueRefusal(
    -1100,
    `Illegal characters found in parameter 'newClientOrderId'; legal range is '${clientIdPattern.source}'.`,
  );
}

function requirePriceFilter(market: Market, price: bigint): void {
  if (price <= 0n || price % market.tick !== 0n) throw filterFailure('PRICE_FILTER');
}

function requireLot(market: Market, quantity: bigint): void {
  if (quantity < market.step || quantity % market.step !== 0n) throw filterFailure('LOT_SIZE');
}

/** The quantity an order asks for; a quote quantity is turned into base at the last price. */
function quantityOf(
  parameters: URLSearchParams,
  market: Market,
  type: OrderType,
): { quantity: bigint; quoteOrderQuantity: bigint } {
  if (type === 'MARKET' && parameters.has('quoteOrderQty')) {
    absent(parameters, 'quantity');
    const quoteOrderQuantity = required(parameters, 'quoteOrderQty');
    const raw = (quoteOrderQuantity * one) / market.last;
    return { quantity: raw - (raw % market.step), quoteOrderQuantity };
  }
  return { quantity: required(parameters, 'quantity'), quoteOrderQuantity: 0n };
}

/** Reads and checks a new order; throws a refusal with Binance's code. */
export function readOrder(
  parameters: URLSearchParams,
  market: Market,
  generated: () => string,
): OrderRequest {
  const badType = new VenueRefusal(-1116, 'Invalid orderType.');
  const side = choice(parameters, 'side', sides, new VenueRefusal(-1117, 'Invalid side.'));
  const type = choice(parameters, 'type', types, badType);
  const priced = hasPrice(type);
  if (!priced) {
    absent(parameters, 'price');
    if (parameters.has('timeInForce')) {
      throw new VenueRefusal(-1114, 'TimeInForce parameter sent when not required.');
    }
  }
  const badTime = new VenueRefusal(-1115, 'Invalid timeInForce.');
  const timeInForce = priced ? choice(parameters, 'timeInForce', timesInForce, badTime) : 'GTC';
  const price = priced ? required(parameters, 'price') : 0n;
  const stopPrice = waitsForStop(type) ? required(parameters, 'stopPrice') : 0n;
  const { quantity, quoteOrderQuantity } = quantityOf(parameters, market, type);
  if (priced) requirePriceFilter(market, price);
  if (waitsForStop(type)) requirePriceFilter(market, stopPrice);
  requireLot(market, quantity);
  const reference = priced ? price : market.last;
  if ((quantity * reference) / one < market.minNotional) throw filterFailure('NOTIONAL');
  return {
    market,
    side,
    type,
    timeInForce,
    quantity,
    price,
    stopPrice,
    quoteOrderQuantity,
    clientOrderId: clientOrderId(parameters, generated),
  };
}
