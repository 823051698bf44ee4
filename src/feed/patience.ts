// How long a stream waits before it asks again: longer after every failure, steadily while polling;
// and how often it found itself in silence. Counted in checks, about one a second.

const FAILED_CHECKS_MAX = 8;
const POLL_CHECKS = 5;

export class Patience {
  #checks = 0;
  #failures = 0;
  #silences = 0;

  heard(): void {
    this.#silences = 0;
  }

  /** Counts a look that found nothing new; returns how many in a row. */
  silent(): number {
    this.#silences += 1;
    return this.#silences;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#checks = 0;
  }

  /** Counts a failure; returns how many in a row. */
  failed(): number {
    this.#failures += 1;
    return this.#failures;
  }

  /** Whether it is time to ask again, and `mayAsk` lets it; called once a check. */
  isOver(polling: boolean, mayAsk: () => boolean): boolean {
    this.#checks += 1;
    const failed = Math.min(FAILED_CHECKS_MAX, 2 ** Math.max(0, this.#failures - 1));
    if (this.#checks < Math.max(failed, polling ? POLL_CHECKS : 1) || !mayAsk()) return false;
    this.#checks = 0;
    return true;
  }
}
