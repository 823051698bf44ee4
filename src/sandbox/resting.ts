// What becomes of orders that are open: makers are filled when the market trades through them, stops wake at
// their price, and of two that are bound to each other the first that acts ends the other.
import { decimal } from '../domain/money.ts';
import { isWorking, type VenueOrder } from './account.ts';
import { type Execution, fill } from './filling.ts';
import {
  costOf,
  type Desk,
  type Matched,
  matched,
  nextPiece,
  reached,
  take,
  takeable,
} from './matching.ts';
import { Purse } from './purse.ts';

/** What the last move does to an open order; undefined if nothing. */
export function matchResting(desk: Desk, order: VenueOrder): Matched | undefined {
  if (!isWorking(order)) return trigger(desk, order);
  return order.timeInForce === 'GTC' ? fillResting(desk, order) : takeOn(desk, order);
}

/** Gives back what the order has set aside, and ends the one it is bound to, if there is one. */
function part({ account, listing, at }: Desk, order: VenueOrder, purse: Purse): Execution[] {
  const bound = account.bound(order);
  purse.setAside(bound, listing, 'release');
  return bound
    .filter(({ orderId }) => orderId !== order.orderId)
    .map((other) => ({
      kind: 'EXPIRED',
      order: { ...other, status: 'EXPIRED', updateTime: at },
      trade: undefined,
    }));
}

/** The next piece of an order that does not rest, while it can be had. */
function takeOn(desk: Desk, order: VenueOrder): Matched {
  const { account, listing, book } = desk;
  const purse = new Purse(account);
  const before = part(desk, order, purse);
  const pieces = takeable(book, order);
  const isPaid = order.side === 'SELL' || purse.free(listing.quote).gte(costOf(pieces));
  return take(desk, order, isPaid ? pieces : [], purse, before);
}

/** The market traded through the order: it is filled, by at most one level's worth a move. */
function fillResting(desk: Desk, order: VenueOrder): Matched | undefined {
  const { account, listing, book, at, fee } = desk;
  const price = decimal(order.price);
  const isThrough = order.side === 'BUY' ? book.last.lte(price) : book.last.gte(price);
  if (!isThrough) return undefined;
  const rest = nextPiece(order);
  const offered = (order.side === 'BUY' ? book.asks : book.bids)[0]?.quantity ?? rest;
  const purse = new Purse(account);
  const before = part(desk, order, purse);
  purse.setAside([order], listing, 'lock');
  const pieces = [{ price, quantity: offered.lt(rest) ? offered : rest }];
  const firstTradeId = account.nextTradeId();
  const filled = fill(order, pieces, { listing, purse, firstTradeId, at, fee, maker: true });
  return matched(desk, purse, { ...filled, executions: [...before, ...filled.executions] }, []);
}

/** A stop whose price came works from now on, as the limit order it is. */
function trigger(desk: Desk, order: VenueOrder): Matched | undefined {
  const { account, book, at } = desk;
  if (order.stop === undefined || !reached(order, book.last)) return undefined;
  const stop = { ...order.stop, workingTime: at };
  const working: VenueOrder = { ...order, stop, updateTime: at };
  const purse = new Purse(account);
  const before = part(desk, order, purse);
  const isNew: Execution = { kind: 'NEW', order: working, trade: undefined };
  return take(desk, working, takeable(book, working), purse, [...before, isNew]);
}

/** Takes an open order off the book, and the one it is bound to; `cancelId` names the cancelling. */
export function cancel(desk: Desk, order: VenueOrder, cancelId: string): Matched {
  const { account, listing, at } = desk;
  const purse = new Purse(account);
  const bound = account.bound(order);
  purse.setAside(bound, listing, 'release');
  const executions = bound.map((one): Execution => {
    const canceled: VenueOrder = { ...one, status: 'CANCELED', updateTime: at };
    return { kind: 'CANCELED', order: canceled, trade: undefined, cancelId };
  });
  const own = executions.find((one) => one.order.orderId === order.orderId);
  return matched(desk, purse, { order: own?.order ?? order, trades: [], executions }, []);
}
