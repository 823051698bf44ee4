// All bars of one asset so far, about forty bytes each: a month of minutes is two megabytes. An open is
// the close before it, so it is not kept.
import type { Candle } from '../../domain/candle.ts';
import type { Millis } from '../../domain/time.ts';

const FIELDS = 4;

export class CandleStore {
  readonly #start: Millis;
  readonly #step: Millis;
  #first = 0;
  #count = 0;
  #values = new Float64Array(FIELDS * 16_384);

  constructor(start: Millis, step: Millis) {
    this.#start = start;
    this.#step = step;
  }

  push({ open, high, low, close, volume }: Candle): void {
    if (this.#count === 0) this.#first = open;
    const at = this.#count * FIELDS;
    if (at === this.#values.length) {
      const wider = new Float64Array(this.#values.length * 2);
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values.set([high, low, close, volume], at);
    this.#count += 1;
  }

  at(bar: number): Candle | undefined {
    if (bar >= this.#count) return undefined;
    const at = bar * FIELDS;
    const value = (offset: number): number => this.#values[at + offset] ?? Number.NaN;
    return {
      openTime: this.#start + bar * this.#step,
      open: bar === 0 ? this.#first : value(2 - FIELDS),
      high: value(0),
      low: value(1),
      close: value(2),
      volume: value(3),
    };
  }
}
