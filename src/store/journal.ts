// The append-only journal: one writer, one queue in order of arrival, one commit for all who wait.
// An append resolves after its commit reached the disk; a failed one leaves nothing behind.
import { setImmediate } from 'node:timers/promises';
import type { Fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Journal } from '../ports.ts';
import { holdsOrder } from './book-reading.ts';
import { latestCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { commitInTime } from './commit.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';
import { StoreFault, storeFault } from './fault.ts';
import { lastSeqOf, pagesOf } from './page.ts';
import { AppendQueue } from './queue.ts';
import type { Schema } from './schema.ts';

export interface JournalLimits {
  /** How long an append may wait for the database before it is refused as `late`. */
  readonly waitMsMax: Millis;
  readonly waitingFactsMax: number;
  /** Facts that share a commit; one append is never split. */
  readonly groupFactsMax: number;
  readonly factCharactersMax: number;
  readonly pageRows: number;
  readonly checkpointsKept: number;
}

export const JOURNAL_LIMITS: JournalLimits = {
  waitMsMax: 500,
  waitingFactsMax: 100_000,
  groupFactsMax: 256,
  factCharactersMax: 1_000_000,
  pageRows: 500,
  checkpointsKept: 8,
};

/** What the journal waits by. */
export interface Pace {
  /** One turn of the event loop. */
  turn(): Promise<void>;
  monotonic(): Millis;
}

const nodePace: Pace = { turn: () => setImmediate(), monotonic: () => performance.now() };

export interface StoredJournal extends Journal {
  /** Place of the last entry; 0 in an empty journal. */
  readonly lastSeq: number;
  /** Refuses further appends, and resolves when those that wait are done. */
  close(): Promise<void>;
}

/** A journal over an open, migrated database. */
export function createJournal(
  connection: Connection<Schema>,
  context: StoreContext,
  limits: JournalLimits,
  pace: Pace = nodePace,
): StoredJournal {
  const writer = createWriter(connection, context, limits, pace);
  return {
    append: (facts) => writer.append(facts),
    async *read(from) {
      for (const page of pagesOf(connection, from, limits.pageRows)) yield* page;
    },
    async saveCheckpoint(checkpoint) {
      saveCheckpoint(connection, checkpoint, limits.checkpointsKept);
    },
    async latestCheckpoint(before) {
      return latestCheckpoint(connection, before);
    },
    async holdsOrder(clientOrderId) {
      return holdsOrder(connection, clientOrderId);
    },
    get lastSeq() {
      return lastSeqOf(connection);
    },
    close: () => writer.close(),
  };
}

function createWriter(
  connection: Connection<Schema>,
  context: StoreContext,
  limits: JournalLimits,
  { turn, monotonic }: Pace,
): Pick<StoredJournal, 'append' | 'close'> {
  const { factCharactersMax } = limits;
  const committer = { connection, context, factCharactersMax, monotonic };
  const queue = new AppendQueue(limits.waitingFactsMax);
  let draining: Promise<void> | undefined;
  let isClosed = false;

  async function commitGroup(): Promise<void> {
    const group = queue.take(limits.groupFactsMax);
    const facts = group.flatMap((append) => append.facts);
    const deadline = Math.min(...group.map((append) => append.deadline));
    try {
      const entries = await commitInTime(committer, facts, deadline);
      let from = 0;
      for (const append of group) {
        append.resolve(entries.slice(from, from + append.facts.length));
        from += append.facts.length;
      }
    } catch (error) {
      const fault = storeFault(error, 'expected to append to the journal');
      // What waits behind a failed append was decided on its outcome: it fails with it.
      for (const { reject } of [...group, ...queue.takeAll()]) reject(fault);
    }
  }

  async function drain(): Promise<void> {
    while (!queue.isEmpty) {
      // One turn of waiting: whatever is appended in it shares the commit, and sockets get theirs.
      await turn();
      await commitGroup();
    }
    // Here and not in a `finally` of the caller: a later turn would miss what is appended until then.
    draining = undefined;
  }

  return {
    append: (facts: readonly Fact[]) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw new StoreFault('closed', 'expected an open journal, was closed');
        if (facts.length === 0) return resolve([]);
        queue.add({ facts, deadline: monotonic() + limits.waitMsMax, resolve, reject });
        draining ??= drain();
      }),
    async close() {
      isClosed = true;
      await draining;
    },
  };
}
