// Was every order of the venue meant before it was sent, sent once, and booked as far as it was filled?
import { equal, show, sign, subtract, zero } from './rational.ts';
import type { BookStatement, VenueOrder, VenueStatement } from './statement.ts';
import type { Tally } from './tally.ts';

function group<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

/** The journal must hold the order itself before it tells anything that became of it. */
function checkIntent(tally: Tally, order: VenueOrder, book: BookStatement): void {
  const { clientOrderId } = order;
  const intent = book.intents.find((each) => each.clientOrderId === clientOrderId);
  if (intent === undefined) {
    tally.object('order-without-intent', clientOrderId);
    return;
  }
  const early = book.consequences.find(
    (each) => each.clientOrderId === clientOrderId && each.seq <= intent.seq,
  );
  if (early !== undefined) {
    const detail = `${clientOrderId}: meant at ${intent.seq}, ${early.type} at ${early.seq}`;
    tally.object('order-before-intent', detail);
  }
  if (intent.symbol !== order.symbol || intent.side !== order.side) {
    tally.object('order-not-as-meant', `${clientOrderId}: ${order.side} ${order.symbol}`);
  }
  if (sign(subtract(intent.quantity, order.executed)) < 0) {
    const detail = `expected at most ${show(intent.quantity)}, was ${show(order.executed)}`;
    tally.object('order-overfilled', `${clientOrderId}: ${detail}`);
  }
}

function checkSentOnce(tally: Tally, venue: VenueStatement, book: BookStatement): void {
  for (const [clientOrderId, orders] of group(venue.orders, (order) => order.clientOrderId)) {
    const ids = orders.map(({ orderId }) => orderId).join(', ');
    if (orders.length > 1) tally.object('order-sent-twice', `${clientOrderId}: ${ids}`);
  }
  for (const [clientOrderId, intents] of group(book.intents, (intent) => intent.clientOrderId)) {
    const entries = intents.map(({ seq }) => seq).join(', ');
    if (intents.length > 1) tally.object('order-meant-twice', `${clientOrderId}: ${entries}`);
  }
}

/** By what its id begins with; books without a mark take every order for theirs. */
const isOurs = ({ clientOrderId }: VenueOrder, { opening }: BookStatement): boolean =>
  clientOrderId.startsWith(opening.engine);

export function checkOrders(tally: Tally, venue: VenueStatement, book: BookStatement): void {
  checkSentOnce(tally, venue, book);
  const booked = new Map(book.orders.map((order) => [order.clientOrderId, order]));
  for (const order of venue.orders.filter((one) => isOurs(one, book))) {
    checkIntent(tally, order, book);
    const twin = booked.get(order.clientOrderId);
    if (twin === undefined) tally.object('order-unbooked', order.clientOrderId);
    else if (!equal(twin.filled, order.executed)) {
      const detail = `expected ${show(order.executed)}, was ${show(twin.filled)}`;
      tally.object('order-filled-differs', `${order.clientOrderId}: ${detail}`);
    }
  }
  const sent = new Set(venue.orders.map(({ clientOrderId }) => clientOrderId));
  for (const { clientOrderId, filled } of booked.values()) {
    if (!sent.has(clientOrderId) && !equal(filled, zero)) {
      tally.object('order-unknown', clientOrderId);
    }
  }
}
