// Indicators of DOMAIN §5: small machines that take one number at a time, and shapes of one candle.
import type { Candle } from './candle.ts';

/** Ratios meet their thresholds within this tolerance (STRATEGIES A2). */
const TOLERANCE = 1e-9;

/** ratio ≥ threshold; NaN denies. */
export const atLeast = (ratio: number, threshold: number): boolean => ratio > threshold - TOLERANCE;
/** ratio ≤ threshold; NaN denies. */
export const atMost = (ratio: number, threshold: number): boolean => ratio < threshold + TOLERANCE;

/** ratio > threshold; NaN denies. */
export const isAbove = (ratio: number, threshold: number): boolean => ratio > threshold + TOLERANCE;

/** clip((x − lo) / (hi − lo), 0, 1); falls where hi < lo. */
export const ramp = (x: number, low: number, high: number): number =>
  Math.min(1, Math.max(0, (x - low) / (high - low)));

/** Rises from `low` to 1 at `peak`, falls to 0 at `high`. */
export const triangle = (x: number, low: number, peak: number, high: number): number =>
  x <= peak ? ramp(x, low, peak) : ramp(x, high, peak);

/** Close location value (C − L) / (H − L); .5 when the candle has no range. */
export const closeLocation = ({
  high,
  low,
  close,
}: Pick<Candle, 'high' | 'low' | 'close'>): number =>
  high === low ? 0.5 : (close - low) / (high - low);

/** Wilder's average, seeded with the mean of the first `length` values; NaN until then (A3). */
export class WilderAverage {
  readonly #length: number;
  #count = 0;
  #sum = 0;
  #value = Number.NaN;

  constructor(length: number) {
    this.#length = length;
  }

  push(value: number): number {
    this.#count += 1;
    if (this.#count < this.#length) {
      this.#sum += value;
      return Number.NaN;
    }
    this.#value =
      this.#count === this.#length
        ? (this.#sum + value) / this.#length
        : (this.#value * (this.#length - 1) + value) / this.#length;
    return this.#value;
  }

  reset(): void {
    this.#count = 0;
    this.#sum = 0;
    this.#value = Number.NaN;
  }
}

/** RSI from Wilder averages of gains and losses: no losses 100, no moves 50 (A3). */
export function relativeStrength(gain: number, loss: number): number {
  if (Number.isNaN(gain) || Number.isNaN(loss)) return Number.NaN;
  if (loss === 0) return gain === 0 ? 50 : 100;
  return 100 - 100 / (1 + gain / loss);
}

/** Median of the last `length` values, kept sorted in place: no allocation while it runs. */
export class RollingMedian {
  readonly #sorted: Float64Array;
  readonly #window: Float64Array;
  #count = 0;

  constructor(length: number) {
    this.#sorted = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
    this.#window = new Float64Array(length);
  }

  /** Median of the window before the next push; NaN until it is full. */
  get value(): number {
    const length = this.#window.length;
    if (this.#count < length) return Number.NaN;
    const upper = this.#sorted[length >> 1] ?? Number.NaN;
    if (length % 2 === 1) return upper;
    return ((this.#sorted[(length >> 1) - 1] ?? Number.NaN) + upper) / 2;
  }

  push(value: number): void {
    const slot = this.#count % this.#window.length;
    if (this.#count >= this.#window.length) this.#remove(this.#window[slot] ?? Number.NaN);
    this.#window[slot] = value;
    this.#count += 1;
    this.#insert(value);
  }

  reset(): void {
    this.#count = 0;
    this.#sorted.fill(Number.POSITIVE_INFINITY);
  }

  #insert(value: number): void {
    let at = this.#sorted.length - 1;
    while (at > 0 && (this.#sorted[at - 1] ?? 0) > value) {
      this.#sorted[at] = this.#sorted[at - 1] ?? 0;
      at -= 1;
    }
    this.#sorted[at] = value;
  }

  #remove(value: number): void {
    const at = this.#sorted.indexOf(value);
    this.#sorted.copyWithin(at, at + 1);
    this.#sorted[this.#sorted.length - 1] = Number.POSITIVE_INFINITY;
  }
}

/** Highest of the last `length` values: a queue of those that may still become it, O(1) amortised. */
export class RollingHighest {
  readonly #length: number;
  readonly #values: Float64Array;
  readonly #indices: Float64Array;
  #head = 0;
  #size = 0;
  #count = 0;

  constructor(length: number) {
    this.#length = length;
    this.#values = new Float64Array(length);
    this.#indices = new Float64Array(length);
  }

  /** NaN until the window is full. */
  get value(): number {
    return this.#count < this.#length ? Number.NaN : (this.#values[this.#head] ?? Number.NaN);
  }

  push(value: number): void {
    const oldest = this.#count - this.#length;
    if (this.#size > 0 && (this.#indices[this.#head] ?? 0) <= oldest) {
      this.#head = (this.#head + 1) % this.#length;
      this.#size -= 1;
    }
    while (this.#size > 0 && (this.#values[this.#slot(this.#size - 1)] ?? 0) <= value) {
      this.#size -= 1;
    }
    const slot = this.#slot(this.#size);
    this.#values[slot] = value;
    this.#indices[slot] = this.#count;
    this.#size += 1;
    this.#count += 1;
  }

  reset(): void {
    this.#head = 0;
    this.#size = 0;
    this.#count = 0;
  }

  #slot(position: number): number {
    return (this.#head + position) % this.#length;
  }
}
