// How the venue answers: orders refused, calls that failed, how long an answer takes, over five minutes of
// the machine's time. An order that was never sent says nothing of the venue.
import type { Millis } from './time.ts';

const windowMs: Millis = 5 * 60_000;
/** Fewer answers than this are their own exception: the slowest of two is no percentile. */
const ANSWERS_MIN = 5;

interface Answer {
  readonly at: Millis;
  readonly ms: Millis;
  readonly isRefusal: boolean;
}

/** What an order that was sent came to. */
export type Word = 'taken' | 'refused' | 'unknown';

export class VenueHealth {
  #answers: Answer[] = [];
  #errors: Millis[] = [];
  #bannedUntil: Millis = 0;
  /** Refusals since an order was last accepted. */
  refusals = 0;

  /** The venue's word on an order, `ms` after it was sent. All times are monotonic. */
  answered(at: Millis, ms: Millis, word: Word): void {
    this.#answers.push({ at, ms, isRefusal: word === 'refused' });
    if (word === 'taken') this.refusals = 0;
    if (word === 'refused') this.refusals += 1;
    if (word === 'unknown') this.failed(at);
  }

  /** A call failed, or a connection was lost. */
  failed(at: Millis): void {
    this.#errors.push(at);
  }

  /** Nothing may be sent before `until`; no person can clear that. */
  banned(until: Millis): void {
    this.#bannedUntil = Math.max(this.#bannedUntil, until);
  }

  isBanned(now: Millis): boolean {
    return now < this.#bannedUntil;
  }

  /** A person has looked: what was is not counted any more. */
  clear(): void {
    this.#answers = [];
    this.#errors = [];
    this.refusals = 0;
  }

  /** Errors within the window before `now`. */
  errors(now: Millis): number {
    this.#forget(now);
    return this.#errors.length;
  }

  /** Share of the orders refused; 0 below `ordersMin` of them. */
  refusedShare(now: Millis, ordersMin: number): number {
    this.#forget(now);
    const { length } = this.#answers;
    if (length < Math.max(1, ordersMin)) return 0;
    return this.#answers.filter(({ isRefusal }) => isRefusal).length / length;
  }

  /** The 95th percentile of the times to an answer; 0 below five answers. */
  ackMs(now: Millis): Millis {
    this.#forget(now);
    const { length } = this.#answers;
    if (length < ANSWERS_MIN) return 0;
    const sorted = this.#answers.map(({ ms }) => ms).sort((a, b) => a - b);
    return sorted[Math.ceil(length * 0.95) - 1] ?? Number.NaN;
  }

  /** The longest time to an answer; 0 without one. */
  slowestMs(now: Millis): Millis {
    this.#forget(now);
    return Math.max(0, ...this.#answers.map(({ ms }) => ms));
  }

  #forget(now: Millis): void {
    const isRecent = (at: Millis): boolean => at > now - windowMs;
    if (!isRecent(this.#answers[0]?.at ?? now)) {
      this.#answers = this.#answers.filter(({ at }) => isRecent(at));
    }
    if (!isRecent(this.#errors[0] ?? now)) this.#errors = this.#errors.filter(isRecent);
  }
}
