// Recorded candles of one pair, at their own timeframe and at coarser ones made of them.
import { type Candle, candleDefect, type Stream } from '../domain/candle.ts';
import { type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import { HistoryFault, readCandles } from '../history/csv.ts';
import { Assembly } from './assembly.ts';

export interface RecordedFile {
  readonly pair: string;
  readonly timeframe: Timeframe;
  /** A `.csv` or `.csv.gz` file. */
  readonly path: string;
}

export interface Recording {
  readonly pair: string;
  readonly timeframe: Timeframe;
  /** As recorded, by open time, oldest first. */
  readonly candles: ReadonlyMap<Millis, Candle>;
  /** Whether candles of `timeframe` can be made of the recorded ones. */
  makes(timeframe: Timeframe): boolean;
  /** All closed candles of a timeframe, without holes: an interval without a record is flat. */
  of(timeframe: Timeframe): readonly Candle[];
}

/** Reads a file. Throws `HistoryFault`, for an unsound candle too. */
export async function readRecording({ pair, timeframe, path }: RecordedFile): Promise<Recording> {
  const candles = await readCandles(path);
  for (const [index, candle] of candles.entries()) {
    const defect = candleDefect(candle, timeframe);
    // The header is line 1.
    if (defect !== undefined) throw new HistoryFault(`${path}:${index + 2}: ${defect}`);
  }
  const lengthMs = timeframeMs(timeframe);
  return {
    pair,
    timeframe,
    candles: new Map(candles.map((candle) => [candle.openTime, candle])),
    makes: (wanted) => timeframeMs(wanted) % lengthMs === 0,
    of: (wanted) => whole({ pair, timeframe: wanted }, coarser(candles, lengthMs, wanted)),
  };
}

function coarser(candles: readonly Candle[], lengthMs: Millis, timeframe: Timeframe): Candle[] {
  const length = timeframeMs(timeframe);
  const end = (candles.at(-1)?.openTime ?? 0) + lengthMs;
  const made: Candle[] = [];
  for (const part of candles) {
    const openTime = Math.floor(part.openTime / length) * length;
    const last = made.at(-1);
    if (last?.openTime === openTime) made[made.length - 1] = joined(last, part);
    else made.push({ ...part, openTime });
  }
  return made.filter(({ openTime }) => openTime + length <= end);
}

const joined = (whole: Candle, part: Candle): Candle => ({
  openTime: whole.openTime,
  open: whole.open,
  high: Math.max(whole.high, part.high),
  low: Math.min(whole.low, part.low),
  close: part.close,
  // Eight decimals, as exchanges tell them: sums of floats carry dust.
  volume: Math.round((whole.volume + part.volume) * 1e8) / 1e8,
});

/** The same way live candles go, so that holes become what they become live. */
function whole(stream: Stream, candles: readonly Candle[]): Candle[] {
  return new Assembly(stream)
    .fill(candles)
    .flatMap((item) => (item.type === 'released' ? [item.candle] : []));
}
