// Orders that the journal holds and the wire has not seen: kept beside everything that decides and
// sends, so that the last line before the socket need not believe either.
import type { Journal } from '../ports.ts';

export interface CommittedOrders {
  /** The journal given, listened to: append through this one. */
  readonly journal: Journal;
  /** Whether the order was committed and not taken before: each commit is good for one sending. */
  take(clientOrderId: string): boolean;
}

export function createCommittedOrders(journal: Journal): CommittedOrders {
  const waiting = new Set<string>();
  return {
    journal: {
      async append(facts) {
        const entries = await journal.append(facts);
        for (const { type, data } of entries) {
          if (type === 'order.resent') waiting.add(data.clientOrderId);
          if (
            type === 'signal.approved' ||
            type === 'exit.ordered' ||
            type === 'protection.ordered'
          ) {
            waiting.add(data.order.clientOrderId);
          }
        }
        return entries;
      },
      read: (from) => journal.read(from),
      saveCheckpoint: (checkpoint) => journal.saveCheckpoint(checkpoint),
      latestCheckpoint: (before) => journal.latestCheckpoint(before),
      holdsOrder: (clientOrderId) => journal.holdsOrder(clientOrderId),
    },
    take: (clientOrderId) => waiting.delete(clientOrderId),
  };
}
