// A configuration that failed: what it was working on, as text small enough to keep and to read, and how many
// failures are too many. Whoever reads it later has nothing else to find the bug by.
import type { Millis } from './time.ts';

/** What a configuration was working on when it failed. */
export interface Poison {
  readonly what: 'candle' | 'history' | 'event' | 'price' | 'moment' | 'order';
  /** JSON, cut off where it is long. */
  readonly text: string;
}

const textMax = 1000;
const wordsMax = 300;

export function poisonOf(what: Poison['what'], value: unknown): Poison {
  return { what, text: textOf(value).slice(0, textMax) };
}

/** Anything thrown, in words. */
export const wordsOf = (error: unknown): string => String(error).slice(0, wordsMax);

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    return `not to be written down: ${String(error)}`;
  }
}

/** So many failures within the window end the patience. */
const FAULTS_MAX = 3;
const windowMs: Millis = 10 * 60_000;
const firstWaitMs: Millis = 1000;

/**
 * The failures that count at `at`, which is one of them, oldest first. The window is ten minutes, and as many
 * candles as failures are allowed: one that fails at every candle of an hour has failed in a row.
 */
export function countedFaults(
  before: readonly Millis[],
  at: Millis,
  candleMs: Millis,
): readonly Millis[] {
  const span = Math.max(windowMs, FAULTS_MAX * candleMs);
  return [...before.filter((time) => !(at - time > span)), at].slice(-FAULTS_MAX);
}

export const isRepeated = (faults: readonly Millis[]): boolean => faults.length >= FAULTS_MAX;

/** How long the next start of a configuration waits after its `count`th failure: 1 s, 2 s, 4 s … */
export const waitAfter = (count: number): Millis => firstWaitMs * 2 ** (count - 1);
