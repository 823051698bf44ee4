// How long a connection may last: venues cut each one after a day, and some say beforehand that they will.
// One that is dialled anew at a quiet moment of one's own choosing misses no close.
import type { Millis } from '../domain/time.ts';

/** Half an hour before the day is over. */
const ageMsMax: Millis = 23.5 * 3_600_000;
const minuteMs: Millis = 60_000;
/** Far enough from the close of any candle, in market time. */
const calm = { from: 5000, to: 45_000 };

/** All times but the market's are monotonic milliseconds. */
export class Tenure {
  #begunAt: Millis;
  #isNoticed = false;

  constructor(now: Millis) {
    this.#begunAt = now;
  }

  /** A new connection begins. */
  begin(now: Millis): void {
    this.#begunAt = now;
    this.#isNoticed = false;
  }

  /** The venue says that it will end the connection. */
  notice(): void {
    this.#isNoticed = true;
  }

  /** Whether to dial anew at this moment of the market. */
  isOver(now: Millis, market: Millis): boolean {
    if (!this.#isNoticed && now - this.#begunAt < ageMsMax) return false;
    const intoMinute = market % minuteMs;
    return intoMinute >= calm.from && intoMinute <= calm.to;
  }
}
