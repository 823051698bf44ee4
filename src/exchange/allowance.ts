// One limit of a venue on what is sent in a window of time. The venue's own count is the truth; what is
// on its way comes on top of it, since no answer has counted it yet.
import type { Millis } from '../domain/time.ts';

/** The venue's second hand and ours may differ by this much. */
const marginMs: Millis = 1000;

export class Allowance {
  readonly lengthMs: Millis;
  limit: number;
  #told = 0;
  #underWay = 0;
  /** Monotonic time at which what was told is over. */
  #endsAt: Millis = 0;
  /** The window is our own guess, for want of the venue's word. */
  #isGuess = true;

  constructor(limit: number, lengthMs: Millis) {
    this.limit = limit;
    this.lengthMs = lengthMs;
  }

  get endsAt(): Millis {
    return this.#endsAt;
  }

  used(now: Millis): number {
    return (now < this.#endsAt ? this.#told : 0) + this.#underWay;
  }

  take(amount: number): void {
    this.#underWay += amount;
  }

  /** It is not under way any more; where no answer has counted it, it counts from now on. */
  settle(amount: number, isCounted: boolean, now: Millis): void {
    this.#underWay -= amount;
    if (isCounted) return;
    this.#told = (now < this.#endsAt ? this.#told : 0) + amount;
    if (now < this.#endsAt) return;
    this.#endsAt = now + this.lengthMs;
    this.#isGuess = true;
  }

  /** The venue's count, `restMs` before its window ends; undefined where it does not say when. */
  hear(used: number, now: Millis, restMs: Millis | undefined): void {
    const endsAt = now + (restMs === undefined ? this.lengthMs : restMs + marginMs);
    const isNew = this.#isGuess || endsAt - this.#endsAt > this.lengthMs / 2;
    // Answers overtake each other: within a window the count never falls.
    this.#told = isNew ? used : Math.max(this.#told, used);
    if (isNew) this.#endsAt = endsAt;
    this.#isGuess = restMs === undefined;
  }
}
