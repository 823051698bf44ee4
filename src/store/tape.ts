// The tape: candles and prices as they came, apart from the journal, for replay. It is written in
// batches, forgets its oldest rows, and never stands in the way of whoever records on it.
import { DAY, type Millis } from '../domain/time.ts';
import type { Tape } from '../ports.ts';
import { type Connection, openWriter } from './connection.ts';
import { type StoreFault, storeFault } from './fault.ts';
import { candleRow, priceRow, TAPE_TABLES, type TapeRow, type TapeSchema } from './tape-table.ts';

export interface TapeLimits {
  readonly batchMs: Millis;
  /** Rows that wait for a batch; more than that are dropped, and counted. */
  readonly waitingRowsMax: number;
  readonly rowsMax: number;
  /** Wall time after which a row is forgotten. */
  readonly ageMsMax: Millis;
}

export const TAPE_LIMITS: TapeLimits = {
  batchMs: 1000,
  waitingRowsMax: 50_000,
  rowsMax: 5_000_000,
  ageMsMax: 7 * DAY,
};

/** Rows that are written, and at most forgotten, in one turn of the event loop: some milliseconds. */
const TURN_ROWS_MAX = 250;

export interface StoredTape extends Tape {
  /** Rows that were not recorded because the tape could not be written in time. */
  readonly dropped: number;
  /** Writes what waits, now. */
  flush(): void;
}

/**
 * Opens or makes the tape at `path`; `wall` is the machine's clock. Throws `StoreFault`; what fails
 * later goes to `onFault`, and the rows wait for the next batch.
 */
export function openTape(
  path: string,
  limits: TapeLimits,
  wall: () => Millis,
  onFault: (fault: StoreFault) => void,
): StoredTape {
  const connection = openWriter<TapeSchema>(path, false);
  connection.execute(TAPE_TABLES);
  const waiting: TapeRow[] = [];
  let dropped = 0;
  let turn: NodeJS.Immediate | undefined;
  let isClosed = false;

  function note(row: TapeRow): void {
    if (!isClosed && waiting.length < limits.waitingRowsMax && isRecordable(row)) waiting.push(row);
    else dropped += 1;
  }

  /** Writes the oldest waiting rows; false when that failed. */
  function write(rowsMax: number): boolean {
    const batch = waiting.slice(0, rowsMax);
    try {
      connection.transaction(() => {
        for (const row of batch) connection.run(connection.query.insertInto('tape').values(row));
        forget(connection, limits, wall());
      });
      waiting.splice(0, batch.length);
      return true;
    } catch (error) {
      onFault(storeFault(error, 'expected to write the tape'));
      return false;
    }
  }

  function writeInTurns(): void {
    turn = undefined;
    if (waiting.length === 0 || !write(TURN_ROWS_MAX)) return;
    turn = setImmediate(writeInTurns);
  }

  const timer = setInterval(() => {
    if (turn === undefined) writeInTurns();
  }, limits.batchMs);
  timer.unref();
  return {
    candle: (closed) => note(candleRow(closed, wall())),
    price: (update) => note(priceRow(update, wall())),
    flush: () => void write(waiting.length),
    get dropped() {
      return dropped;
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(timer);
      clearImmediate(turn);
      if (!write(waiting.length)) dropped += waiting.length;
      waiting.length = 0;
      connection.close();
    },
  };
}

/** A row that the table would refuse must not hold up those behind it. */
const isRecordable = ({ at, open, high, low, close, volume }: TapeRow): boolean =>
  Number.isSafeInteger(at) &&
  [open ?? 0, high ?? 0, low ?? 0, close, volume ?? 0].every(Number.isFinite);

/** Deletes the oldest rows beyond the limits, no more of them than one turn allows. */
function forget(connection: Connection<TapeSchema>, limits: TapeLimits, now: Millis): void {
  const { query } = connection;
  // Two questions: SQLite looks up one end of a table, and scans the table for both at once.
  const ends = query.selectFrom('tape').select('seq').limit(1);
  const first = connection.all(ends.orderBy('seq'))[0]?.seq ?? 0;
  const last = connection.all(ends.orderBy('seq', 'desc'))[0]?.seq ?? 0;
  const surplus = last - first + 1 - limits.rowsMax;
  const oldest = query
    .selectFrom('tape')
    .select('seq')
    .where('seq', '<', first + TURN_ROWS_MAX)
    .where(({ eb, or }) =>
      or([eb('seq', '<', first + surplus), eb('recorded_at', '<', now - limits.ageMsMax)]),
    );
  connection.run(query.deleteFrom('tape').where('seq', 'in', oldest));
}
