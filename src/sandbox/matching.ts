// Orders against the book: takers walk its levels, makers rest until the market trades through them,
// stops wait for their price. Every outcome is one account record.
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

/** Places an order that passed its checks of form, to be filled in `pieces`. Throws `VenueRefusal`. */
export function place(
  desk: Desk,
  request: OrderRequest,
  clientOrderId: string,
  pieceCount: number,
): Matched {
  const { account, book, listing } = desk;
  checkOpenOrders(account.openOrders(listing.symbol), request, clientOrderId, listing);
  const quantity = request.quantity ?? affordable(book, request, listing);
  const whole = draft(desk, request, quantity, clientOrderId);
  const order = pieceCount > 1 ? inPieces(whole, pieceCount, listing) : whole;
  const isNew: Execution = { kind: 'NEW', order, trade: undefined };
  if (order.stop !== undefined && reached(order, book.last)) throw refusals.wouldTrigger();
  const pieces = isWorking(order) ? takeable(book, order) : [];
  if (order.type === 'LIMIT_MAKER' && pieces.length > 0) throw refusals.wouldMatch();
  checkFunds(desk, order, pieces);
  const purse = new Purse(account);
  if (isWorking(order)) return take(desk, order, pieces, purse, [isNew]);
  purse.setAside(order, listing, 'lock');
  return matched(desk, purse, { order, trades: [], executions: [isNew] }, []);
}

function checkOpenOrders(
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

function draft(
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
function inPieces(order: VenueOrder, count: number, { stepSize }: Listing): VenueOrder {
  const isTaker = order.type === 'MARKET' || order.type === 'LIMIT';
  if (!isTaker || order.timeInForce === 'FOK') return order;
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
function nextPiece({ quantity, executed, piece }: VenueOrder): Decimal {
  const rest = decimal(quantity).minus(executed);
  return piece === undefined || rest.lt(piece) ? rest : decimal(piece);
}

/** What the book has for the rest of an order now: all of it or nothing for FOK. */
function takeable(book: Book, order: VenueOrder): readonly Level[] {
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

/** A working order takes `pieces`; its rest expires or is set aside to rest. */
function take(
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
    purse.setAside(after, listing, 'lock');
  } else if (isOpen(after)) {
    after = { ...after, status: 'EXPIRED', updateTime: at };
    executions.push({ kind: 'EXPIRED', order: after, trade: undefined });
  }
  return matched(desk, purse, { order: after, trades: filled.trades, executions }, pieces);
}

function matched(
  { at }: Desk,
  purse: Purse,
  outcome: Pick<Matched, 'order' | 'trades' | 'executions'>,
  taken: readonly Level[],
): Matched {
  const { order, trades } = outcome;
  return { ...outcome, record: { at, orders: [order], trades, balances: purse.changes() }, taken };
}

/** Whether the last price is where a stop waits for it: losses run away, profits come. */
function reached({ side, type, stop }: VenueOrder, last: Decimal): boolean {
  const waitsAbove = (side === 'BUY') === (type === 'STOP_LOSS_LIMIT');
  const price = decimal(stop?.price ?? 0);
  return waitsAbove ? last.gte(price) : last.lte(price);
}

/** What the last move does to an open order; undefined if nothing. */
export function matchResting(desk: Desk, order: VenueOrder): Matched | undefined {
  if (!isWorking(order)) return trigger(desk, order);
  return order.timeInForce === 'GTC' ? fillResting(desk, order) : takeOn(desk, order);
}

/** The next piece of an order that does not rest, while it can be had. */
function takeOn(desk: Desk, order: VenueOrder): Matched {
  const { account, listing, book } = desk;
  const purse = new Purse(account);
  purse.setAside(order, listing, 'release');
  const pieces = takeable(book, order);
  const isPaid = order.side === 'SELL' || purse.free(listing.quote).gte(costOf(pieces));
  return take(desk, order, isPaid ? pieces : [], purse, []);
}

const costOf = (pieces: readonly Level[]): Decimal =>
  pieces.reduce((sum, piece) => sum.plus(piece.price.times(piece.quantity)), zero);

/** The market traded through the order: it is filled, by at most one level's worth a move. */
function fillResting(desk: Desk, order: VenueOrder): Matched | undefined {
  const { account, listing, book, at, fee } = desk;
  const price = decimal(order.price);
  const isThrough = order.side === 'BUY' ? book.last.lte(price) : book.last.gte(price);
  if (!isThrough) return undefined;
  const rest = nextPiece(order);
  const offered = (order.side === 'BUY' ? book.asks : book.bids)[0]?.quantity ?? rest;
  const purse = new Purse(account);
  const pieces = [{ price, quantity: offered.lt(rest) ? offered : rest }];
  const firstTradeId = account.nextTradeId();
  const filled = fill(order, pieces, { listing, purse, firstTradeId, at, fee, maker: true });
  return matched(desk, purse, filled, []);
}

/** A stop whose price came works from now on, as the limit order it is. */
function trigger(desk: Desk, order: VenueOrder): Matched | undefined {
  const { account, listing, book, at } = desk;
  if (order.stop === undefined || !reached(order, book.last)) return undefined;
  const stop = { ...order.stop, workingTime: at };
  const working: VenueOrder = { ...order, stop, updateTime: at };
  const purse = new Purse(account);
  purse.setAside(order, listing, 'release');
  const isNew: Execution = { kind: 'NEW', order: working, trade: undefined };
  return take(desk, working, takeable(book, working), purse, [isNew]);
}

/** Takes an open order off the book; `cancelId` names the cancelling. */
export function cancel(desk: Desk, order: VenueOrder, cancelId: string): Matched {
  const purse = new Purse(desk.account);
  purse.setAside(order, desk.listing, 'release');
  const canceled: VenueOrder = { ...order, status: 'CANCELED', updateTime: desk.at };
  const execution: Execution = { kind: 'CANCELED', order: canceled, trade: undefined, cancelId };
  return matched(desk, purse, { order: canceled, trades: [], executions: [execution] }, []);
}
