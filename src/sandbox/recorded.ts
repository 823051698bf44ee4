// A market made of recorded candles: every pair's file on one timeline, the first thousand candles as
// history, the rest played live.
import type { Candle } from '../domain/candle.ts';
import { type Timeframe, timeframeMs } from '../domain/time.ts';
import { readCandles } from '../history/csv.ts';
import type { CandleSource } from './market.ts';

export interface CandleFile {
  readonly pair: string;
  readonly timeframe: Timeframe;
  readonly path: string;
}

/** Candles of history before the live market begins. */
const HISTORY_BARS = 1000;

/** Reads the files; all must have the same timeframe. Throws `HistoryFault` or `RangeError`. */
export async function recordedMarket(
  files: readonly CandleFile[],
  historyBars = HISTORY_BARS,
): Promise<CandleSource> {
  const [first] = files;
  if (first === undefined) throw new RangeError('expected at least one candle file, was none');
  const { timeframe } = first;
  const byPair = new Map<string, Map<number, Candle>>();
  let start = Number.NEGATIVE_INFINITY;
  let end = Number.POSITIVE_INFINITY;
  for (const { pair, timeframe: own, path } of files) {
    if (own !== timeframe) {
      throw new RangeError(
        `${path}: expected candles of ${timeframe} as in the first file, was ${own}`,
      );
    }
    const candles = await readCandles(path);
    byPair.set(pair, new Map(candles.map((candle) => [candle.openTime, candle])));
    // Where every file has begun, and none has ended.
    start = Math.max(start, candles[0]?.openTime ?? Number.POSITIVE_INFINITY);
    end = Math.min(end, candles.at(-1)?.openTime ?? Number.NEGATIVE_INFINITY);
  }
  if (!(start <= end)) throw new RangeError('expected candle files that overlap in time');
  const live = Math.min(end, start + historyBars * timeframeMs(timeframe));
  return {
    pairs: [...byPair.keys()],
    timeframe,
    start,
    live,
    candle: (pair, openTime) =>
      openTime < start || openTime > end ? undefined : byPair.get(pair)?.get(openTime),
  };
}
