// New orders against the book: takers walk its levels, makers come to rest, stops wait for their price.
// Every outcome is one account record.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import type { Account, AccountRecord, VenueOrder, VenueTrade } from './account.ts';
import { isOpen, isWorking } from './account.ts';
import type { Book, Level } from './book.ts';
import { type Execution, fill } from './filling.ts';
import type { Listing } from './listing.ts';
import type { OrderRequest } from './order-check.ts';
import { Purse } from './purse.ts';
import { refusals } from './refusal.ts';

export interface Matched {
  readonly record: AccountRecord;
  readonly executions: readonly Execution[];
  readonly order: VenueOrder;
  readonly trades: readonly VenueTrade[];
  /** What was taken from the book. */
  readonly taken: readonly Level[];
}

export interface Desk {
  readonly account: Account;
  readonly listing: Listing;
  readonly book: Book;
  readonly at: Millis;
  /** Share of what is got. */
  readonly fee: number;
}

const zero = decimal(0);

/**
 * Places an order that passed its checks of form; one that is filled at once is filled in `pieces`, which
 * are asked for when nothing refuses it. Throws `VenueRefusal`.
 */
export function place(
  desk: Desk,
  request: OrderRequest,
  clientOrderId: string,
  pieces: () => number,
): Matched {
  const { account, book, listing } = desk;
  checkOpenOrders(account.openOrders(listing.symbol), request, clientOrderId, listing);
  const quantity = request.quantity ?? affordable(book, request, listing);
  const order = draft(desk, request, quantity, clientOrderId);
  const isNew: Execution = { kind: 'NEW', order, trade: undefined };
  if (order.stop !== undefined && reached(order, book.last)) throw refusals.wouldTrigger();
  const levels = isWorking(order) ? takeable(book, order) : [];
  if (order.type === 'LIMIT_MAKER' && levels.length > 0) throw refusals.wouldMatch();
  checkFunds(desk, order, levels);
  const purse = new Purse(account);
  if (isWorking(order)) {
    const cut = inPieces(order, pieces, listing);
    return take(desk, cut, cut === order ? levels : takeable(book, cut), purse, [isNew]);
  }
  purse.setAside([order], listing, 'lock');
  return matched(desk, purse, { order, trades: [], executions: [isNew] }, []);
}

export function checkOpenOrders(
  open: readonly VenueOrder[],
  { type }: OrderRequest,
  clientOrderId: string,
  { ordersMax, algoOrdersMax }: Listing,
): void {
  if (open.some((order) => order.clientOrderId === clientOrderId)) throw refusals.duplicate();
  if (type !== 'MARKET' && open.length >= ordersMax) throw refusals.filter('MAX_NUM_ORDERS');
  const isAlgo = type === 'STOP_LOSS_LIMIT' || type === 'TAKE_PROFIT_LIMIT';
  const algoOrders = open.filter(({ stop }) => stop !== undefined).length;
  if (isAlgo && algoOrders >= algoOrdersMax) throw refusals.filter('MAX_NUM_ALGO_ORDERS');
}

export function draft(
  { account, listing, at }: Desk,
  { side, type, timeInForce, price, quoteQuantity, stopPrice }: OrderRequest,
  quantity: Decimal,
  clientOrderId: string,
): VenueOrder {
  return {
    orderId: account.nextOrderId(),
    clientOrderId,
    symbol: listing.symbol,
    side,
    type,
    timeInForce,
    price: (price ?? zero).toFixed(),
    quantity: quantity.toFixed(),
    quoteQuantity: (quoteQuantity ?? zero).toFixed(),
    executed: '0',
    executedQuote: '0',
    status: 'NEW',
    time: at,
    updateTime: at,
    ...(stopPrice === undefined ? {} : { stop: { price: stopPrice.toFixed() } }),
  };
}

/** An order that takes what it can, in parts of whole lots. */
function inPieces(order: VenueOrder, pieces: () => number, { stepSize }: Listing): VenueOrder {
  const isTaker = order.type === 'MARKET' || order.type === 'LIMIT';
  if (!isTaker || order.timeInForce === 'FOK') return order;
  const count = pieces();
  if (!(count > 1)) return order;
  const lots = decimal(order.quantity).div(count).div(stepSize).ceil();
  return { ...order, piece: lots.times(stepSize).toFixed() };
}

/** Lots that `quoteOrderQty` buys or sells for at the book's prices. */
function affordable(book: Book, { side, quoteQuantity }: OrderRequest, listing: Listing): Decimal {
  let rest = quoteQuantity ?? zero;
  let lots = zero;
  for (const { price, quantity } of side === 'BUY' ? book.asks : book.bids) {
    const part = rest.div(price).divToInt(listing.stepSize).times(listing.stepSize);
    const taken = part.lt(quantity) ? part : quantity;
    lots = lots.plus(taken);
    rest = rest.minus(taken.times(price));
    if (taken.lt(quantity)) break;
  }
  if (lots.lt(listing.quantityMin)) throw refusals.thinBook();
  return lots;
}

/** What is to be filled of an order now. */
export function nextPiece({ quantity, executed, piece }: VenueOrder): Decimal {
  const rest = decimal(quantity).minus(executed);
  return piece === undefined || rest.lt(piece) ? rest : decimal(piece);
}

/** What the book has for the rest of an order now: all of it or nothing for FOK. */
export function takeable(book: Book, order: VenueOrder): readonly Level[] {
  const wanted = nextPiece(order);
  const limit = order.type === 'MARKET' ? undefined : decimal(order.price);
  const pieces = book.quote(order.side, wanted, limit);
  const total = pieces.reduce((sum, { quantity }) => sum.plus(quantity), zero);
  return order.timeInForce === 'FOK' && total.lt(wanted) ? [] : pieces;
}

function checkFunds(
  { account, listing }: Desk,
  { side, type, price, quantity }: VenueOrder,
  pieces: readonly Level[],
): void {
  const quote = type === 'MARKET' ? costOf(pieces) : decimal(price).times(quantity);
  const [asset, needed] = side === 'BUY' ? [listing.quote, quote] : [listing.base, quantity];
  if (account.free(asset).lt(needed)) throw refusals.balance();
}

export const costOf = (pieces: readonly Level[]): Decimal =>
  pieces.reduce((sum, piece) => sum.plus(piece.price.times(piece.quantity)), zero);

/** A working order takes `pieces`; its rest expires or is set aside to rest. */
export function take(
  desk: Desk,
  order: VenueOrder,
  pieces: readonly Level[],
  purse: Purse,
  before: readonly Execution[],
): Matched {
  const { account, listing, at, fee } = desk;
  const firstTradeId = account.nextTradeId();
  const filled = fill(order, pieces, { listing, purse, firstTradeId, at, fee, maker: false });
  const executions = [...before, ...filled.executions];
  let after = filled.order;
  const goesOn = order.timeInForce === 'GTC' || (order.piece !== undefined && pieces.length > 0);
  if (isOpen(after) && goesOn) {
    purse.setAside([after], listing, 'lock');
  } else if (isOpen(after)) {
    after = { ...after, status: 'EXPIRED', updateTime: at };
    executions.push({ kind: 'EXPIRED', order: after, trade: undefined });
  }
  return matched(desk, purse, { order: after, trades: filled.trades, executions }, pieces);
}

/** What came of it as one record: every order that something happened to, as it is now. */
export function matched(
  { at }: Desk,
  purse: Purse,
  outcome: Pick<Matched, 'order' | 'trades' | 'executions'>,
  taken: readonly Level[],
): Matched {
  const { order, trades, executions } = outcome;
  const orders = new Map(executions.map(({ order: one }) => [one.orderId, one]));
  orders.set(order.orderId, order);
  const balances = purse.changes();
  return { ...outcome, record: { at, orders: [...orders.values()], trades, balances }, taken };
}

/** Whether the last price is where a stop waits for it: losses run away, profits come. */
export function reached({ side, type, stop }: VenueOrder, last: Decimal): boolean {
  const waitsAbove = (side === 'BUY') === (type === 'STOP_LOSS_LIMIT');
  const price = decimal(stop?.price ?? 0);
  return waitsAbove ? last.gte(price) : last.lte(price);
}
