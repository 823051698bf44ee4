// How an answer of REST is read beside what the stream itself has told.
import { isSame, type RawKline } from './assembly.ts';
import type { History } from './backfill.ts';

/**
 * Whether nothing happened in a silence: REST, asked from the next candle on, knows of no close and of no
 * trading that was not `heard`.
 */
export function missesNothing({ closed, forming }: History, heard: RawKline | undefined): boolean {
  if (closed.length > 0) return false;
  if (forming === undefined || forming.volume === 0) return true;
  return heard !== undefined && isSame(heard.candle, forming);
}

/**
 * The answer without a candle at its end that the stream last told as being in the making. The venue's time
 * alone does not close it: events have been dated ahead of their time.
 */
export function withoutUnclosed(history: History, heard: RawKline | undefined): History {
  const last = history.closed.at(-1);
  const isUnclosed =
    heard?.closed === false &&
    history.forming === undefined &&
    last?.openTime === heard.candle.openTime;
  return isUnclosed ? { closed: history.closed.slice(0, -1), forming: last } : history;
}
