// How much two assets move together, from the log returns of candles that closed at the same time.
import type { Millis } from './time.ts';

/** Fewer common returns than this say nothing. */
const COMMON_MIN = 30;

/** Log returns by close time. */
export type Returns = ReadonlyMap<Millis, number>;

/** Pearson's correlation over common close times; undefined below 30 of them or without variance. */
export function correlate(a: Returns, b: Returns): number | undefined {
  let count = 0;
  let [sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0];
  for (const [at, x] of a) {
    const y = b.get(at);
    if (y === undefined) continue;
    count += 1;
    sumA += x;
    sumB += y;
    squareA += x * x;
    squareB += y * y;
    product += x * y;
  }
  if (count < COMMON_MIN) return undefined;
  const spreadA = squareA - (sumA * sumA) / count;
  const spreadB = squareB - (sumB * sumB) / count;
  const rho = (product - (sumA * sumB) / count) / Math.sqrt(spreadA * spreadB);
  return Number.isFinite(rho) ? Math.min(1, Math.max(-1, rho)) : undefined;
}
