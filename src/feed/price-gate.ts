// Which prices may be acted on. A stop that fires on a garbled, late or absurd price sells for nothing,
// so such a price is held back; but what the venue repeats is the market, whatever we thought of it.
import type { Millis } from '../domain/time.ts';

/** A price this many times the last one, either way, is not believed at once. */
const ABSURD = 10;
/** Doubtful prices in a row after which the next one is believed. */
const DOUBTFUL_MAX = 4;

interface Last {
  price: number;
  at: Millis;
  doubtful: number;
}

export class PriceGate {
  readonly #pairs = new Map<string, Last>();

  /** Whether `price` of event time `at` may be published; remembers it if so. Allocates nothing. */
  admit(pair: string, price: number, at: Millis): boolean {
    if (!(price > 0 && price < Number.POSITIVE_INFINITY && at > 0)) return false;
    const last = this.#pairs.get(pair);
    if (last === undefined) {
      this.#pairs.set(pair, { price, at, doubtful: 0 });
      return true;
    }
    const ratio = price / last.price;
    const sound = at >= last.at && ratio < ABSURD && ratio > 1 / ABSURD;
    if (!sound && last.doubtful < DOUBTFUL_MAX) {
      last.doubtful += 1;
      return false;
    }
    last.price = price;
    last.at = at;
    last.doubtful = 0;
    return true;
  }
}
