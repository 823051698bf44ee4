// The candle history of one stream and the indicators all its strategies share, in typed rings.
// Bars are addressed by their absolute number, counted from the first candle ever pushed.
import { type Candle, candleDefect } from './candle.ts';
import { RollingMedian, relativeStrength, WilderAverage } from './indicator.ts';
import { type Millis, type Timeframe, timeframeMs } from './time.ts';

const ATR_BARS = 14;
const RSI_BARS = 14;
const VOLUME_BARS = 20;
const EMA_BARS = 20;

export class Series {
  readonly timeframe: Timeframe;
  readonly #mask: number;
  readonly #openTime: Float64Array;
  readonly #open: Float64Array;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #close: Float64Array;
  readonly #volume: Float64Array;
  readonly #atr: Float64Array;
  readonly #rsi: Float64Array;
  readonly #relativeVolume: Float64Array;
  readonly #average: Float64Array;
  readonly #trueRange = new WilderAverage(ATR_BARS);
  readonly #gain = new WilderAverage(RSI_BARS);
  readonly #loss = new WilderAverage(RSI_BARS);
  readonly #volumes = new RollingMedian(VOLUME_BARS);
  #count = 0;
  #contiguous = 0;
  #closeSum = 0;

  /** Keeps at least `capacity` bars; rounded up to a power of two. */
  constructor(timeframe: Timeframe, capacity: number) {
    this.timeframe = timeframe;
    const size = 2 ** Math.ceil(Math.log2(Math.max(64, capacity)));
    this.#mask = size - 1;
    const ring = (): Float64Array => new Float64Array(size);
    this.#openTime = ring();
    this.#open = ring();
    this.#high = ring();
    this.#low = ring();
    this.#close = ring();
    this.#volume = ring();
    this.#atr = ring();
    this.#rsi = ring();
    this.#relativeVolume = ring();
    this.#average = ring();
  }

  /** Bars pushed since the beginning. */
  get count(): number {
    return this.#count;
  }

  /** Number of the newest bar; −1 before the first. */
  get last(): number {
    return this.#count - 1;
  }

  /**
   * Sound, gapless bars up to and including the newest. A gap, a duplicate, disorder or a bad candle
   * forgets everything before it (STRATEGIES A6); after a bad candle it is 0.
   */
  get contiguous(): number {
    return this.#contiguous;
  }

  openTime(bar: number): Millis {
    return this.#openTime[bar & this.#mask] ?? Number.NaN;
  }
  open(bar: number): number {
    return this.#open[bar & this.#mask] ?? Number.NaN;
  }
  high(bar: number): number {
    return this.#high[bar & this.#mask] ?? Number.NaN;
  }
  low(bar: number): number {
    return this.#low[bar & this.#mask] ?? Number.NaN;
  }
  close(bar: number): number {
    return this.#close[bar & this.#mask] ?? Number.NaN;
  }
  volume(bar: number): number {
    return this.#volume[bar & this.#mask] ?? Number.NaN;
  }
  /** Wilder's average true range through `bar`. */
  atr(bar: number): number {
    return this.#atr[bar & this.#mask] ?? Number.NaN;
  }
  rsi(bar: number): number {
    return this.#rsi[bar & this.#mask] ?? Number.NaN;
  }
  /** Volume over the median of the 20 before; NaN where that is undefined or 0 (A4). */
  relativeVolume(bar: number): number {
    return this.#relativeVolume[bar & this.#mask] ?? Number.NaN;
  }
  /** EMA of 20 closes. */
  average(bar: number): number {
    return this.#average[bar & this.#mask] ?? Number.NaN;
  }

  push(candle: Candle): void {
    const follows =
      this.#contiguous > 0 &&
      candle.openTime === this.openTime(this.last) + timeframeMs(this.timeframe);
    if (!follows) this.#forget();
    const before = this.last;
    const bar = this.#count;
    const slot = bar & this.#mask;
    this.#openTime[slot] = candle.openTime;
    this.#open[slot] = candle.open;
    this.#high[slot] = candle.high;
    this.#low[slot] = candle.low;
    this.#close[slot] = candle.close;
    this.#volume[slot] = candle.volume;
    this.#count += 1;
    if (candleDefect(candle, this.timeframe) !== undefined) {
      this.#forget();
      this.#unmeasured(slot);
      return;
    }
    this.#contiguous += 1;
    this.#measure(candle, slot, follows ? this.close(before) : Number.NaN);
  }

  /** Steps through the contiguous bars still kept, oldest first, as if each had just been pushed. */
  replay(judge: () => void): void {
    const count = this.#count;
    const contiguous = this.#contiguous;
    const kept = Math.min(contiguous, this.#mask + 1);
    try {
      for (let bars = 1; bars <= kept; bars += 1) {
        this.#count = count - kept + bars;
        this.#contiguous = bars;
        judge();
      }
    } finally {
      // Whoever throws on the way: the series is everyone's.
      this.#count = count;
      this.#contiguous = contiguous;
    }
  }

  #measure({ high, low, close, volume }: Candle, slot: number, closeBefore: number): void {
    const median = this.#volumes.value;
    this.#relativeVolume[slot] = median > 0 ? volume / median : Number.NaN;
    this.#volumes.push(volume);
    this.#average[slot] = this.#nextAverage(close);
    if (Number.isNaN(closeBefore)) {
      this.#atr[slot] = Number.NaN;
      this.#rsi[slot] = Number.NaN;
      return;
    }
    const range = Math.max(high - low, Math.abs(high - closeBefore), Math.abs(low - closeBefore));
    this.#atr[slot] = this.#trueRange.push(range);
    const change = close - closeBefore;
    const gain = this.#gain.push(Math.max(0, change));
    this.#rsi[slot] = relativeStrength(gain, this.#loss.push(Math.max(0, -change)));
  }

  /** A bad candle has no indicators; its slot must not keep those of a bar long gone. */
  #unmeasured(slot: number): void {
    this.#atr[slot] = Number.NaN;
    this.#rsi[slot] = Number.NaN;
    this.#relativeVolume[slot] = Number.NaN;
    this.#average[slot] = Number.NaN;
  }

  /** EMA seeded with the mean of the first closes (A3). */
  #nextAverage(close: number): number {
    if (this.#contiguous < EMA_BARS) {
      this.#closeSum += close;
      return Number.NaN;
    }
    if (this.#contiguous === EMA_BARS) return (this.#closeSum + close) / EMA_BARS;
    const previous = this.average(this.last - 1);
    return previous + (close - previous) * (2 / (EMA_BARS + 1));
  }

  #forget(): void {
    this.#contiguous = 0;
    this.#closeSum = 0;
    this.#trueRange.reset();
    this.#gain.reset();
    this.#loss.reset();
    this.#volumes.reset();
  }
}
