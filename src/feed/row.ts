// Candles and numbers out of what a client hands over: copied at the edge, since clients overwrite
// their rows, and strict, since `Number` makes zeros of nothing.
import type { Candle } from '../domain/candle.ts';

/** A number, or decimal text, as a number; NaN for anything else. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** The candle of a row `[openTime, open, high, low, close, volume]`; what is missing is NaN. */
export function candleOf(row: readonly unknown[]): Candle {
  return {
    openTime: numberOf(row[0]),
    open: numberOf(row[1]),
    high: numberOf(row[2]),
    low: numberOf(row[3]),
    close: numberOf(row[4]),
    volume: numberOf(row[5]),
  };
}
