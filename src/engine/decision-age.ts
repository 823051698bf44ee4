// How long ago an entry was decided, on the machine's clock: one that waited longer than a moment for its
// commit was decided on a market that is gone (RELIABILITY P4, P10). Exits are never too old.
import type { Fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

/** An entry decided longer ago than this is not sent. */
export const decisionMsMax: Millis = 2000;

export class DecisionAge {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #decidedAt = new Map<string, Millis>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  hear(fact: Fact): void {
    if (fact.type !== 'signal.approved') return;
    this.#decidedAt.set(fact.data.order.clientOrderId, this.#clock.monotonic());
  }

  /** Milliseconds since the order was decided, told once; infinite for one that nobody here decided. */
  take(clientOrderId: string): Millis {
    const at = this.#decidedAt.get(clientOrderId);
    this.#decidedAt.delete(clientOrderId);
    return at === undefined ? Number.POSITIVE_INFINITY : this.#clock.monotonic() - at;
  }
}
