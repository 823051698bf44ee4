// The trader's store in a simulated world: the genuine journal and tables in a database that outlives each process,
// below commits that fail before they are done, after it, for a while, or take long.
import { copyFileSync, existsSync } from 'node:fs';
import type { Entry, Fact } from '../../src/domain/fact.ts';
import type { Millis } from '../../src/domain/time.ts';
import type { Journal } from '../../src/ports.ts';
import { type Connection, openWriter } from '../../src/store/connection.ts';
import { claim, type StoreContext } from '../../src/store/context.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { createJournal, JOURNAL_LIMITS } from '../../src/store/journal.ts';
import { migrate } from '../../src/store/migration.ts';
import { openReader, type Reader } from '../../src/store/read.ts';
import type { Schema } from '../../src/store/schema.ts';
import type { EventQueue } from './event-queue.ts';
import type { Life } from './life.ts';
import type { Fate } from './swarm.ts';
import type { Trace } from './trace.ts';

export interface StoreGround {
  readonly journal: Journal;
  readonly read: Reader;
  /** Appends under way. */
  readonly waiting: () => number;
  /** The process is gone: nothing of it holds the files any more. */
  release(): void;
}

const context: StoreContext = { userId: 'user_1', venue: 'binance', isPaper: false };

/** Opens the database at `path`; a new one is a copy of `template`, which is made where there is none. */
export async function openGround(
  path: string,
  template: string,
  life: Life,
  world: {
    readonly queue: EventQueue;
    readonly fate: Fate;
    readonly trace: Trace;
    /** Facts are on their way to the store. */
    onAppending(facts: readonly Fact[]): void;
    onCommitted(entries: readonly Entry[]): void;
    /** The database itself refuses. */
    onRefused(error: unknown): void;
    /** A commit failed, or takes so long. */
    onTrouble(forMs?: Millis): void;
  },
): Promise<StoreGround> {
  if (!existsSync(template)) makeTemplate(template);
  if (!existsSync(path)) copyFileSync(template, path);
  const { queue, fate, trace } = world;
  const connection = openWriter<Schema>(path, false);
  let fullUntil = 0;
  const transact: Connection<Schema>['transaction'] = (work) => {
    try {
      return connection.transaction(work);
    } catch (error) {
      world.onRefused(error);
      throw error;
    }
  };
  const faulty: Connection<Schema> = {
    ...connection,
    transaction(work) {
      if (fate.strikes('storeFull')) fullUntil = queue.now + fate.skewed('full', 1000, 90_000);
      if (fate.isAwake && queue.now < fullUntil) {
        trace.met('store full');
        world.onTrouble();
        throw new StoreFault('disk-full', 'expected room on the disk, was none');
      }
      if (fate.strikes('commitFails')) {
        trace.met('commit failed');
        world.onTrouble();
        throw new StoreFault('io', 'expected to write, was an error of the disk');
      }
      const done = transact(work);
      if (fate.strikes('commitLies')) {
        trace.met('commit failed after it was done');
        throw new StoreFault('io', 'expected an answer of the disk, was an error');
      }
      return done;
    },
  };
  const journal = createJournal(faulty, context, JOURNAL_LIMITS, {
    turn: async () => {},
    monotonic: life.clock.monotonic,
  });
  const read = openReader(`sqlite:${path}`);
  let waiting = 0;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => queue.after(ms, resolve));
  return {
    read,
    waiting: () => waiting,
    journal: {
      ...journal,
      append: (facts) =>
        life.survives(
          (async () => {
            waiting += 1;
            world.onAppending(facts);
            const stall = fate.strikes('commitStalls') ? fate.skewed('stall', 50, 20_000) : 0;
            if (stall > 0) {
              trace.met('commit stalled');
              world.onTrouble(stall);
            }
            await pause(fate.between('disk', 0.2, 3) + stall);
            if (!life.passes('commit.begins')) return [];
            const entries = await journal.append(facts);
            world.onCommitted(entries);
            life.passes('commit.done');
            return entries;
          })().finally(() => {
            waiting -= 1;
          }),
        ),
      async saveCheckpoint(checkpoint) {
        if (!life.isOver) await journal.saveCheckpoint(checkpoint);
      },
    },
    release() {
      connection.close();
      void read.close();
    },
  };
}

function makeTemplate(path: string): void {
  const connection = openWriter<Schema>(path, false);
  migrate(connection);
  claim(connection, context);
  connection.execute('PRAGMA wal_checkpoint(TRUNCATE)');
  connection.execute('PRAGMA journal_mode=DELETE');
  connection.close();
}
