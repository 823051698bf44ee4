// Orders that the journal holds and the wire has not seen: kept beside everything that decides and
// sends, so that the last line before the socket need not believe either.
import type { Entry } from '../domain/fact.ts';
import type { Journal } from '../ports.ts';

export interface CommittedOrders {
  /** The journal given, listened to: append through this one. */
  readonly journal: Journal;
  /** Whether the order was committed and not taken before: each commit is good for one sending. */
  take(clientOrderId: string): boolean;
  /** Whether the last word on trading in the journal keeps new exposure out; a later one may still wait for it. */
  readonly isReduced: boolean;
}

/** `wasReduced`: whether the journal so far ends with new exposure kept out. */
export function createCommittedOrders(journal: Journal, wasReduced = false): CommittedOrders {
  const waiting = new Set<string>();
  let isReduced = wasReduced;

  function hear({ type, data }: Entry): void {
    if (type === 'trading.reduced' || type === 'trading.flattened') isReduced = true;
    if (type === 'trading.resumed') isReduced = false;
    if (type === 'order.resent') waiting.add(data.clientOrderId);
    if (type === 'signal.approved' || type === 'exit.ordered' || type === 'protection.ordered') {
      waiting.add(data.order.clientOrderId);
    }
  }

  return {
    journal: {
      async append(facts) {
        const entries = await journal.append(facts);
        for (const entry of entries) hear(entry);
        return entries;
      },
      read: (from) => journal.read(from),
      saveCheckpoint: (checkpoint) => journal.saveCheckpoint(checkpoint),
      latestCheckpoint: (before) => journal.latestCheckpoint(before),
      holdsOrder: (clientOrderId) => journal.holdsOrder(clientOrderId),
    },
    take: (clientOrderId) => waiting.delete(clientOrderId),
    get isReduced() {
      return isReduced;
    },
  };
}
