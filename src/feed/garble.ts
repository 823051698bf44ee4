// Frames that are none: each is dropped, and a connection that sends many is not to be trusted with the rest.
import type { Millis } from '../domain/time.ts';

const windowMs: Millis = 60_000;
const FRAMES_MAX = 20;

export class Garble {
  #from = Number.NEGATIVE_INFINITY;
  #frames = 0;

  /** Counts a dropped frame at a monotonic time; whether it was one too many within a minute. */
  drop(now: Millis): boolean {
    if (!(now - this.#from < windowMs)) {
      this.#from = now;
      this.#frames = 0;
    }
    this.#frames += 1;
    return this.#frames === FRAMES_MAX;
  }
}
