// Orders and trades on the account that the book does not have. Most are a person's or another engine's, and
// their ids say so. One with this engine's own mark is asked after in the journal: it ended long ago, or a
// copy of this engine's store trades on the account as well.
import { makerOf } from '../domain/identity.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Journal, Log } from '../ports.ts';

export interface Strangers {
  /** An order was heard of; asked after where the book does not have it. */
  met(clientOrderId: string, pair: string): void;
}

/** Ids asked after that are remembered. */
const ASKED_MAX = 1000;

export function createStrangers(options: {
  book(): Portfolio;
  journal: Pick<Journal, 'holdsOrder'>;
  log: Log;
  /** Somebody else sends orders under this engine's mark. */
  onCopy(reason: string): void;
}): Strangers {
  const { book, journal, log, onCopy } = options;
  const asked = new Set<string>();

  async function ask(clientOrderId: string, pair: string): Promise<void> {
    try {
      if (await journal.holdsOrder(clientOrderId)) return;
      log.error({ order: clientOrderId, pair }, 'an order has our mark and is not in our journal');
      onCopy(`a copy of this engine trades on the account: order ${clientOrderId} on ${pair}`);
    } catch (error) {
      // Whoever meets it next asks again.
      asked.delete(clientOrderId);
      log.warn({ error: String(error) }, 'the journal could not be asked after an order');
    }
  }

  return {
    met(clientOrderId, pair) {
      const { engine, orders } = book();
      if (orders.has(clientOrderId) || asked.has(clientOrderId)) return;
      if (makerOf(engine, clientOrderId) !== 'this engine') return;
      const [oldest] = asked;
      if (asked.size >= ASKED_MAX && oldest !== undefined) asked.delete(oldest);
      asked.add(clientOrderId);
      void ask(clientOrderId, pair);
    },
  };
}
