// A second reading of Liquidity Sweep, written from the rules alone and as plainly as they stand: for
// every bar it looks back over all bars. Slow, without state, sharing no code with the first.
import type { Candle } from '../../src/domain/candle.ts';

import {
  at,
  type Bars,
  barsBetween,
  barsOf,
  type Found,
  lowestOf,
  passesGates,
  ramp,
  readBoth,
  tri,
} from './reference-bars.ts';

export type { Found };

interface Level {
  readonly price: number;
  readonly members: number;
  readonly age: number;
}

/** Finds what each bar would be called; `bars` are upside down when it looks for SELLs. */
class Finder {
  readonly #bars: Bars;
  readonly #broken = new Map<number, readonly Level[]>();

  constructor(bars: Bars) {
    this.#bars = bars;
  }

  isPivotLow(bar: number): boolean {
    const { low } = this.#bars;
    const middle = low[bar] ?? Number.NaN;
    return [1, 2, 3, 4, 5].every(
      (step) => middle < (low[bar - step] ?? -1e99) && middle <= (low[bar + step] ?? -1e99),
    );
  }

  /** No low in (pivot, until] strictly below the pivot's. */
  unswept(pivot: number, until: number): boolean {
    const { low } = this.#bars;
    for (let bar = pivot + 1; bar <= until; bar += 1) {
      if ((low[bar] ?? 0) < (low[pivot] ?? 0)) return false;
    }
    return true;
  }

  /** Levels that bar s is the first to break. */
  broken(s: number): readonly Level[] {
    const known = this.#broken.get(s);
    if (known !== undefined) return known;
    const { low, atr } = this.#bars;
    const pivots: number[] = [];
    for (let pivot = Math.max(5, s - 100); pivot <= s - 10; pivot += 1) {
      if (this.isPivotLow(pivot) && this.unswept(pivot, s - 1)) pivots.push(pivot);
    }
    const price = (pivot: number): number => low[pivot] ?? 0;
    pivots.sort((a, b) => price(a) - price(b) || a - b);
    const levels: Level[] = [];
    while (pivots.length > 0) {
      const [lowest = 0] = pivots;
      const inside = (pivot: number): boolean =>
        (price(pivot) - price(lowest)) / (atr[s - 1] ?? Number.NaN) < 0.1 + 1e-9;
      const members = Math.max(1, pivots.filter(inside).length);
      pivots.splice(0, members);
      if (price(lowest) > (low[s] ?? 0))
        levels.push({ price: price(lowest), members, age: s - lowest });
    }
    this.#broken.set(s, levels);
    return levels;
  }

  sweepsBefore(s: number): number {
    let count = 0;
    for (let bar = s - 48; bar < s; bar += 1) if (this.broken(bar).length > 0) count += 1;
    return count;
  }

  /** The set-up that ends at bar t on the lowest level, its gates aside. */
  setup(t: number): (Level & { stop: number; confidence: number }) | undefined {
    const found = [t - 2, t - 1, t].flatMap((s) =>
      this.broken(s).flatMap((level) => this.#reclaim(level, s, t) ?? []),
    );
    return found.sort((a, b) => a.price - b.price)[0];
  }

  #reclaim(level: Level, s: number, t: number) {
    const { open, high, low, close, atr, relativeVolume } = this.#bars;
    for (let bar = s; bar < t; bar += 1) if (at(close, bar) > level.price) return undefined;
    const lowest = lowestOf(low, s, t);
    const volumes = barsBetween(s, t)
      .map((bar) => at(relativeVolume, bar))
      .filter((each) => !Number.isNaN(each));
    const volume = Math.max(...volumes);
    const a = at(atr, s - 1);
    const depth = (level.price - lowest) / a;
    const range = at(high, t) - at(low, t);
    const location = range === 0 ? 0.5 : (at(close, t) - at(low, t)) / range;
    const holds =
      at(close, t) > level.price &&
      at(close, t) > at(open, t) &&
      location > 0.6 - 1e-9 &&
      volume > 1.5 - 1e-9 &&
      depth > 0.1 - 1e-9 &&
      depth < 1.5 + 1e-9 &&
      this.sweepsBefore(s) <= 1;
    if (!holds) return undefined;
    const confidence =
      0.25 * ramp(volume, 1.5, 4) +
      0.25 * ramp(location, 0.6, 1) +
      0.2 * (0.5 * ramp(level.members, 1, 3) + 0.5 * ramp(level.age, 10, 60)) +
      0.15 * tri(depth, 0.1, 0.5, 1.5) +
      0.15 * ([1, 0.6, 0.3][t - s] ?? 0);
    return { ...level, stop: lowest - 0.25 * a, confidence };
  }
}

/** What the rules find at bar t of `candles`, for every t from `from` on; nothing where they hold. */
export function reference(candles: readonly Candle[], from: number): Map<number, Found> {
  const up = barsOf(candles, 1);
  const down = barsOf(candles, -1);
  const below = new Finder(up);
  const above = new Finder(down);
  return readBoth(
    from,
    candles.length,
    (t) => judge(t, up, below, above),
    (t) => judge(t, down, above, below),
  );
}

function judge(t: number, bars: Bars, side: Finder, other: Finder) {
  const setup = side.setup(t);
  if (setup === undefined) return undefined;
  const entry = bars.close[t] ?? Number.NaN;
  const risk = entry - setup.stop;
  let nearest = Number.POSITIVE_INFINITY;
  for (let pivot = Math.max(5, t - 100); pivot <= t - 5; pivot += 1) {
    const high = bars.high[pivot] ?? 0;
    if (high > entry && other.isPivotLow(pivot) && other.unswept(pivot, t)) {
      nearest = Math.min(nearest, high);
    }
  }
  const room = (nearest - entry) / risk;
  const inR = room > 1.5 - 1e-9 && room < 1e9 ? Math.min(room, 3) : 2;
  const { stop, confidence } = setup;
  const plan = { entry, stop, target: entry + inR * risk, confidence };
  return { ...plan, trades: passesGates(plan, 0.5) };
}
