// A pair of which one order cancels the other (OCO), against Binance's rules of form: which types go
// together, which is above and which below, and on which side of the market each waits.
import type { Decimal } from '../domain/money.ts';
import type { Listing } from './listing.ts';
import { checkOrder, type OrderRequest } from './order-check.ts';
import type { Parameters } from './parameter.ts';
import { refusals } from './refusal.ts';

export interface PairRequest {
  readonly above: OrderRequest;
  readonly below: OrderRequest;
  readonly listClientOrderId: string | undefined;
}

/** What each leg says of itself, by the name it has in an order of its own. */
const own: Readonly<Record<string, string>> = {
  Type: 'type',
  Price: 'price',
  StopPrice: 'stopPrice',
  TimeInForce: 'timeInForce',
  ClientOrderId: 'newClientOrderId',
  IcebergQty: 'icebergQty',
  TrailingDelta: 'trailingDelta',
};
const legOf = /^(above|below)([A-Z]\w*)$/;

/** Reads and checks a pair. Throws `VenueRefusal`. */
export function checkPair(parameters: Parameters, listing: Listing, last: Decimal): PairRequest {
  const listClientOrderId = parameters.get('listClientOrderId');
  if (listClientOrderId !== undefined && !/^[.A-Z:/a-z0-9_-]{1,36}$/.test(listClientOrderId)) {
    throw refusals.illegal('listClientOrderId', '^[\\.A-Z\\:/a-z0-9_-]{1,36}$');
  }
  const known = [...parameters.keys()].filter(isKnown).length;
  if (known < parameters.size) throw refusals.unread(known, parameters.size);
  for (const name of ['aboveType', 'belowType']) checkType(parameters.get(name), name);
  const above = checkOrder(termsOf(parameters, 'above'), listing, last);
  const below = checkOrder(termsOf(parameters, 'below'), listing, last);
  checkPlaces(above, below);
  checkPrices(above.side === 'SELL' ? [above, below] : [below, above], last);
  return { above, below, listClientOrderId };
}

const isKnown = (name: string): boolean => {
  const [, , part] = legOf.exec(name) ?? [];
  return part === undefined ? shared.has(name) : Object.hasOwn(own, part);
};

/** What both legs have in common. */
const shared = new Set([
  ...['symbol', 'side', 'quantity', 'listClientOrderId', 'newOrderRespType'],
  ...['selfTradePreventionMode', 'apiKey', 'timestamp', 'recvWindow', 'signature'],
]);

/** The parameters of one leg, as if it were an order of its own. */
function termsOf(parameters: Parameters, leg: 'above' | 'below'): Parameters {
  const terms = new Map<string, string>();
  for (const [name, value] of parameters) {
    const [, which, part = ''] = legOf.exec(name) ?? [];
    const plain = which === leg ? own[part] : undefined;
    if (plain !== undefined) terms.set(plain, value);
    else if (which === undefined && name !== 'listClientOrderId') terms.set(name, value);
  }
  return terms;
}

function checkType(type: string | undefined, name: string): void {
  if (type === undefined) throw refusals.missing(name);
  if (type === 'STOP_LOSS') throw refusals.unsupported('Stop loss orders are');
  if (type === 'TAKE_PROFIT') throw refusals.unsupported('Take profit orders are');
  if (type === 'MARKET' || type === 'LIMIT') throw refusals.pairType();
}

/** Which type may be where: what is gained by waiting is above in a sale and below in a purchase. */
function checkPlaces({ type: above, side }: OrderRequest, { type: below }: OrderRequest): void {
  if (above === 'LIMIT_MAKER' && below === 'LIMIT_MAKER') throw refusals.bothLimit();
  const [gain, stop] = side === 'SELL' ? [above, below] : [below, above];
  if (gain === 'STOP_LOSS_LIMIT') throw refusals.stopPlace(side);
  if (stop === 'LIMIT_MAKER') throw refusals.limitPlace(side);
  if (stop === 'TAKE_PROFIT_LIMIT') throw refusals.gainPlace(side);
}

/** The market stands between the two. */
function checkPrices([gain, stop]: readonly [OrderRequest, OrderRequest], last: Decimal): void {
  const [target, limit] = [gain.price ?? last, stop.stopPrice ?? last];
  const isBetween =
    gain.side === 'SELL' ? target.gt(last) && last.gt(limit) : target.lt(last) && last.lt(limit);
  if (!isBetween) throw refusals.pairPrices();
}
