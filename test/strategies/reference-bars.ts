// What the second readings of the strategies share among themselves: bars of one direction with their
// indicators, thresholds, and the common gates. Shares no code with the first readings, and is plain
// rather than quick.
import type { Candle } from '../../src/domain/candle.ts';

export interface Found {
  readonly direction: 'BUY' | 'SELL';
  readonly entry: number;
  readonly stop: number;
  readonly target: number;
  readonly confidence: number;
  /** Whether the common gates let it trade. */
  readonly trades: boolean;
}

/** Bars of one direction: as they are, or upside down, so that a SELL reads as a BUY. */
export interface Bars {
  readonly open: readonly number[];
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly close: readonly number[];
  readonly volume: readonly number[];
  readonly trueRange: readonly number[];
  readonly atr: readonly number[];
  readonly rsi: readonly number[];
  readonly ema: readonly number[];
  readonly relativeVolume: readonly number[];
}

/** NaN where there is no such bar: every condition on it then fails. */
export const at = (values: readonly number[], bar: number): number => values[bar] ?? Number.NaN;

/** The bars from first to last, both included. */
export const barsBetween = (first: number, last: number): number[] =>
  Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step);

export const lowestOf = (values: readonly number[], first: number, last: number): number =>
  Math.min(...barsBetween(first, last).map((bar) => at(values, bar)));

export const highestOf = (values: readonly number[], first: number, last: number): number =>
  Math.max(...barsBetween(first, last).map((bar) => at(values, bar)));

export const ramp = (x: number, low: number, high: number): number =>
  Math.max(0, Math.min(1, (x - low) / (high - low)));

export const tri = (x: number, low: number, peak: number, high: number): number =>
  x <= peak ? ramp(x, low, peak) : ramp(x, high, peak);

// Ratios meet their thresholds with a tolerance (A2).
export const atLeast = (ratio: number, threshold: number): boolean => ratio > threshold - 1e-9;
export const atMost = (ratio: number, threshold: number): boolean => ratio < threshold + 1e-9;
export const above = (ratio: number, threshold: number): boolean => ratio > threshold + 1e-9;

const sumOf = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);

/** Wilder's average over 14 of values whose first is undefined. */
function wilderOf(values: readonly number[]): number[] {
  const averages: number[] = [];
  for (let bar = 0; bar < values.length; bar += 1) {
    if (bar < 14) averages.push(Number.NaN);
    else if (bar === 14) averages.push(sumOf(values.slice(1, 15)) / 14);
    else averages.push((at(averages, bar - 1) * 13 + at(values, bar)) / 14);
  }
  return averages;
}

function trueRangesOf(candles: readonly Candle[]): number[] {
  return candles.map(({ high, low }, bar) => {
    const before = candles[bar - 1]?.close ?? Number.NaN;
    return Math.max(high, before) - Math.min(low, before);
  });
}

/** RSI of closes as they are traded; of a flat market 50, without losses 100. */
function rsiOf(closes: readonly number[]): number[] {
  const changes = closes.map((close, bar) => close - at(closes, bar - 1));
  const losses = wilderOf(changes.map((change) => Math.max(0, -change)));
  return wilderOf(changes.map((change) => Math.max(0, change))).map((gain, bar) => {
    const both = gain + at(losses, bar);
    return both === 0 ? 50 : (100 * gain) / both;
  });
}

function emaOf(closes: readonly number[]): number[] {
  const averages: number[] = [];
  for (const [bar, close] of closes.entries()) {
    if (bar < 19) averages.push(Number.NaN);
    else if (bar === 19) averages.push(sumOf(closes.slice(0, 20)) / 20);
    else averages.push(at(averages, bar - 1) + (2 / 21) * (close - at(averages, bar - 1)));
  }
  return averages;
}

function relativeVolumesOf(candles: readonly Candle[]): number[] {
  return candles.map(({ volume }, bar) => {
    if (bar < 20) return Number.NaN;
    const before = candles.slice(bar - 20, bar).map((candle) => candle.volume);
    before.sort((a, b) => a - b);
    const median = (at(before, 9) + at(before, 10)) / 2;
    return median === 0 ? Number.NaN : volume / median;
  });
}

export function barsOf(candles: readonly Candle[], way: 1 | -1): Bars {
  const highs = candles.map(({ high }) => high * way);
  const lows = candles.map(({ low }) => low * way);
  const closes = candles.map(({ close }) => close * way);
  const trueRange = trueRangesOf(candles);
  return {
    open: candles.map(({ open }) => open * way),
    high: way === 1 ? highs : lows,
    low: way === 1 ? lows : highs,
    close: closes,
    volume: candles.map(({ volume }) => volume),
    trueRange,
    atr: wilderOf(trueRange),
    // The closes of upside-down bars fall as the real ones rise: 100 - RSI comes of itself.
    rsi: rsiOf(closes),
    ema: emaOf(closes),
    relativeVolume: relativeVolumesOf(candles),
  };
}

export type Plan = Pick<Found, 'entry' | 'stop' | 'target' | 'confidence'>;

/** The common gates at the default costs: 3c = .9 % is the least risk, and .3 % of entry the cost. */
export function passesGates(plan: Plan, leastConfidence: number): boolean {
  const { entry, stop, target, confidence } = plan;
  const price = Math.abs(entry);
  const risk = entry - stop;
  const cost = 0.003 * price;
  return (
    stop < entry &&
    target > entry &&
    atLeast(risk / price, 0.009) &&
    atMost(risk / price, 0.08) &&
    atLeast((target - entry - cost) / (risk + cost), 1.2) &&
    atLeast(confidence, leastConfidence)
  );
}

type Reading = (t: number) => Omit<Found, 'direction'> | undefined;

/** What the two directions read at each bar from `from` on; BUY first, one signal a bar. */
export function readBoth(from: number, end: number, buys: Reading, sells: Reading) {
  const found = new Map<number, Found>();
  for (let t = from; t < end; t += 1) {
    const buy = buys(t);
    const sell = buy === undefined ? sells(t) : undefined;
    if (buy !== undefined) found.set(t, { direction: 'BUY', ...buy });
    if (sell !== undefined) {
      const { entry, stop, target } = sell;
      const real = { entry: -entry, stop: -stop, target: -target };
      found.set(t, { direction: 'SELL', ...sell, ...real });
    }
  }
  return found;
}
