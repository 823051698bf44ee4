// Liquidity Sweep on candles small enough to check by hand; A-numbers are the readings of the rules.
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/domain/signal.ts';
import { decisions, departures } from './run.ts';
import { type Bar, MINUTE, pivotLow, START, sweepBar, tableau, upsideDown } from './tableau.ts';

/** The low is at bar 640, the sweep twenty bars later. */
const LOW = 640;
const SWEEP = 660;
const usual = { [LOW]: pivotLow, [SWEEP]: sweepBar };

const at = (bar: number, bars: Readonly<Record<number, Bar>>): Decision | undefined =>
  decisions(tableau(bar + 1, bars)).at(-1);
const missed = (bar: number, bars: Readonly<Record<number, Bar>>): readonly string[] => {
  const decision = at(bar, bars);
  return decision?.kind === 'hold' ? decision.missed : [`was ${decision?.kind}`];
};

describe('a sweep by the book', () => {
  test('buys with the stop, target and confidence of the rules', () => {
    const decision = at(SWEEP, usual);
    if (decision?.kind !== 'setup') throw new Error(`expected a set-up, was ${decision?.kind}`);
    const { setup } = decision;
    expect(setup).toMatchObject({ direction: 'BUY', entry: 101, level: 98.5, barsMax: 30 });
    // Lowest low 97.5 − .25 × ATR 2; no old high above, so twice the risk of 4.
    expect(setup.stop).toBeCloseTo(97, 9);
    expect(setup.target).toBeCloseTo(109, 9);
    expect(setup.components).toMatchObject({ volume: 0.25, close: 0.25, speed: 0.15 });
    expect(setup.components['level']).toBeCloseTo(0.2 * 0.5 * 0.2, 9);
    expect(setup.components['depth']).toBeCloseTo(0.15, 9);
    expect(setup.confidence).toBeCloseTo(0.82, 9);
  });

  test('sells the same market upside down (A29)', () => {
    const [decision] = decisions(upsideDown(tableau(SWEEP + 1, usual))).slice(-1);
    if (decision?.kind !== 'setup') throw new Error(`expected a set-up, was ${decision?.kind}`);
    expect(decision.setup).toMatchObject({ direction: 'SELL', entry: 99, level: 101.5 });
    expect(decision.setup.stop).toBeCloseTo(103, 9);
    expect(decision.setup.target).toBeCloseTo(91, 9);
    expect(decision.setup.confidence).toBeCloseTo(0.82, 9);
  });

  test('holds everywhere else, with one shared answer', () => {
    const all = decisions(tableau(SWEEP + 60, usual)).slice(600);
    const others = all.filter((decision) => decision.kind !== 'setup');
    expect(others).toHaveLength(all.length - 1);
    expect(new Set(others).size).toBe(1);
  });
});

describe('each condition, failing alone, is the nearest miss', () => {
  test.each<[string, Readonly<Record<number, Bar>>]>([
    ['close-above', { [SWEEP]: { ...sweepBar, open: 98, high: 98.5, close: 98.5 } }],
    ['bullish', { [SWEEP]: { ...sweepBar, open: 101 } }],
    ['close-location', { [SWEEP]: { ...sweepBar, high: 106 } }],
    ['relative-volume', { [SWEEP]: { ...sweepBar, volume: 14.9 } }],
    ['depth', { [SWEEP]: { ...sweepBar, low: 98.31 } }],
    ['depth', { [SWEEP]: { ...sweepBar, low: 95.4 } }],
  ])('%s', (name, change) => {
    expect(missed(SWEEP, { ...usual, ...change })).toEqual([name]);
  });

  test('swept-before: a third sweep inside 48 bars (A12)', () => {
    // A sweep that goes nowhere counts as well; so does each that fired.
    const bars: Record<number, Bar> = {};
    for (const [low, sweep] of [
      [600, 612],
      [620, 632],
      [640, 652],
    ] as const) {
      bars[low] = pivotLow;
      bars[sweep] = { ...sweepBar, low: 98.2 };
    }
    // Lows of the sweeps themselves are pivots at 98.2, and equal is not a sweep (A9).
    expect(missed(652, bars)).toEqual(['swept-before']);
    const { 612: first, ...two } = bars;
    expect(first).toBeDefined();
    expect(at(652, two)?.kind).toBe('setup');
  });
});

describe('levels', () => {
  test('a lower level that still stands does not hide the one that was run', () => {
    const bars = { ...usual, 620: { ...pivotLow, low: 96, high: 98, open: 97, close: 97 } };
    const decision = at(SWEEP, bars);
    expect(decision).toMatchObject({ kind: 'setup', setup: { level: 98.5 } });
  });

  test.each([
    [9, 'hold'],
    [10, 'setup'],
    [100, 'setup'],
    [101, 'hold'],
  ])('a low %i bars old is a %s (A8)', (age, kind) => {
    const low = 800 - age;
    expect(at(800, { [low]: pivotLow, 800: sweepBar })?.kind).toBe(kind);
  });

  test('lows within a tenth of an ATR of the lowest are one level of many (A7)', () => {
    // .19 above the lowest is inside .10 × 2; .38 is not, although it is .19 above a member.
    // The lowest comes first: a later one below would have swept it (A9).
    const bars = {
      [SWEEP - 40]: pivotLow,
      [SWEEP - 30]: { ...pivotLow, low: 98.69 },
      [SWEEP - 20]: { ...pivotLow, low: 98.88 },
    };
    const decision = at(SWEEP, { ...bars, [SWEEP]: sweepBar });
    if (decision?.kind !== 'setup') throw new Error(`expected a set-up, was ${decision?.kind}`);
    expect(decision.setup.level).toBe(98.5);
    expect(decision.setup.components['level']).toBeCloseTo(0.2 * (0.5 * 0.5 + 0.5 * 0.6), 9);
  });

  test('a low that was touched is unswept, one that was undercut is gone (A9)', () => {
    const touched = { ...usual, 650: { low: 98.5 } };
    expect(at(SWEEP, touched)?.kind).toBe('setup');
    // The low of bar 650 is only a pivot of ten bars by then, so it is the level.
    const undercut = { ...usual, 650: { low: 98.4 } };
    expect(at(SWEEP, undercut)).toMatchObject({ setup: { level: 98.4 } });
    expect(at(SWEEP, { ...usual, 651: { low: 98.4 } })?.kind).toBe('hold');
  });

  test('a target is the nearest old high from 1.5 R on, else 2 R, never beyond 3 R (A14)', () => {
    const target = (high: number): number => {
      const decision = at(SWEEP, { ...usual, 630: { high, low: 99.5 } });
      return decision?.kind === 'setup' ? decision.setup.target : Number.NaN;
    };
    const risk = 101 - (97.5 - 0.25 * 2);
    expect(target(103)).toBeCloseTo(101 + 2 * risk, 0);
    expect(target(109.5)).toBe(109.5);
    expect(target(150)).not.toBe(150);
  });
});

describe('the reclaim', () => {
  const dive: Bar = { open: 99, high: 99.2, low: 97.5, close: 98, volume: 40 };
  const back: Bar = { open: 98, high: 101, low: 97.9, close: 101 };

  test.each([
    [1, 0.09],
    [2, 0.045],
  ])('may come %i bars after the break, with less confidence', (delay, speed) => {
    const bars: Record<number, Bar> = { [LOW]: pivotLow, [SWEEP]: dive, [SWEEP + delay]: back };
    if (delay === 2) bars[SWEEP + 1] = { ...back, high: 98.3, close: 98.2 };
    const decision = at(SWEEP + delay, bars);
    expect(decision).toMatchObject({ kind: 'setup', setup: { level: 98.5 } });
    if (decision?.kind === 'setup')
      expect(decision.setup.components['speed']).toBeCloseTo(speed, 9);
  });

  test('comes too late after three bars', () => {
    const below: Bar = { ...back, high: 98.3, close: 98.2 };
    const bars = { [LOW]: pivotLow, [SWEEP]: dive, [SWEEP + 1]: below, [SWEEP + 2]: below };
    expect(missed(SWEEP + 3, { ...bars, [SWEEP + 3]: back })).toEqual([]);
  });

  test('is spent by the first close above, bullish or not (A16)', () => {
    const bearish: Bar = { open: 101, high: 101, low: 97.5, close: 100.5, volume: 40 };
    const bars = { [LOW]: pivotLow, [SWEEP]: bearish, [SWEEP + 1]: { ...back, open: 100.4 } };
    expect(missed(SWEEP, bars)).toEqual(['bullish']);
    expect(missed(SWEEP + 1, bars)).toEqual([]);
  });

  test('without any volume before has no relative volume, and fails that condition (A4)', () => {
    const bars: Record<number, Bar> = { ...usual };
    for (let bar = SWEEP - 20; bar < SWEEP; bar += 1) bars[bar] = { ...bars[bar], volume: 0 };
    expect(missed(SWEEP, bars)).toEqual(['relative-volume']);
  });
});

describe('while it holds a position', () => {
  const held = { level: 98.5, stop: 97, entryBar: START + 700 * MINUTE };
  const below: Bar = { open: 98, high: 98.4, low: 97.6, close: 98 };
  const run = (bars: Readonly<Record<number, Bar>>, length: number) =>
    departures(tableau(length, bars), held);

  test('two closes below the level invalidate, the entry bar counting as the first (A30)', () => {
    const after = run({ 700: below, 701: below }, 702);
    expect(after[700]).toBeUndefined();
    expect(after[701]).toBe('invalidation');
  });

  test('a close before entry does not count, nor do two that are apart', () => {
    const after = run({ 699: below, 700: below, 702: below }, 704).slice(700);
    expect(after).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('a sweep of highs is the opposite', () => {
    const mirror = upsideDown(tableau(721, { 700: pivotLow, 720: sweepBar }));
    expect(departures(mirror, held).at(-1)).toBe('opposite');
  });
});
