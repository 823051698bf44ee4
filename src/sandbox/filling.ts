// An order meeting prices: each piece is one trade that moves balances and takes its fee, in the base
// on buys and in the quote on sells.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import type { VenueOrder, VenueTrade } from './account.ts';
import type { Level } from './book.ts';
import type { Listing } from './listing.ts';
import type { Purse } from './purse.ts';

/** One thing that happened to an order, in the venue's words. */
export interface Execution {
  readonly kind: 'NEW' | 'TRADE' | 'EXPIRED' | 'CANCELED';
  readonly order: VenueOrder;
  readonly trade: VenueTrade | undefined;
  /** Name of the cancelling that ended it. */
  readonly cancelId?: string;
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

interface Filled {
  readonly order: VenueOrder;
  readonly trades: readonly VenueTrade[];
  readonly executions: readonly Execution[];
}

const zero = decimal(0);
const roundDown = 1;
const eight = (value: Decimal): Decimal => value.toDecimalPlaces(8, roundDown);

/** Fills `order` piece by piece. */
export function fill(order: VenueOrder, pieces: readonly Level[], filling: Filling): Filled {
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

function tradeOf(
  order: VenueOrder,
  { price, quantity }: Level,
  { listing, maker, fee, at }: Filling,
  tradeId: number,
): VenueTrade {
  const isBuyer = order.side === 'BUY';
  const got = isBuyer ? quantity : price.times(quantity);
  return {
    tradeId,
    orderId: order.orderId,
    ...(order.list === undefined ? {} : { list: order.list }),
    symbol: order.symbol,
    isBuyer,
    isMaker: maker,
    price: price.toFixed(),
    quantity: quantity.toFixed(),
    commission: eight(got.times(fee)).toFixed(),
    commissionAsset: isBuyer ? listing.base : listing.quote,
    time: at,
  };
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
