// One round of questions to the venue (RELIABILITY §3.5, steps 4–6): open orders, every order that has not
// ended, every trade since the last one heard of. Whatever comes back is told to the supervisor, which
// takes it once; a round that was cut short, or taken twice, leaves nothing to mend.
import { heardMs, lastTradeAt } from '../domain/account.ts';
import { hasEnded, heldPairs, type Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { OrderReport, Venue } from '../ports.ts';
import type { ExecutionSink } from './execution.ts';
import { fillLookBackMs, reconcileOrders } from './recover.ts';

export interface RoundOptions {
  readonly venue: Pick<Venue, 'find' | 'fills' | 'openOrders'>;
  readonly sink: ExecutionSink;
  book(): Portfolio;
  /** An open order that the book does not have. */
  onForeignOrder(report: OrderReport): void;
}

/** Asks everything once, and the trades of `pairs` besides those the book deals in. Throws `VenueFault`. */
export async function takeRound(
  { venue, sink, book, onForeignOrder }: RoundOptions,
  pairs: Iterable<string>,
): Promise<void> {
  // First: what is sent while the rest is asked is not in it, and in the book all the same.
  const open = await venue.openOrders();
  await reconcileOrders(book(), venue, sink);
  for (const pair of new Set([...dealtIn(book()), ...pairs])) {
    const since = firstTime(book(), pair);
    if (since === undefined) continue;
    for (const fill of await venue.fills(pair, since)) sink.onFill(fill);
  }
  for (const report of open) {
    const live = book().orders.get(report.clientOrderId);
    if (live === undefined) onForeignOrder(report);
    // The book believes that it ended: whoever asks until the end finds what it got.
    else if (hasEnded(live)) sink.onUnknown(live.order);
  }
}

/** Pairs in which there are positions, orders, or were trades a moment ago. */
function dealtIn(book: Portfolio): ReadonlySet<string> {
  const pairs = new Set(heldPairs(book));
  for (const live of book.orders.values()) if (!hasEnded(live)) pairs.add(live.order.pair);
  return pairs;
}

/** From when on a pair's trades are asked for; undefined while nobody knows what time it is. */
function firstTime({ account, orders }: Portfolio, pair: string): Millis | undefined {
  const last = lastTradeAt(account, pair);
  const since = last === undefined ? account.since : Math.max(account.since, last - heardMs / 2);
  if (since === 0) return undefined;
  const pending = [...orders.values()].filter((one) => !hasEnded(one) && one.order.pair === pair);
  return Math.min(since, ...pending.map(({ order }) => order.at - fillLookBackMs));
}
