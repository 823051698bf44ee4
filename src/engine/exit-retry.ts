// When a position whose exit did not happen gets another order: less and less often where the venue
// refused it; soon, always, where the last one never left the house.
import type { Fact } from '../domain/fact.ts';
import type { Portfolio, Position } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

export interface ExitRetry {
  /** Takes every fact, as it is decided; `book` is the one after it. */
  hear(fact: Fact, book: Portfolio): void;
  /** Whether it has waited long enough since its last exit order. */
  isDue(position: Position): boolean;
}

const firstMs: Millis = 500;
const waitMsMax: Millis = 60_000;
const unsentMsMax: Millis = 5000;
/** Ends of orders that the venue never saw: no connection, or no leave to send for a while. */
const UNSENT: ReadonlySet<string | null> = new Set(['not-sent', 'not-connected']);

export function createExitRetry(clock: Pick<Clock, 'monotonic'>): ExitRetry {
  const tries = new Map<string, { readonly at: Millis; readonly unsent: boolean }>();
  return {
    hear(fact, book) {
      if (fact.type === 'position.closed') tries.delete(fact.data.trade.configId);
      if (fact.type === 'exit.ordered') {
        tries.set(fact.data.order.configId, { at: clock.monotonic(), unsent: false });
      }
      if (fact.type === 'order.ended' && UNSENT.has(fact.data.code)) {
        const configId = book.orders.get(fact.data.clientOrderId)?.order.configId ?? '';
        const last = tries.get(configId);
        if (last !== undefined) tries.set(configId, { ...last, unsent: true });
      }
    },
    isDue({ opening, exits }) {
      const last = tries.get(opening.configId);
      if (last === undefined) return true;
      const most = last.unsent ? unsentMsMax : waitMsMax;
      return clock.monotonic() - last.at >= Math.min(most, firstMs * 2 ** exits);
    },
  };
}
