// Orders against the book: takers walk its levels, makers rest until the market trades through them.
// Fees are taken in the base on buys and in the quote on sells. Every outcome is one account record.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import type { Account, AccountRecord, VenueBalance, VenueOrder, VenueTrade } from './account.ts';
import { isOpen } from './account.ts';
import type { Book, Level } from './book.ts';
import type { Listing } from './listing.ts';
import type { OrderRequest } from './order-check.ts';
import { refusals } from './refusal.ts';

/** One thing that happened to an order, in the venue's words. */
export interface Execution {
  readonly kind: 'NEW' | 'TRADE' | 'EXPIRED' | 'CANCELED';
  readonly order: VenueOrder;
  readonly trade: VenueTrade | undefined;
}

export interface Matched {
  readonly record: AccountRecord;
  readonly executions: readonly Execution[];
  readonly order: VenueOrder;
  readonly trades: readonly VenueTrade[];
  /** What was taken from the book. */
  readonly taken: readonly Level[];
}

const zero = decimal(0);
const eight = (value: Decimal): Decimal => value.toDecimalPlaces(8, 1);

/** Balances while an order changes them. */
class Purse {
  readonly #account: Account;
  readonly #changed = new Map<string, { free: Decimal; locked: Decimal }>();

  constructor(account: Account) {
    this.#account = account;
  }

  add(asset: string, free: Decimal, locked: Decimal = zero): void {
    const now = this.#changed.get(asset) ?? {
      free: this.#account.free(asset),
      locked: this.#account.locked(asset),
    };
    this.#changed.set(asset, { free: now.free.plus(free), locked: now.locked.plus(locked) });
  }

  changes(): Record<string, VenueBalance> {
    return Object.fromEntries(
      [...this.#changed].map(([asset, { free, locked }]) => [
        asset,
        { free: free.toFixed(), locked: locked.toFixed() },
      ]),
    );
  }
}

interface Filling {
  readonly listing: Listing;
  readonly purse: Purse;
  readonly firstTradeId: number;
  readonly at: Millis;
  readonly fee: number;
  /** A maker pays what it set aside. */
  readonly maker: boolean;
}

/** Fills `order` piece by piece, moving balances. */
function fill(order: VenueOrder, pieces: readonly Level[], filling: Filling) {
  const trades: VenueTrade[] = [];
  const executions: Execution[] = [];
  let now = order;
  for (const piece of pieces) {
    now = grown(now, piece, filling.at);
    const trade = tradeOf(now, piece, filling, filling.firstTradeId + trades.length);
    move(trade, piece, filling);
    trades.push(trade);
    executions.push({ kind: 'TRADE', order: now, trade });
  }
  return { order: now, trades, executions };
}

function grown(order: VenueOrder, { price, quantity }: Level, at: Millis): VenueOrder {
  const executed = decimal(order.executed).plus(quantity);
  return {
    ...order,
    executed: executed.toFixed(),
    executedQuote: decimal(order.executedQuote).plus(price.times(quantity)).toFixed(),
    status: executed.gte(order.quantity) ? 'FILLED' : 'PARTIALLY_FILLED',
    updateTime: at,
  };
}

function tradeOf(order: VenueOrder, { price, quantity }: Level, filling: Filling, tradeId: number) {
  const isBuyer = order.side === 'BUY';
  const got = isBuyer ? quantity : price.times(quantity);
  const trade: VenueTrade = {
    tradeId,
    orderId: order.orderId,
    symbol: order.symbol,
    isBuyer,
    isMaker: filling.maker,
    price: price.toFixed(),
    quantity: quantity.toFixed(),
    commission: eight(got.times(filling.fee)).toFixed(),
    commissionAsset: isBuyer ? filling.listing.base : filling.listing.quote,
    time: filling.at,
  };
  return trade;
}

function move(
  trade: VenueTrade,
  { price, quantity }: Level,
  { listing, purse, maker }: Filling,
): void {
  const value = price.times(quantity);
  const [pays, paid] = trade.isBuyer ? [listing.quote, value] : [listing.base, quantity];
  const got = trade.isBuyer ? quantity : value;
  purse.add(pays, maker ? zero : paid.negated(), maker ? paid.negated() : zero);
  purse.add(trade.commissionAsset, got.minus(trade.commission));
}

export interface Desk {
  readonly account: Account;
  readonly listing: Listing;
  readonly book: Book;
  readonly at: Millis;
  readonly fee: number;
}

/** Places an order that passed its checks. Throws `VenueRefusal` for want of funds. */
export function place(desk: Desk, request: OrderRequest, clientOrderId: string): Matched {
  const { account, listing, book, at, fee } = desk;
  const resting = account.openOrders(listing.symbol);
  if (resting.some((order) => order.clientOrderId === clientOrderId)) throw refusals.duplicate();
  const quantity = request.quantity ?? affordable(book, request, listing);
  const offered = book.quote(request.side, quantity, request.price);
  const total = offered.reduce((sum, piece) => sum.plus(piece.quantity), zero);
  if (request.type === 'LIMIT_MAKER' && total.gt(0)) throw refusals.wouldMatch();
  const pieces = request.timeInForce === 'FOK' && total.lt(quantity) ? [] : offered;
  const purse = new Purse(account);
  checkFunds(desk, request, quantity, pieces);
  const placed: VenueOrder = {
    orderId: account.nextOrderId(),
    clientOrderId,
    symbol: listing.symbol,
    side: request.side,
    type: request.type,
    timeInForce: request.timeInForce,
    price: (request.price ?? zero).toFixed(),
    quantity: quantity.toFixed(),
    quoteQuantity: (request.quoteQuantity ?? zero).toFixed(),
    executed: '0',
    executedQuote: '0',
    status: 'NEW',
    time: at,
    updateTime: at,
  };
  const firstTradeId = account.nextTradeId();
  const filled = fill(placed, pieces, { listing, purse, firstTradeId, at, fee, maker: false });
  const executions: Execution[] = [
    { kind: 'NEW', order: placed, trade: undefined },
    ...filled.executions,
  ];
  let { order } = filled;
  if (isOpen(order) && request.timeInForce !== 'GTC') {
    order = { ...order, status: 'EXPIRED' };
    executions.push({ kind: 'EXPIRED', order, trade: undefined });
  } else if (isOpen(order)) {
    setAside(order, listing, purse, 1);
  }
  const record = { at, orders: [order], trades: filled.trades, balances: purse.changes() };
  return { record, executions, order, trades: filled.trades, taken: pieces };
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
  if (!lots.gt(0)) throw refusals.filter('LOT_SIZE');
  return lots;
}

function checkFunds(
  { account, listing }: Desk,
  request: OrderRequest,
  quantity: Decimal,
  pieces: readonly Level[],
): void {
  if (request.side === 'SELL') {
    if (account.free(listing.base).lt(quantity)) throw refusals.balance();
    return;
  }
  const cost = pieces.reduce((sum, { price, quantity: part }) => sum.plus(price.times(part)), zero);
  const needed = request.price === undefined ? cost : request.price.times(quantity);
  if (account.free(listing.quote).lt(needed)) throw refusals.balance();
}

/** Moves what the rest of a resting order needs from free to locked (`way` 1) or back (−1). */
function setAside(order: VenueOrder, listing: Listing, purse: Purse, way: 1 | -1): void {
  const rest = decimal(order.quantity).minus(order.executed);
  const [asset, amount] =
    order.side === 'BUY' ? [listing.quote, rest.times(order.price)] : [listing.base, rest];
  purse.add(asset, amount.times(-way), amount.times(way));
}

/** A resting order the market traded through, filled by at most one level's worth; undefined if none. */
export function matchResting(desk: Desk, order: VenueOrder): Matched | undefined {
  const { account, listing, book, at, fee } = desk;
  const price = decimal(order.price);
  const through = order.side === 'BUY' ? book.last.lte(price) : book.last.gte(price);
  if (!through) return undefined;
  const rest = decimal(order.quantity).minus(order.executed);
  const offered = (order.side === 'BUY' ? book.asks : book.bids)[0]?.quantity ?? rest;
  const purse = new Purse(account);
  const pieces = [{ price, quantity: offered.lt(rest) ? offered : rest }];
  const firstTradeId = account.nextTradeId();
  const filled = fill(order, pieces, { listing, purse, firstTradeId, at, fee, maker: true });
  const record = { at, orders: [filled.order], trades: filled.trades, balances: purse.changes() };
  return { ...filled, record, taken: [] };
}

/** Takes a resting order off the book. */
export function cancel({ account, listing, at }: Desk, order: VenueOrder): Matched {
  const purse = new Purse(account);
  setAside(order, listing, purse, -1);
  const canceled: VenueOrder = { ...order, status: 'CANCELED', updateTime: at };
  return {
    record: { at, orders: [canceled], balances: purse.changes() },
    executions: [{ kind: 'CANCELED', order: canceled, trade: undefined }],
    order: canceled,
    trades: [],
    taken: [],
  };
}
