// How often the process started lately without having ended in order: one that crashes again and again must
// not try its luck with money each time.
import type { Millis } from './time.ts';

/** A start or an orderly end; the machine's time, where it was written down. */
export interface Boot {
  readonly started: boolean;
  readonly wall: Millis | undefined;
}

/** More starts than this within the window, none of which ended in order, are a crash loop. */
const STARTS_MAX = 5;
const windowMs: Millis = 10 * 60_000;

/** Starts and ends that need be known. */
export const BOOTS_KEPT = STARTS_MAX + 1;

/** Starts in a row within ten minutes without an orderly end, the one at `now` included; `boots` newest first. */
export function startsInRow(boots: readonly Boot[], now: Millis): number {
  let count = 1;
  for (const { started, wall } of boots) {
    if (!started || wall === undefined || Math.abs(now - wall) > windowMs) break;
    count += 1;
  }
  return count;
}

export const isCrashLoop = (starts: number): boolean => starts > STARTS_MAX;
