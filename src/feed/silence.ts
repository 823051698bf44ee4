// Whether a connection is silent as a whole, and whether it may be cut: ccxt notices a dead peer after
// minutes, and one that answers pings but sends nothing never.
import type { Millis } from '../domain/time.ts';

/** No frame of any kind for this long, in wall time: the connection is no better than none. */
const silenceMsMax: Millis = 10_000;
/** A venue that stands still is not dialled for ever at that pace. */
const patienceMsMax: Millis = 160_000;
/** A quiet stream may cost the others a redial this often. */
const cutMsMin: Millis = 300_000;

/** All times are monotonic milliseconds. */
export class Silence {
  #heardAt: Millis;
  #cutAt = Number.NEGATIVE_INFINITY;
  #limitMs = silenceMsMax;

  constructor(now: Millis) {
    this.#heardAt = now;
  }

  heard(now: Millis): void {
    this.#heardAt = now;
    this.#limitMs = silenceMsMax;
  }

  /** Whether nothing came for too long, although a new connection has had its time. */
  isTotal(now: Millis): boolean {
    return !(now - Math.max(this.#heardAt, this.#cutAt) <= this.#limitMs);
  }

  /** Whether to cut now, for someone who misses frames; asks for more patience each time it was in vain. */
  mayCut(now: Millis): boolean {
    const total = this.isTotal(now);
    if (!total && !(now - this.#cutAt > cutMsMin)) return false;
    if (total) this.#limitMs = Math.min(patienceMsMax, this.#limitMs * 2);
    this.#cutAt = now;
    return true;
  }
}
