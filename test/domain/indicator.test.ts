// The stream's indicators against their definitions, computed plainly over the whole window; and the same
// numbers wherever the stream began, once the beginning is forgotten.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Candle } from '../../src/domain/candle.ts';
import { RollingMedian, ramp, relativeStrength, triangle } from '../../src/domain/indicator.ts';
import { Series } from '../../src/domain/series.ts';

const minuteMs = 60_000;

/** A random walk of sound candles. */
const walk = (length: number) =>
  fc
    .array(fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.nat(1000)), {
      minLength: length,
      maxLength: length,
    })
    .map((moves) => {
      let price = 1000;
      return moves.map(([move, volume], bar): Candle => {
        const open = price;
        price += move;
        const [high, low] = [Math.max(open, price) + 0.5, Math.min(open, price) - 0.25];
        return { openTime: bar * minuteMs, open, high, low, close: price, volume };
      });
    });

function pushed(candles: readonly Candle[]): Series {
  const series = new Series('1m', 2048);
  for (const candle of candles) series.push(candle);
  return series;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Wilder's average by its definition, of all values from the first. */
function wilder(values: readonly number[], length: number): number {
  let value = mean(values.slice(0, length));
  for (const next of values.slice(length)) value = (value * (length - 1) + next) / length;
  return value;
}

test('ATR, RSI, EMA and relative volume are what they are defined to be (A3)', () => {
  fc.assert(
    fc.property(walk(120), (candles) => {
      const series = pushed(candles);
      const { last } = series;
      const pairs = candles.slice(1).map((candle, index) => [candle, candles[index]] as const);
      const ranges = pairs.map(([{ high, low }, before]) => {
        const close = before?.close ?? Number.NaN;
        return Math.max(high - low, Math.abs(high - close), Math.abs(low - close));
      });
      expect(series.atr(last)).toBeCloseTo(wilder(ranges, 14), 9);
      const changes = pairs.map(([{ close }, before]) => close - (before?.close ?? Number.NaN));
      const gain = wilder(
        changes.map((change) => Math.max(0, change)),
        14,
      );
      const loss = wilder(
        changes.map((change) => Math.max(0, -change)),
        14,
      );
      expect(series.rsi(last)).toBeCloseTo(relativeStrength(gain, loss), 9);
      const closes = candles.map(({ close }) => close);
      let average = mean(closes.slice(0, 20));
      for (const close of closes.slice(20)) average += (close - average) * (2 / 21);
      expect(series.average(last)).toBeCloseTo(average, 9);
      const before = candles.slice(last - 20, last).map(({ volume }) => volume);
      before.sort((a, b) => a - b);
      const median = ((before[9] ?? 0) + (before[10] ?? 0)) / 2;
      const wanted = median > 0 ? (candles[last]?.volume ?? 0) / median : Number.NaN;
      expect(series.relativeVolume(last)).toEqual(wanted);
    }),
    { numRuns: 60, seed: 1 },
  );
});

test('before its first full window an indicator is not a number', () => {
  fc.assert(
    fc.property(walk(30), (candles) => {
      const series = pushed(candles);
      const firsts = { atr: 14, rsi: 14, average: 19, relativeVolume: 20 } as const;
      for (const name of ['atr', 'rsi', 'average'] as const) {
        expect(series[name](firsts[name] - 1)).toBeNaN();
        expect(series[name](firsts[name])).not.toBeNaN();
      }
      expect(series.relativeVolume(firsts.relativeVolume - 1)).toBeNaN();
    }),
    { numRuns: 20, seed: 2 },
  );
});

test('where the stream began is forgotten after 500 bars, to the last digits', () => {
  fc.assert(
    fc.property(walk(900), fc.integer({ min: 1, max: 390 }), (candles, start) => {
      const [early, late] = [pushed(candles), pushed(candles.slice(start))];
      for (const name of ['atr', 'rsi', 'average', 'relativeVolume'] as const) {
        const [a, b] = [early[name](early.last), late[name](late.last)];
        expect(Number.isNaN(a)).toBe(Number.isNaN(b));
        if (!Number.isNaN(a)) expect(b).toBeCloseTo(a, 9);
      }
    }),
    { numRuns: 20, seed: 3 },
  );
});

test('a rolling median is the median of its window, whatever came before', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 25 }),
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 120 }),
      (length, values) => {
        const median = new RollingMedian(length);
        for (const value of values) median.push(value);
        const sorted = values.slice(-length).sort((a, b) => a - b);
        const [low, high] = [sorted[(length - 1) >> 1] ?? 0, sorted[length >> 1] ?? 0];
        const wanted = values.length < length ? Number.NaN : (low + high) / 2;
        expect(median.value).toBe(wanted);
      },
    ),
    { seed: 4 },
  );
});

test('ramps and triangles stay within 0 and 1 and meet their corners', () => {
  expect([ramp(1, 1, 3), ramp(2, 1, 3), ramp(3, 1, 3), ramp(9, 1, 3)]).toEqual([0, 0.5, 1, 1]);
  expect([ramp(25, 25, 10), ramp(10, 25, 10), ramp(17.5, 25, 10)]).toEqual([0, 1, 0.5]);
  expect([0.1, 0.5, 1, 1.5].map((x) => triangle(x, 0.1, 0.5, 1.5))).toEqual([0, 1, 0.5, 0]);
});

test('RSI of no losses is 100, of no moves 50, of no gains 0 (A3)', () => {
  expect([relativeStrength(1, 0), relativeStrength(0, 0), relativeStrength(0, 1)]).toEqual([
    100, 50, 0,
  ]);
});
