// The tape's one table: a row is a closed candle of a stream or a price of a pair, in order of arrival.
import { streamKey } from '../domain/candle.ts';
import type { Millis } from '../domain/time.ts';
import type { ClosedCandle, PriceUpdate } from '../ports.ts';

export type TapeRow = {
  kind: 'candle' | 'price';
  /** `BTC/USDT@1m` of a candle, the pair of a price. */
  stream: string;
  /** Open time of a candle, event time of a price. */
  at: Millis;
  /** Wall time of the recording: what a row's age is counted from. */
  recorded_at: Millis;
  backfilled: 0 | 1;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number;
  volume: number | null;
};

export interface TapeSchema {
  tape: TapeRow & { seq?: number };
}

export const TAPE_TABLES = `
CREATE TABLE IF NOT EXISTS tape (
  seq INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('candle', 'price')),
  stream TEXT NOT NULL,
  at INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  backfilled INTEGER NOT NULL,
  open REAL,
  high REAL,
  low REAL,
  close REAL NOT NULL,
  volume REAL
) STRICT;
CREATE INDEX IF NOT EXISTS tape_candle ON tape (stream, at, seq) WHERE kind = 'candle';`;

export const candleRow = (
  { stream, candle, backfilled }: ClosedCandle,
  recordedAt: Millis,
): TapeRow => ({
  kind: 'candle',
  stream: streamKey(stream),
  at: candle.openTime,
  recorded_at: recordedAt,
  backfilled: backfilled ? 1 : 0,
  open: candle.open,
  high: candle.high,
  low: candle.low,
  close: candle.close,
  volume: candle.volume,
});

export const priceRow = ({ pair, price, at }: PriceUpdate, recordedAt: Millis): TapeRow => ({
  kind: 'price',
  stream: pair,
  at,
  recorded_at: recordedAt,
  backfilled: 0,
  open: null,
  high: null,
  low: null,
  close: price,
  volume: null,
});
