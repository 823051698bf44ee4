// When the equity curve takes a point: once a minute of market time, however fast the market, but not more
// often than a disk likes.
import type { Millis } from '../domain/time.ts';
import type { Clock } from '../ports.ts';

const wallMs: Millis = 5000;
const marketMs: Millis = 60_000;

export class Marking {
  #last = { market: 0, wall: 0 };

  /** Whether a point is due now; it counts as taken then. */
  isDue(clock: Pick<Clock, 'market' | 'monotonic'>): boolean {
    const [market, wall] = [clock.market(), clock.monotonic()];
    const isDue = market - this.#last.market >= marketMs && wall - this.#last.wall >= wallMs;
    if (isDue) this.#last = { market, wall };
    return isDue;
  }
}
