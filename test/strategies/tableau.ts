// Hand-made candles around 100 whose numbers a person can check: every quiet bar is 99–101, ATR is 2 and
// relative volume 1 until a test changes something.
import type { Candle } from '../../src/domain/candle.ts';

export const MINUTE = 60_000;
export const START = Date.UTC(2025, 0, 1);

export type Bar = Partial<Omit<Candle, 'openTime'>>;

const quiet = { open: 100, high: 101, low: 99, close: 100, volume: 10 };
/** A low at 98.5 that stands out: a pivot once five quiet bars follow. */
export const pivotLow: Bar = { high: 100.5, low: 98.5 };
/** Runs the low by half an ATR and reclaims it strongly on four times the volume. */
export const sweepBar: Bar = { high: 101, low: 97.5, close: 101, volume: 40 };

/** `length` bars, quiet but for those given by number. */
export function tableau(length: number, bars: Readonly<Record<number, Bar>>): Candle[] {
  return Array.from({ length }, (_, bar) => ({
    ...quiet,
    ...bars[bar],
    openTime: START + bar * MINUTE,
  }));
}

/** The same market upside down around 100: what was a low is a high. */
export const upsideDown = (candles: readonly Candle[]): Candle[] =>
  candles.map(({ open, high, low, close, ...rest }) => ({
    ...rest,
    open: 200 - open,
    high: 200 - low,
    low: 200 - high,
    close: 200 - close,
  }));
