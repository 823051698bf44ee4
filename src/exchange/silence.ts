// The venue's word that it hears too much. Under a ban nothing is sent at all, since every request makes it
// longer. After “too fast” only what takes risk away may go, one request a second, and the more slowly the more
// often the venue says so again: going on as before is what it bans for.
import type { Millis } from '../domain/time.ts';

const gapMs = { first: 1000, max: 8000 };

export class VenueSilence {
  #until: Millis = 0;
  #bannedUntil: Millis = 0;
  #gapMs: Millis = gapMs.first;
  #spareAt: Millis = 0;
  #spareUnderWay = 0;

  /** Monotonic time before which nothing is sent. */
  get bannedUntil(): Millis {
    return this.#bannedUntil;
  }
  /** Monotonic time before which only what takes risk away is sent. */
  get until(): Millis {
    return Math.max(this.#until, this.#bannedUntil);
  }
  /** Monotonic time from which one more request that takes risk away may go. */
  get spareAt(): Millis {
    return this.#spareAt;
  }

  maySpare(now: Millis): boolean {
    return now >= this.#bannedUntil && now >= this.#spareAt;
  }

  /** One that takes risk away goes though it is quiet. */
  spare(now: Millis): void {
    this.#spareUnderWay += 1;
    this.#spareAt = now + this.#gapMs;
  }

  spared(): void {
    this.#spareUnderWay -= 1;
  }

  hear({ isBan, ms }: { isBan: boolean; ms: Millis }, now: Millis): void {
    if (now >= this.until) this.#gapMs = gapMs.first;
    else if (this.#spareUnderWay > 0) this.#gapMs = Math.min(gapMs.max, this.#gapMs * 2);
    this.#until = Math.max(this.#until, now + ms);
    if (isBan) this.#bannedUntil = Math.max(this.#bannedUntil, now + ms);
    this.#spareAt = Math.max(this.#spareAt, now + this.#gapMs);
  }
}
