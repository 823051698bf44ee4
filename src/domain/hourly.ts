// The hours of one asset: log returns of its candles of an hour, and how wild they are.
import type { Candle } from './candle.ts';
import type { Millis } from './time.ts';
import { Volatility } from './volatility.ts';

/** A month, and before it what the slowest average needs to forget where it began. */
export const HOURS_KEPT = 30 * 24 + 120;

export class Hours {
  /** Log returns by open time, oldest first. */
  readonly returns = new Map<Millis, number>();
  readonly volatility = new Volatility();
  #last: Candle | undefined;

  /** Takes closed candles in order; what comes late or twice is left out. */
  push(candle: Candle): void {
    const before = this.#last;
    if (before !== undefined && candle.openTime <= before.openTime) return;
    this.#last = candle;
    if (before === undefined) return;
    const change = Math.log(candle.close / before.close);
    this.volatility.push(change);
    this.returns.set(candle.openTime, change);
    for (const oldest of this.returns.keys()) {
      if (this.returns.size <= HOURS_KEPT) return;
      this.returns.delete(oldest);
    }
  }
}
