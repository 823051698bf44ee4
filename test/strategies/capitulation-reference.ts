// A second reading of Capitulation Reversal, written from the rules alone and as plainly as they stand:
// every bar looks back for the climaxes it may confirm. A number such as A17 names a reading in
// STRATEGIES.md.
import type { Candle } from '../../src/domain/candle.ts';
import type { Found } from './reference.ts';
import {
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
} from './reference-bars.ts';

interface Bar {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

const barAt = (bars: Bars, bar: number): Bar => ({
  open: at(bars.open, bar),
  high: at(bars.high, bar),
  low: at(bars.low, bar),
  close: at(bars.close, bar),
  volume: at(bars.volume, bar),
});

/** Of a bar without range NaN, which is never a long wick. */
const lowerWick = ({ open, high, low, close }: Bar): number =>
  (Math.min(open, close) - low) / (high - low);

/** ATR of the bar before the climax: the one measure of a set-up (A1). */
const measure = (bars: Bars, climax: number): number => at(bars.atr, climax - 1);

/** The lowest RSI of three bars (A20). */
const lowestRsi = (bars: Bars, climax: number): number => lowestOf(bars.rsi, climax - 2, climax);

function isClimax(bars: Bars, c: number): boolean {
  const bar = barAt(bars, c);
  const a0 = measure(bars, c);
  const large =
    a0 > 0 &&
    atLeast(at(bars.trueRange, c) / a0, 2.5) &&
    atLeast(at(bars.relativeVolume, c), 3) &&
    atMost(lowestRsi(bars, c), 25);
  return (
    large &&
    atLeast((highestOf(bars.high, c - 24, c) - bar.low) / a0, 4) &&
    bar.low <= lowestOf(bars.low, c - 24, c - 1) &&
    (bar.close < bar.open || atLeast(lowerWick(bar), 0.45))
  );
}

/** The climax's place in its decline: climaxes at most 24 bars after one another are of one (A19). */
function place(bars: Bars, climax: number): number {
  const before = barsBetween(climax - 24, climax - 1).findLast((bar) => isClimax(bars, bar));
  return before === undefined ? 1 : place(bars, before) + 1;
}

/**
 * A decline is armed once and re-armed twice. That a re-arming climax makes a lower low needs no test
 * of its own: the climax before it is among the 24 bars whose lows it reaches or undercuts (A18).
 */
const arms = (bars: Bars, climax: number): boolean =>
  isClimax(bars, climax) && place(bars, climax) <= 3;

function meetsConditions(bars: Bars, c: number, t: number): boolean {
  const climax = barAt(bars, c);
  const bar = barAt(bars, t);
  const fallen = (climax.low - lowestOf(bars.low, c + 1, t)) / measure(bars, c);
  return (
    atMost(fallen, 0.1) &&
    bar.close > bar.open &&
    atLeast((bar.close - climax.low) / (climax.high - climax.low), 0.5) &&
    bar.volume < climax.volume &&
    // A climax, even one too late in its decline to arm, is no turn (A17); the older one waits on.
    !isClimax(bars, t)
  );
}

/**
 * The climax that t confirms: t is the first of its three bars to meet the conditions, after which it is
 * spent (A16). Each climax is judged by itself. Of several that t confirms the newest speaks, being what
 * the decline was last re-armed by; the older ones are spent at t as well.
 */
function confirmedAt(bars: Bars, t: number): number | undefined {
  return barsBetween(t - 3, t - 1).findLast(
    (c) =>
      arms(bars, c) && barsBetween(c + 1, t).find((bar) => meetsConditions(bars, c, bar)) === t,
  );
}

function confidenceOf(bars: Bars, c: number, t: number): number {
  const climax = barAt(bars, c);
  const recovered = (at(bars.close, t) - climax.low) / (climax.high - climax.low);
  return (
    0.3 * ramp(at(bars.relativeVolume, c), 3, 8) +
    0.25 * ramp(at(bars.trueRange, c) / measure(bars, c), 2.5, 5) +
    0.15 * ramp(lowerWick(climax), 0.3, 0.7) +
    0.15 * ramp(lowestRsi(bars, c), 25, 10) +
    0.15 * ramp(recovered, 0.5, 1)
  );
}

/**
 * The fall is the climax's own: from the 24-bar high at c down to L(c), so half of it is known at c and
 * does not move with a low after c. The average is that of the deciding bar.
 */
function targetOf(bars: Bars, c: number, t: number, risk: number): number {
  const entry = at(bars.close, t);
  const half = (highestOf(bars.high, c - 24, c) + at(bars.low, c)) / 2;
  const target = Math.min(half, at(bars.ema, t));
  return atLeast((target - entry) / risk, 1.5) ? target : entry + 2.5 * risk;
}

function judge(bars: Bars, t: number): Omit<Found, 'direction'> | undefined {
  const c = confirmedAt(bars, t);
  if (c === undefined) return undefined;
  const entry = at(bars.close, t);
  const stop = lowestOf(bars.low, c, t) - 0.5 * measure(bars, c);
  const target = targetOf(bars, c, t, entry - stop);
  const plan = { entry, stop, target, confidence: confidenceOf(bars, c, t) };
  const near = atMost((entry - stop) / measure(bars, c), 6);
  return { ...plan, trades: near && passesGates(plan, 0.5) };
}

/** What the rules find at bar t of `candles`, for every t from `from` on; nothing where they hold. */
export function capitulationReference(
  candles: readonly Candle[],
  from: number,
): Map<number, Found> {
  const up = barsOf(candles, 1);
  const down = barsOf(candles, -1);
  return readBoth(
    from,
    candles.length,
    (t) => judge(up, t),
    (t) => judge(down, t),
  );
}
