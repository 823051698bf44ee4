// One side of the Liquidity Sweep: pivots that still stand, bars that broke their clusters, and
// whether the newest bar reclaims one. SELL is the same rule on negated prices (STRATEGIES A29), so
// this reads the series through `way` and knows only lows that are swept and closes above them.
import { atLeast, atMost, closeLocation } from '../domain/indicator.ts';
import type { Series } from '../domain/series.ts';

export interface SweepRules {
  readonly pivot_bars: number;
  readonly lookback: number;
  readonly level_age_min: number;
  readonly cluster_tolerance: number;
  readonly reclaim_bars: number;
  readonly depth_min: number;
  readonly depth_max: number;
  readonly relative_volume_min: number;
  readonly close_location_min: number;
  readonly sweep_window: number;
}

/** A broken level waiting for its reclaim; prices in this side's sign. */
export interface Sweep {
  readonly bar: number;
  readonly level: number;
  /** Pivots in its cluster. */
  readonly members: number;
  /** Bars from the level's pivot to the break. */
  readonly age: number;
  /** ATR of the bar before the break: the scale of the whole set-up (A1). */
  readonly atr: number;
  /** Other sweeps in the window before the break (A12). */
  readonly before: number;
  lowest: number;
  relativeVolume: number;
}

/** What the newest bar makes of a sweep: `missed` is empty when every condition holds. */
export interface Reclaim {
  readonly sweep: Sweep;
  readonly closeLocation: number;
  readonly missed: readonly string[];
}

interface Pivot {
  readonly bar: number;
  /** In this side's sign. */
  readonly price: number;
}

interface Cluster {
  readonly level: Pivot;
  members: number;
}

export class SweepSide {
  readonly #series: Series;
  readonly #rules: SweepRules;
  readonly #way: 1 | -1;
  /** Unswept pivots, oldest first (A9). */
  #standing: Pivot[] = [];
  #pending: Sweep[] = [];
  /** Bars that were first to break some level, oldest first. */
  #sweepBars: number[] = [];

  constructor(series: Series, rules: SweepRules, way: 1 | -1) {
    this.#series = series;
    this.#rules = rules;
    this.#way = way;
  }

  forget(): void {
    this.#standing = [];
    this.#pending = [];
    this.#sweepBars = [];
  }

  /** Takes the newest bar; the reclaim of the lowest level it is the first to close above (A11, A16). */
  take(): Reclaim | undefined {
    const bar = this.#series.last;
    const low = this.#low(bar);
    this.#confirmPivot(bar);
    this.#breakLevels(bar, low);
    this.#sweepPivots(bar, low);
    return this.#judgePending(bar, low);
  }

  /** The nearest standing pivot beyond `price`, in real prices, seen from the other side (A14). */
  nearestBeyond(price: number): number | undefined {
    const bar = this.#series.last;
    let nearest: number | undefined;
    for (const pivot of this.#standing) {
      if (bar - pivot.bar > this.#rules.lookback || !(pivot.price < price * this.#way)) continue;
      if (nearest === undefined || pivot.price > nearest) nearest = pivot.price;
    }
    return nearest === undefined ? undefined : nearest * this.#way;
  }

  #low(bar: number): number {
    return this.#way === 1 ? this.#series.low(bar) : -this.#series.high(bar);
  }

  /** Notes the levels that this bar is the first to break. */
  #breakLevels(bar: number, low: number): void {
    const { level_age_min, sweep_window } = this.#rules;
    this.#sweepBars = dropBefore(this.#sweepBars, bar - sweep_window);
    // Most bars break nothing: only then are clusters built.
    if (!this.#standing.some((pivot) => pivot.price > low && bar - pivot.bar >= level_age_min))
      return;
    const before = this.#sweepBars.length;
    const atr = this.#series.atr(bar - 1);
    let broken = false;
    for (const { level, members } of this.#clusters(bar, atr)) {
      // Levels come lowest first: those under this low still stand, the ones above are broken.
      if (!(level.price > low)) continue;
      broken = true;
      this.#pending.push({
        bar,
        level: level.price,
        members,
        age: bar - level.bar,
        atr,
        before,
        lowest: low,
        relativeVolume: Number.NaN,
      });
    }
    if (broken) this.#sweepBars.push(bar);
  }

  /** Eligible pivots as levels, greedy from the lowest, no chaining (A7); of equal lows the oldest. */
  #clusters(bar: number, atr: number): readonly Cluster[] {
    const { lookback, level_age_min, cluster_tolerance } = this.#rules;
    const eligible = this.#standing
      .filter((pivot) => bar - pivot.bar >= level_age_min && bar - pivot.bar <= lookback)
      .sort((a, b) => a.price - b.price || a.bar - b.bar);
    const clusters: Cluster[] = [];
    for (const pivot of eligible) {
      const cluster = clusters.at(-1);
      const distance = cluster === undefined ? Infinity : (pivot.price - cluster.level.price) / atr;
      if (cluster !== undefined && atMost(distance, cluster_tolerance)) cluster.members += 1;
      else clusters.push({ level: pivot, members: 1 });
    }
    return clusters;
  }

  /** A later low strictly below a pivot sweeps it; equal is not a sweep (A9). */
  #sweepPivots(bar: number, low: number): void {
    const oldest = bar - this.#rules.lookback - this.#rules.reclaim_bars;
    let kept = 0;
    for (const pivot of this.#standing) {
      if (pivot.price > low || pivot.bar < oldest) continue;
      this.#standing[kept] = pivot;
      kept += 1;
    }
    this.#standing.length = kept;
  }

  /** Strictly below the lows to its left, not above those to its right; usable from here on (A5). */
  #confirmPivot(bar: number): void {
    const { pivot_bars } = this.#rules;
    const middle = bar - pivot_bars;
    if (this.#series.contiguous <= 2 * pivot_bars) return;
    const price = this.#low(middle);
    for (let step = 1; step <= pivot_bars; step += 1) {
      if (!(price < this.#low(middle - step) && price <= this.#low(middle + step))) return;
    }
    this.#standing.push({ bar: middle, price });
  }

  #judgePending(bar: number, low: number): Reclaim | undefined {
    if (this.#pending.length === 0) return undefined;
    const close = this.#series.close(bar) * this.#way;
    const volume = this.#series.relativeVolume(bar);
    const waiting: Sweep[] = [];
    let best: Reclaim | undefined;
    for (const sweep of this.#pending) {
      sweep.lowest = Math.min(sweep.lowest, low);
      // An undefined relative volume fails its condition; the others of s..t still count (A13, A4).
      if (!(volume <= sweep.relativeVolume)) {
        sweep.relativeVolume = Number.isNaN(volume) ? sweep.relativeVolume : volume;
      }
      const reclaim = this.#judge(sweep, bar, close);
      best = preferred(best, reclaim);
      if (close <= sweep.level && bar - sweep.bar < this.#rules.reclaim_bars - 1)
        waiting.push(sweep);
    }
    this.#pending = waiting;
    return best;
  }

  /** Every condition is evaluated, so that a bar failing exactly one can be named. */
  #judge(sweep: Sweep, bar: number, close: number): Reclaim {
    const rules = this.#rules;
    const depth = (sweep.level - sweep.lowest) / sweep.atr;
    const open = this.#series.open(bar) * this.#way;
    const high = this.#series.high(bar);
    const low = this.#series.low(bar);
    const raw = closeLocation({ high, low, close: this.#series.close(bar) });
    const location = this.#way === 1 ? raw : 1 - raw;
    const missed: string[] = [];
    if (!(atLeast(depth, rules.depth_min) && atMost(depth, rules.depth_max))) missed.push('depth');
    if (!(close > sweep.level)) missed.push('close-above');
    if (!(close > open)) missed.push('bullish');
    if (!atLeast(location, rules.close_location_min)) missed.push('close-location');
    if (!atLeast(sweep.relativeVolume, rules.relative_volume_min)) missed.push('relative-volume');
    if (sweep.before > 1) missed.push('swept-before');
    return { sweep, closeLocation: location, missed };
  }
}

/** A set-up that holds beats one that misses; then fewer misses; then the lower level (A11). */
function preferred(best: Reclaim | undefined, next: Reclaim): Reclaim {
  if (best === undefined) return next;
  if (best.missed.length !== next.missed.length) {
    return next.missed.length < best.missed.length ? next : best;
  }
  return next.sweep.level < best.sweep.level ? next : best;
}

function dropBefore(bars: number[], oldest: number): number[] {
  return (bars[0] ?? oldest) < oldest ? bars.filter((bar) => bar >= oldest) : bars;
}
