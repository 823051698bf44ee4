// When a stream was last heard, and when its silence should be looked into. A market without trades is as
// silent as a dead subscription: whoever finds it excused asks again later, ever more patiently.
import type { Millis } from '../domain/time.ts';

/** No frame of the stream for this long, in wall time, and someone must ask whether anything was missed. */
const silenceMsMax: Millis = 10_000;
const patienceMsMax: Millis = 160_000;
/** Who was asked and has not said within this time that nothing was missed will not be believed to. */
const doubtMsMax: Millis = 3000;

/** All times are monotonic milliseconds. */
export class Hearing {
  #heardAt: Millis;
  #limitMs = silenceMsMax;
  #doubtedAt: Millis | undefined;

  constructor(now: Millis) {
    this.#heardAt = now;
  }

  heard(now: Millis): void {
    this.#heardAt = now;
    this.#limitMs = silenceMsMax;
    this.#doubtedAt = undefined;
  }

  /** Nothing has happened that was not heard: the silence is the market's. */
  excused(now: Millis): void {
    this.#heardAt = now;
    this.#limitMs = Math.min(patienceMsMax, this.#limitMs * 2);
    this.#doubtedAt = undefined;
  }

  /** Begins to doubt. */
  doubt(now: Millis): void {
    this.#doubtedAt = now;
  }

  get isDoubted(): boolean {
    return this.#doubtedAt !== undefined;
  }

  isSilent(now: Millis): boolean {
    return !(now - this.#heardAt <= this.#limitMs);
  }

  /** Whether a doubt went unanswered for too long. */
  isGivenUp(now: Millis): boolean {
    return this.#doubtedAt !== undefined && !(now - this.#doubtedAt < doubtMsMax);
  }
}
