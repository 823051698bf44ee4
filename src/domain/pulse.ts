// Whether market data comes at all: the number of updates, looked at about once a second, so that an update
// itself costs nothing more.
import type { Millis } from './time.ts';

export class Pulse {
  readonly #silenceMsMax: Millis;
  #heardAt: Millis;
  #updates = 0;
  /** Updates there had been when data came back after the last silence. */
  #sinceSilence = 0;

  constructor(now: Millis, silenceMsMax: Millis) {
    this.#heardAt = now;
    this.#silenceMsMax = silenceMsMax;
  }

  /** Takes the number of updates so far at a monotonic time. */
  look(updates: number, now: Millis): void {
    if (updates === this.#updates) return;
    if (!(this.silentMs(now) < this.#silenceMsMax)) this.#sinceSilence = this.#updates;
    this.#updates = updates;
    this.#heardAt = now;
  }

  silentMs(now: Millis): Millis {
    return now - this.#heardAt;
  }

  /** Not silent, and so many updates since it was. */
  isFresh(now: Millis, updatesMin: number): boolean {
    const fresh = this.#updates - this.#sinceSilence;
    return this.silentMs(now) < this.#silenceMsMax && fresh >= updatesMin;
  }
}
