// A second reading of Failed Breakdown, written from the rules alone and as plainly as they stand: every
// bar looks back for the breaks it may reclaim. A number such as A16 names a reading in STRATEGIES.md.
import type { Candle } from '../../src/domain/candle.ts';
import type { Found } from './reference.ts';
import {
  above,
  at,
  atLeast,
  atMost,
  type Bars,
  barsBetween,
  barsOf,
  highestOf,
  lowestOf,
  passesGates,
  ramp,
  readBoth,
  tri,
} from './reference-bars.ts';

/** The range of the 60 bars before a bar that broke it; `a` measures the whole set-up (A1). */
interface Break {
  readonly s: number;
  readonly a: number;
  readonly support: number;
  readonly resistance: number;
  readonly touches: number;
  readonly relativeVolume: number;
}

/** Lows close to the support, from the left, each at least five bars after the one before (A22). */
function touchesOf(bars: Bars, s: number, support: number, a: number): number {
  let touches = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const bar of barsBetween(s - 60, s - 1)) {
    if (bar - last < 5 || !atMost((at(bars.low, bar) - support) / a, 0.5)) continue;
    touches += 1;
    last = bar;
  }
  return touches;
}

/** The break at s, if s is one of a range that is good enough. */
function breakAt(bars: Bars, s: number): Break | undefined {
  const a = at(bars.atr, s - 1);
  const support = lowestOf(bars.low, s - 60, s - 1);
  const isBelow = (bar: number): boolean => above((support - at(bars.close, bar)) / a, 0.1);
  if (!(a > 0 && isBelow(s)) || barsBetween(s - 60, s - 1).some(isBelow)) return undefined;
  const resistance = highestOf(bars.high, s - 60, s - 1);
  const width = (resistance - support) / a;
  const touches = touchesOf(bars, s, support, a);
  const relativeVolume = at(bars.relativeVolume, s);
  // An undefined relative volume is not at most 2.5, and so rejects (A37).
  const holds =
    atLeast(width, 4) && atMost(width, 20) && touches >= 2 && atMost(relativeVolume, 2.5);
  return holds ? { s, a, support, resistance, touches, relativeVolume } : undefined;
}

/** How far price went below the support until t, as a price. */
const depthOf = (bars: Bars, { s, support }: Break, t: number): number =>
  support - lowestOf(bars.low, s, t);

/** The depth belongs to the conditions: a bar that reclaims too shallow a break does not spend it. */
function reclaims(bars: Bars, broken: Break, t: number): boolean {
  const { a, support } = broken;
  const close = at(bars.close, t);
  const regained = (close - support) / a;
  const depth = depthOf(bars, broken, t);
  return (
    above(regained, 0.1) &&
    atMost(regained, 1.5) &&
    close > at(bars.open, t) &&
    atLeast(at(bars.relativeVolume, t), 1.2) &&
    atLeast(depth / a, 0.25) &&
    atMost(depth / a, 2.5) &&
    atMost(depth / Math.abs(support), 0.05)
  );
}

/**
 * The break that t reclaims: t is the first of its five bars to meet the conditions, after which it is
 * spent (A16). Of several the earliest (A11); the later ones are spent at t as well.
 */
function reclaimedAt(bars: Bars, t: number): Break | undefined {
  return barsBetween(t - 5, t - 1)
    .flatMap((s) => breakAt(bars, s) ?? [])
    .find(
      (broken) => barsBetween(broken.s + 1, t).find((bar) => reclaims(bars, broken, bar)) === t,
    );
}

function confidenceOf(bars: Bars, broken: Break, t: number): number {
  return (
    0.25 * ramp(broken.relativeVolume, 1.5, 0.5) +
    0.2 * tri(depthOf(bars, broken, t) / broken.a, 0.25, 0.75, 2.5) +
    0.25 * at([1, 0.8, 0.6, 0.4, 0.2], t - broken.s - 1) +
    0.15 * ramp(at(bars.relativeVolume, t), 1.2, 3) +
    0.15 * ramp(broken.touches, 2, 5)
  );
}

function judge(bars: Bars, t: number): Omit<Found, 'direction'> | undefined {
  const broken = reclaimedAt(bars, t);
  if (broken === undefined) return undefined;
  const { s, a, resistance } = broken;
  const entry = at(bars.close, t);
  const stop = lowestOf(bars.low, s, t) - 0.25 * a;
  const target = Math.min(resistance - 0.1 * a, entry + 3 * (entry - stop));
  const plan = { entry, stop, target, confidence: confidenceOf(bars, broken, t) };
  return { ...plan, trades: passesGates(plan, 0.4) };
}

/** What the rules find at bar t of `candles`, for every t from `from` on; nothing where they hold. */
export function breakdownReference(candles: readonly Candle[], from: number): Map<number, Found> {
  const up = barsOf(candles, 1);
  const down = barsOf(candles, -1);
  return readBoth(
    from,
    candles.length,
    (t) => judge(up, t),
    (t) => judge(down, t),
  );
}
