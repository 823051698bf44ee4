// The old lows of one asset that nothing has traded under yet: where stops gather, where support is,
// and what a sweep sweeps. Highs are kept by a second shelf in negated heights.

export interface Ledge {
  readonly bar: number;
  readonly height: number;
}

/** Bars on each side that make a low worth remembering. */
const SIDE_BARS = 5;
const MEMORY_BARS = 100;

export class Shelf {
  readonly #recent = new Float64Array(64);
  #bar = -1;
  #ledges: Ledge[] = [];

  push(low: number): void {
    this.#bar += 1;
    this.#recent[this.#bar % 64] = low;
    const oldest = this.#bar - MEMORY_BARS;
    this.#ledges = this.#ledges.filter(({ bar, height }) => height <= low && bar >= oldest);
    const middle = this.#bar - SIDE_BARS;
    if (middle >= SIDE_BARS && this.#isPivot(middle)) {
      this.#ledges.push({ bar: middle, height: this.#at(middle) });
    }
  }

  /** The highest old low of at least `ageMin` bars; undefined when there is none. */
  top(ageMin: number): Ledge | undefined {
    let top: Ledge | undefined;
    for (const ledge of this.#ledges) {
      if (this.#bar - ledge.bar < ageMin) continue;
      if (top === undefined || ledge.height > top.height) top = ledge;
    }
    return top;
  }

  /** The highest old low under `height`; undefined when there is none. */
  under(height: number): number | undefined {
    let highest: number | undefined;
    for (const ledge of this.#ledges) {
      if (ledge.height < height && ledge.height > (highest ?? -Infinity)) highest = ledge.height;
    }
    return highest;
  }

  /** The lowest low of the last `bars` bars, at most 60. */
  lowest(bars: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (let back = 0; back < Math.min(bars, this.#bar + 1); back += 1) {
      lowest = Math.min(lowest, this.#at(this.#bar - back));
    }
    return lowest;
  }

  #at(bar: number): number {
    return this.#recent[bar % 64] ?? Number.NaN;
  }

  #isPivot(middle: number): boolean {
    const low = this.#at(middle);
    for (let step = 1; step <= SIDE_BARS; step += 1) {
      if (!(low < this.#at(middle - step) && low <= this.#at(middle + step))) return false;
    }
    return true;
  }
}
