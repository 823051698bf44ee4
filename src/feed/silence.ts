// The watchdog of one connection: ccxt notices a dead peer after minutes, and one that answers pings
// but sends nothing never.
import type { Millis } from '../domain/time.ts';

/** No frame of any kind for this long, in wall time: the connection is cut and dialled anew. */
const silenceMsMax: Millis = 10_000;
/** A market that stands still is not cut for ever at that pace. */
const patienceMsMax: Millis = 160_000;
/** One quiet stream may cost the others a redial this often. */
const cutMsMin: Millis = 300_000;

export class Silence {
  #heardAt: Millis;
  #cutAt = Number.NEGATIVE_INFINITY;
  #limitMs = silenceMsMax;

  /** All times are monotonic milliseconds. */
  constructor(now: Millis) {
    this.#heardAt = now;
  }

  heard(now: Millis): void {
    this.#heardAt = now;
    this.#limitMs = silenceMsMax;
  }

  /** Whether the connection has been silent for too long; asks for more each time it has. */
  isTooLong(now: Millis): boolean {
    if (!(now - this.#heardAt > this.#limitMs)) return false;
    this.#heardAt = now;
    this.#limitMs = Math.min(patienceMsMax, this.#limitMs * 2);
    return true;
  }

  /** Whether one stream's silence is reason enough to cut the connection of all. */
  mayCut(now: Millis): boolean {
    if (!(now - this.#cutAt > cutMsMin)) return false;
    this.#cutAt = now;
    return true;
  }
}
