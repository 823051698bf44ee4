// A series seen from one side. SELL is BUY's rule on negated prices (STRATEGIES A29): seen from above,
// highs are lows, falling is rising, and nobody who reads through it need know.
import { closeLocation } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';

export type Way = 1 | -1;

export class View {
  readonly series: Series;
  /** 1 sees prices as they are; −1 upside down, as negative numbers. */
  readonly way: Way;

  constructor(series: Series, way: Way) {
    this.series = series;
    this.way = way;
  }

  open(bar: number): number {
    return this.series.open(bar) * this.way;
  }
  high(bar: number): number {
    return this.way === 1 ? this.series.high(bar) : -this.series.low(bar);
  }
  low(bar: number): number {
    return this.way === 1 ? this.series.low(bar) : -this.series.high(bar);
  }
  close(bar: number): number {
    return this.series.close(bar) * this.way;
  }
  rsi(bar: number): number {
    return this.way === 1 ? this.series.rsi(bar) : 100 - this.series.rsi(bar);
  }
  average(bar: number): number {
    return this.series.average(bar) * this.way;
  }

  isBullish(bar: number): boolean {
    return this.close(bar) > this.open(bar);
  }

  /** (C − L) / (H − L); .5 without a range. */
  closeLocation(bar: number): number {
    return closeLocation({ high: this.high(bar), low: this.low(bar), close: this.close(bar) });
  }

  /** (min(O, C) − L) / (H − L); 0 without a range. */
  lowerWick(bar: number): number {
    const range = this.high(bar) - this.low(bar);
    return range > 0 ? (Math.min(this.open(bar), this.close(bar)) - this.low(bar)) / range : 0;
  }

  trueRange(bar: number): number {
    const before = this.close(bar - 1);
    return Math.max(this.high(bar), before) - Math.min(this.low(bar), before);
  }

  /** Lowest low of the bars from `first` to `last`. */
  lowest(first: number, last: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    for (let bar = first; bar <= last; bar += 1) lowest = Math.min(lowest, this.low(bar));
    return lowest;
  }
}
