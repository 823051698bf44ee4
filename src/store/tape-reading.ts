// The tape read back: everything in the order in which it came, or the candles of one stream, each once.
import { type Candle, type Stream, streamKey } from '../domain/candle.ts';
import type { Millis, Timeframe } from '../domain/time.ts';
import type { ClosedCandle, PriceUpdate } from '../ports.ts';
import { type Connection, openReadOnly } from './connection.ts';
import { StoreFault, storeFault } from './fault.ts';
import { expectPresent } from './location.ts';
import type { TapeRow, TapeSchema } from './tape-table.ts';

type TapeRecord =
  | { readonly kind: 'candle'; readonly closed: ClosedCandle }
  | { readonly kind: 'price'; readonly update: PriceUpdate };

export interface TapeReader {
  /** Candles of a stream with open times in [from, to], in order; of one recorded twice the last word. */
  candles(stream: Stream, from: Millis, to: Millis): readonly Candle[];
  /** Everything, in the order in which it was recorded. */
  records(): Generator<TapeRecord>;
  close(): void;
}

const PAGE_ROWS = 1000;

/** Opens the tape at `path` for reading, while it is written to or not. Throws `StoreFault`. */
export function openTapeReader(path: string): TapeReader {
  expectPresent(path);
  const connection = openReadOnly<TapeSchema>(path);
  return {
    candles: (stream, from, to) => candlesOf(connection, stream, from, to),
    *records() {
      for (let after = 0; ; ) {
        const page = pageAfter(connection, after);
        for (const row of page) yield recordOf(row);
        const last = page.at(-1)?.seq;
        if (last === undefined || page.length < PAGE_ROWS) return;
        after = last;
      }
    },
    close: () => connection.close(),
  };
}

function candlesOf(
  { query, all }: Connection<TapeSchema>,
  stream: Stream,
  from: Millis,
  to: Millis,
): readonly Candle[] {
  const rows = query
    .selectFrom('tape')
    .selectAll()
    .where('kind', '=', 'candle')
    .where('stream', '=', streamKey(stream))
    .where('at', '>=', from)
    .where('at', '<=', to);
  try {
    const found = all(rows.orderBy('at').orderBy('seq'));
    return found.filter((row, index) => found[index + 1]?.at !== row.at).map(candleOf);
  } catch (error) {
    throw storeFault(error, `expected candles of ${streamKey(stream)} on the tape`);
  }
}

function pageAfter({ query, all }: Connection<TapeSchema>, after: number) {
  try {
    const page = query.selectFrom('tape').selectAll().where('seq', '>', after);
    return all(page.orderBy('seq').limit(PAGE_ROWS));
  } catch (error) {
    throw storeFault(error, `expected to read the tape after row ${after}`);
  }
}

function candleOf({ at, open, high, low, close, volume }: TapeRow): Candle {
  if (open === null || high === null || low === null || volume === null) {
    throw new StoreFault(
      'corrupt',
      `expected a whole candle on the tape, was half of one at ${at}`,
    );
  }
  return { openTime: at, open, high, low, close, volume };
}

function recordOf(row: TapeRow): TapeRecord {
  const { kind, stream, at, close } = row;
  if (kind === 'price') return { kind, update: { pair: stream, price: close, at } };
  const split = stream.lastIndexOf('@');
  const timeframe = stream.slice(split + 1) as Timeframe;
  return {
    kind,
    closed: {
      stream: { pair: stream.slice(0, split), timeframe },
      candle: candleOf(row),
      backfilled: row.backfilled === 1,
    },
  };
}
