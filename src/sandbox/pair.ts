// Two orders of which one goes when the other acts: both are on the book at once, and what the needier one
// needs is set aside for both.
import { decimal } from '../domain/money.ts';
import { isWorking, type VenueList, type VenueOrder } from './account.ts';
import type { Execution } from './filling.ts';
import {
  checkOpenOrders,
  type Desk,
  draft,
  type Matched,
  matched,
  reached,
  takeable,
} from './matching.ts';
import type { OrderRequest } from './order-check.ts';
import type { PairRequest } from './pair-check.ts';
import { needOf, Purse } from './purse.ts';
import { refusals } from './refusal.ts';

export interface MatchedPair extends Matched {
  readonly list: VenueList;
}

/** Places a pair that passed its checks of form. Throws `VenueRefusal`. */
export function placePair(
  desk: Desk,
  { above, below, listClientOrderId }: PairRequest,
): MatchedPair {
  const { account, listing, at } = desk;
  const listId = account.nextListId();
  const list: VenueList = {
    listId,
    listClientOrderId: listClientOrderId ?? `sandbox-list-${listId}`,
    symbol: listing.symbol,
    orderIds: [account.nextOrderId(), account.nextOrderId() + 1],
    time: at,
  };
  if (isTaken(desk, list)) throw refusals.duplicate();
  const open = [...account.openOrders(listing.symbol)];
  // As Binance numbers them: the one that waits for a price first.
  const legs = [below, above].sort((a, b) => rank(a) - rank(b));
  const orders = legs.map((leg, index) => {
    const orderId = list.orderIds[index] ?? 0;
    const clientOrderId = leg.clientOrderId ?? `sandbox-${orderId}`;
    checkOpenOrders(open, leg, clientOrderId, listing);
    const order: VenueOrder = {
      ...draft(desk, leg, leg.quantity ?? decimal(0), clientOrderId),
      ...{ orderId, list: listId },
    };
    checkWaits(desk, order);
    open.push(order);
    return order;
  });
  const purse = new Purse(account);
  purse.setAside(orders, listing, 'lock');
  const asset = above.side === 'BUY' ? listing.quote : listing.base;
  if (account.free(asset).lt(needOf(orders))) throw refusals.balance();
  return { ...placed(desk, purse, orders), list };
}

function placed(desk: Desk, purse: Purse, orders: readonly VenueOrder[]): Matched {
  const executions = orders.map((order): Execution => ({ kind: 'NEW', order, trade: undefined }));
  const [first] = orders;
  if (first === undefined) throw refusals.badCombination();
  return matched(desk, purse, { order: first, trades: [], executions }, []);
}

const rank = ({ type }: OrderRequest): number => (type === 'LIMIT_MAKER' ? 1 : 0);

const isTaken = ({ account }: Desk, { listClientOrderId }: VenueList): boolean =>
  account
    .lists()
    .some((other) => other.listClientOrderId === listClientOrderId && account.isActive(other));

/** Neither acts at once. */
function checkWaits({ book }: Desk, order: VenueOrder): void {
  if (!isWorking(order) && reached(order, book.last)) throw refusals.wouldTrigger();
  if (isWorking(order) && takeable(book, order).length > 0) throw refusals.wouldMatch();
}
