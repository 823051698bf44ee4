// How far a price is from its mean of the last five minutes, of marks taken about once a second.
import type { Millis } from './time.ts';

const windowMs: Millis = 5 * 60_000;
/** Fewer marks are no mean: just started, or on a market played so fast that minutes pass between marks. */
const MARKS_MIN = 3;

export class PriceBand {
  readonly #marks: { readonly at: Millis; readonly price: number }[] = [];
  #sum = 0;

  /** Takes a mark at a market time. */
  push(at: Millis, price: number): void {
    this.#forget(at);
    this.#marks.push({ at, price });
    this.#sum += price;
  }

  /** |price / mean − 1|; undefined without a mean, NaN where a mark is none. */
  distance(at: Millis, price: number): number | undefined {
    this.#forget(at);
    if (this.#marks.length < MARKS_MIN) return undefined;
    return Math.abs((price * this.#marks.length) / this.#sum - 1);
  }

  #forget(at: Millis): void {
    let old = 0;
    for (const mark of this.#marks) {
      if (!(mark.at < at - windowMs)) break;
      old += 1;
    }
    if (old === 0) return;
    this.#marks.splice(0, old);
    // Anew: differences of floats would drift, and one NaN would stay for ever.
    this.#sum = this.#marks.reduce((sum, { price }) => sum + price, 0);
  }
}
