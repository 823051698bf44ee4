// Which prices may be acted on. A stop that fires on a garbled, late or absurd price sells for nothing,
// so such a price is held back until a second source tells the same; but what the venue repeats for long is
// the market, whatever we thought of it.
import type { Millis } from '../domain/time.ts';
import { isNear } from './assembly.ts';

/** Late prices in a row after which the next one is believed: the venue's clock was set back. */
const LATE_MAX = 4;
/** Absurd ones in a row after which the next is believed although no second source could be asked. */
const ABSURD_MAX = 500;

interface Last {
  price: number;
  at: Millis;
  /** How many were held back since. */
  held: number;
  /** The newest price that was held back as absurd; NaN where none was. */
  absurd: number;
}

export class PriceGate {
  readonly #pairs = new Map<string, Last>();

  /** Whether `price` of event time `at` may be published; remembers it if so. Allocates nothing. */
  admit(pair: string, price: number, at: Millis): boolean {
    if (!(price > 0 && price < Number.POSITIVE_INFINITY && at > 0)) return false;
    const last = this.#pairs.get(pair);
    if (last === undefined) {
      this.#pairs.set(pair, { price, at, held: 0, absurd: Number.NaN });
      return true;
    }
    const isSane = isNear(price, last.price);
    if (!(isSane && at >= last.at) && last.held < (isSane ? LATE_MAX : ABSURD_MAX)) {
      last.held += 1;
      if (!isSane) last.absurd = price;
      return false;
    }
    last.price = price;
    last.at = at;
    last.held = 0;
    last.absurd = Number.NaN;
    return true;
  }

  /** Pairs with a price that was held back as absurd, and no sound one since. */
  doubted(): readonly string[] {
    return [...this.#pairs].flatMap(([pair, { absurd }]) => (Number.isNaN(absurd) ? [] : [pair]));
  }

  /** A second source tells the price of a pair: what is near it will be believed. */
  confirm(pair: string, price: number): void {
    const last = this.#pairs.get(pair);
    if (last === undefined || Number.isNaN(last.absurd)) return;
    if (isNear(price, last.absurd)) last.price = price;
    last.absurd = Number.NaN;
  }
}
