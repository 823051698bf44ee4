// The whole store of one engine: lock first, then the journal with its tables, then the tape beside it.
import { statfsSync } from 'node:fs';
import type { Millis } from '../domain/time.ts';
import type { Tape } from '../ports.ts';
import { backup } from './backup.ts';
import { type Connection, openWriter } from './connection.ts';
import { claim, type StoreContext } from './context.ts';
import { type StoreFault, storeFault } from './fault.ts';
import {
  createJournal,
  JOURNAL_LIMITS,
  type JournalLimits,
  type StoredJournal,
} from './journal.ts';
import { type Location, locate, makeDirectory } from './location.ts';
import { takeLock } from './lock.ts';
import { migrate } from './migration.ts';
import { openReader, type Reader } from './read.ts';
import { rebuildProjections } from './rebuild.ts';
import type { Schema } from './schema.ts';
import { openTape, TAPE_LIMITS, type TapeLimits } from './tape.ts';

export interface StoreOptions extends StoreContext {
  /** `sqlite:PATH`; lock and tape stand in the same directory. */
  readonly url: string;
  readonly journal?: Partial<JournalLimits>;
  readonly tape?: Partial<TapeLimits>;
  /** The machine's clock, for the age of the tape's rows. */
  readonly wall?: () => Millis;
  /** Told when the tape cannot be written; the journal tells by rejecting. */
  readonly onTapeFault?: (fault: StoreFault) => void;
}

export interface Store {
  readonly journal: StoredJournal;
  readonly tape: Tape;
  /** A door of its own to the same tables. */
  readonly read: Reader;
  /** Makes the tables anew of the journal. Throws `StoreFault`. */
  rebuildProjections(): void;
  /** Writes a checked copy of the database to a file that must not exist. Throws `StoreFault`. */
  backup(target: string): void;
  /** Bytes free on the store's disk. */
  freeBytes(): number;
  /** Finishes what waits, folds the write-ahead log into the file and lets go of the lock. */
  close(): Promise<void>;
}

/** Opens or makes the store of one engine. Throws `StoreFault`, and holds nothing then. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const location = locate(options.url);
  makeDirectory(location);
  const opened: (() => void)[] = [];
  try {
    const lock = takeLock(location.lock);
    opened.push(() => lock.release());
    const connection = openWriter<Schema>(location.database, true);
    opened.push(() => connection.close());
    migrate(connection);
    claim(connection, options);
    const read = openReader(options.url);
    const tape = openTape(
      location.tape,
      { ...TAPE_LIMITS, ...options.tape },
      options.wall ?? Date.now,
      options.onTapeFault ?? (() => undefined),
    );
    return storeOf(location, connection, { read, tape, options }, () => lock.release());
  } catch (error) {
    for (const undo of opened.reverse()) undo();
    throw storeFault(error, `expected a store at ${location.database}`);
  }
}

function storeOf(
  { directory }: Location,
  connection: Connection<Schema>,
  { read, tape, options }: { read: Reader; tape: Tape; options: StoreOptions },
  unlock: () => void,
): Store {
  const { url, userId, venue, isPaper } = options;
  const context: StoreContext = { userId, venue, isPaper };
  const limits = { ...JOURNAL_LIMITS, ...options.journal };
  const journal = createJournal(connection, context, limits);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await journal.close();
    await tape.close();
    await read.close();
    try {
      connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      connection.close();
      unlock();
    }
  };
  return {
    journal,
    tape,
    read,
    rebuildProjections: () => rebuildProjections(connection, context, limits.pageRows),
    backup: (target) => backup(url, target),
    freeBytes() {
      const { bavail, bsize } = statfsSync(directory);
      return bavail * bsize;
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}
