// What is tried when frames stay away: the subscription twice, then a new connection, then again and
// again, ever more patiently.
import type { Millis } from '../domain/time.ts';

export type Remedy = 'renew' | 'cut';

const pauseMs: Millis = 5000;
const pauseMsMax: Millis = 160_000;
const RENEWALS = 2;

/** All times are monotonic milliseconds. */
export class Escalation {
  #dueAt: Millis;
  #tried = 0;

  /** The first remedy is due at `from`. */
  constructor(from: Millis) {
    this.#dueAt = from;
  }

  /** The remedy that is due now, if one is. */
  next(now: Millis): Remedy | undefined {
    if (!(now >= this.#dueAt)) return undefined;
    const remedy = this.#tried < RENEWALS ? 'renew' : 'cut';
    const patience = 2 ** Math.max(0, this.#tried - RENEWALS + 1);
    this.#dueAt = now + Math.min(pauseMsMax, pauseMs * patience);
    this.#tried += 1;
    return remedy;
  }
}
