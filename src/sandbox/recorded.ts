// A market made of recorded candles: every pair's file on one timeline, the first thousand candles as
// history, the rest played live.
import { type Candle, candleDefect } from '../domain/candle.ts';
import { type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import { readCandles } from '../history/csv.ts';
import type { CandleSource } from './market.ts';

export interface CandleFile {
  readonly pair: string;
  readonly timeframe: Timeframe;
  readonly path: string;
}

/** Candles of history before the live market begins. */
const HISTORY_BARS = 1000;

/**
 * Reads the files; all must have the same timeframe. Where a file has no candle, its pair stands still.
 * Throws `HistoryFault` or `RangeError`.
 */
export async function recordedMarket(
  files: readonly CandleFile[],
  historyBars = HISTORY_BARS,
): Promise<CandleSource> {
  const [first] = files;
  if (first === undefined) throw new RangeError('expected at least one candle file, was none');
  const { timeframe } = first;
  const byPair = new Map<string, ReadonlyMap<Millis, Candle>>();
  let start = Number.NEGATIVE_INFINITY;
  let end = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (byPair.has(file.pair)) {
      throw new RangeError(`${file.path}: expected one file of ${file.pair}, was the second`);
    }
    const candles = await readFile(file, timeframe);
    byPair.set(file.pair, new Map(candles.map((candle) => [candle.openTime, candle])));
    // Where every file has begun, and none has ended.
    start = Math.max(start, candles[0]?.openTime ?? Number.POSITIVE_INFINITY);
    end = Math.min(end, candles.at(-1)?.openTime ?? Number.NEGATIVE_INFINITY);
  }
  if (!(start <= end)) throw new RangeError('expected candle files that overlap in time');
  const pairs = [...byPair.keys()];
  return {
    name: `recorded ${pairs.join(' ')} of ${timeframe} from ${new Date(start).toISOString()}`,
    pairs,
    timeframe,
    start,
    live: Math.min(end, start + historyBars * timeframeMs(timeframe)),
    end,
    candle: (pair, openTime) =>
      openTime < start || openTime > end ? undefined : byPair.get(pair)?.get(openTime),
  };
}

/** The candles of a file, all of them fit to be played. */
async function readFile(
  { timeframe: own, path }: CandleFile,
  timeframe: Timeframe,
): Promise<readonly Candle[]> {
  if (own !== timeframe) {
    throw new RangeError(
      `${path}: expected candles of ${timeframe} as in the first file, was ${own}`,
    );
  }
  const candles = await readCandles(path);
  for (const [index, candle] of candles.entries()) {
    const defect = candleDefect(candle, timeframe);
    // The header is line 1.
    if (defect !== undefined) throw new RangeError(`${path}:${index + 2}: ${defect}`);
  }
  return candles;
}
