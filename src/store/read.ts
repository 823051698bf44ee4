// The read-only door to a store: for the command line and the view, while an engine writes or not.
// Whoever holds it cannot change a row, whatever it asks for.
import type { Boot } from '../domain/boot.ts';
import type { Configuration } from '../domain/configuration.ts';
import type { Entry } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Checkpoint } from '../ports.ts';
import {
  activeTrades,
  configurations,
  type Live,
  orders,
  trades,
  type Whose,
} from './book-reading.ts';
import { boots } from './boot-reading.ts';
import { careerOf, type KeptCareer, type StageEntry, stageEntries } from './career-reading.ts';
import { latestCheckpoint } from './checkpoint.ts';
import { type Connection, openReadOnly } from './connection.ts';
import { contextRows } from './context.ts';
import { equitySeries, latestDay, latestEquity } from './equity-reading.ts';
import {
  type FailureEntry,
  failuresOf,
  type QuarantineEntry,
  quarantined,
} from './failing-reading.ts';
import { storeFault } from './fault.ts';
import { expectPresent, locate } from './location.ts';
import { expectVersion } from './migration.ts';
import { lastSeqOf, pageOf } from './page.ts';
import type { ActiveTradeRow, DayRow, EquityRow, OrderRow, Schema, TradeRow } from './schema.ts';
import { entriesAbout, type SignalEntry, signals } from './signal-reading.ts';
import { type TradingWord, tradingWord } from './trading-reading.ts';

export type { FailureEntry, KeptCareer, QuarantineEntry, StageEntry, TradeRow, TradingWord };

export interface Reader {
  /** `user_id`, `venue` and `mode` (`paper` or `live`) of the store. */
  context(): Promise<ReadonlyMap<string, string>>;
  /** Open positions by configuration id. */
  positions(): Promise<readonly ActiveTradeRow[]>;
  /** Finished round trips, newest first. */
  trades(whose: Whose, rowsMax: number): Promise<readonly TradeRow[]>;
  /**
   * A configuration's evidence; undefined where none was opened. `before`: how many of its trades from before
   * its stage are wanted.
   */
  career(configId: string, before: number): Promise<KeptCareer | undefined>;
  /** How a configuration came to its stage, newest first. */
  stages(configId: string, rowsMax: number): Promise<readonly StageEntry[]>;
  /** The failures of one configuration, newest first. */
  failures(configId: string, rowsMax: number): Promise<readonly FailureEntry[]>;
  /** What put each quarantined configuration there; it is about the version in the entry. */
  quarantined(): Promise<ReadonlyMap<string, QuarantineEntry>>;
  /** Orders, newest first; `live` only those that have not ended. */
  orders(which: Live, rowsMax: number): Promise<readonly OrderRow[]>;
  /** Configurations in the order in which capital is offered to them (DOMAIN §8). */
  configurations(which: 'active' | 'all'): Promise<readonly Configuration[]>;
  /** At most `rowsMax` journal entries with seq ≥ `from`, in order. */
  journal(from: number, rowsMax: number): Promise<readonly Entry[]>;
  /** Place of the last entry; 0 in an empty journal. */
  lastSeq(): Promise<number>;
  /** Signals with their waterfalls, approved and refused, newest first. */
  signals(rowsMax: number): Promise<readonly SignalEntry[]>;
  /** What was recorded about a configuration, order or signal and because of it, in order. */
  about(key: string, rowsMax: number): Promise<readonly Entry[]>;
  /** The last mark of the book; undefined before the first. */
  equity(): Promise<EquityRow | undefined>;
  /** Marks since a market time, evenly thinned to about `pointsMax`, the last one always in. */
  equitySince(since: Millis, pointsMax: number): Promise<readonly EquityRow[]>;
  /** The running UTC day of the book; undefined before the first. */
  day(): Promise<DayRow | undefined>;
  /** The last word on trading: halted, flattened or resumed; undefined before the first. */
  tradingWord(): Promise<TradingWord | undefined>;
  /** The last starts and orderly ends of engines, newest first. */
  boots(rowsMax: number): Promise<readonly Boot[]>;
  /** The newest saved state of the book, of those before entry `before`; undefined where there is none. */
  checkpoint(before?: number): Promise<Checkpoint | undefined>;
  close(): Promise<void>;
}

/** Opens the store at `sqlite:PATH` for reading. Throws `StoreFault`. */
export function openReader(url: string): Reader {
  const location = locate(url);
  expectPresent(location.database);
  const connection = openReadOnly<Schema>(location.database);
  try {
    expectVersion(connection);
  } catch (error) {
    connection.close();
    throw storeFault(error, `expected a store at ${location.database}`);
  }
  return readerOf(connection);
}

function readerOf(connection: Connection<Schema>): Reader {
  const read = async <Result>(
    work: (connection: Connection<Schema>) => Result,
  ): Promise<Result> => {
    try {
      return work(connection);
    } catch (error) {
      throw storeFault(error, 'expected to read the store');
    }
  };
  return {
    context: () => read(contextRows),
    checkpoint: (before) => read((from) => latestCheckpoint(from, before)),
    tradingWord: () => read(tradingWord),
    boots: (rowsMax) => read((from) => boots(from, rowsMax)),
    positions: () => read(activeTrades),
    trades: (whose, rowsMax) => read((from) => trades(from, whose, rowsMax)),
    career: (configId, before) => read((from) => careerOf(from, configId, before)),
    stages: (configId, rowsMax) => read((from) => stageEntries(from, configId, rowsMax)),
    failures: (configId, rowsMax) => read((from) => failuresOf(from, configId, rowsMax)),
    quarantined: () => read(quarantined),
    orders: (which, rowsMax) => read((from) => orders(from, which, rowsMax)),
    configurations: (which) => read((from) => configurations(from, which)),
    journal: (from, rowsMax) => read((store) => pageOf(store, from, rowsMax)),
    lastSeq: () => read(lastSeqOf),
    signals: (rowsMax) => read((from) => signals(from, rowsMax)),
    about: (key, rowsMax) => read((from) => entriesAbout(from, key, rowsMax)),
    equity: () => read(latestEquity),
    equitySince: (since, pointsMax) => read((from) => equitySeries(from, since, pointsMax)),
    day: () => read(latestDay),
    async close() {
      connection.close();
    },
  };
}
