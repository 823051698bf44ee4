// Orders that were decided and whose commit is waited for: the venue cannot know them yet. Whoever asked about one
// while the store is down would hear twice that there is no such order, and send it a second time.
import type { Fact } from '../domain/fact.ts';

export class Outbox {
  readonly #waiting = new Set<string>();

  /** Hears what was decided. */
  hear(fact: Fact): void {
    switch (fact.type) {
      case 'signal.approved':
      case 'exit.ordered':
      case 'protection.ordered':
        this.#waiting.add(fact.data.order.clientOrderId);
        return;
      case 'order.resent':
        this.#waiting.add(fact.data.clientOrderId);
        return;
      case 'order.ended':
        this.#waiting.delete(fact.data.clientOrderId);
        return;
      default:
    }
  }

  /** It goes to the venue now. */
  leaves(clientOrderId: string): void {
    this.#waiting.delete(clientOrderId);
  }

  holds(clientOrderId: string): boolean {
    return this.#waiting.has(clientOrderId);
  }
}
