// One transaction: facts become rows of the journal and of the tables, all of them or none.
import { setTimeout as pause } from 'node:timers/promises';
import type { Entry, Fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';
import { rowOf } from './entry-row.ts';
import { StoreFault, storeFault } from './fault.ts';
import { lastSeqOf } from './page.ts';
import { project } from './projection.ts';
import type { Schema } from './schema.ts';

/** How soon a database that somebody else is writing to is tried again. */
const BUSY_RETRY_MS = 5;

export interface Committer {
  readonly connection: Connection<Schema>;
  readonly context: StoreContext;
  readonly factCharactersMax: number;
  monotonic(): Millis;
}

/**
 * Commits `facts` behind the last entry. While another process holds the write lock it is tried again
 * until `deadline` on the monotonic clock, without blocking the event loop. Throws `StoreFault`.
 */
export async function commitInTime(
  committer: Committer,
  facts: readonly Fact[],
  deadline: Millis,
): Promise<readonly Entry[]> {
  for (;;) {
    const fault = attempt(committer, facts);
    if (!(fault instanceof StoreFault)) return fault;
    if (fault.code !== 'busy') throw fault;
    if (!(committer.monotonic() + BUSY_RETRY_MS < deadline)) {
      throw new StoreFault('late', 'expected to append in time', { cause: fault });
    }
    await pause(BUSY_RETRY_MS);
  }
}

function attempt(
  { connection, context, factCharactersMax }: Committer,
  facts: readonly Fact[],
): readonly Entry[] | StoreFault {
  let written: readonly Entry[] = [];
  try {
    connection.transaction(() => {
      const after = lastSeqOf(connection);
      written = facts.map((fact, index) => {
        const row = rowOf(fact, after + 1 + index, factCharactersMax);
        const entry: Entry = { ...fact, seq: row.seq, v: row.v };
        connection.run(connection.query.insertInto('journal').values(row));
        project(connection, entry, context);
        return entry;
      });
    });
    return written;
  } catch (error) {
    const fault = storeFault(error, 'expected to append to the journal');
    return isCommitted(connection, written) ? written : fault;
  }
}

/** An error of the commit itself leaves its outcome open: what the journal holds decides. */
function isCommitted(connection: Connection<Schema>, written: readonly Entry[]): boolean {
  const last = written.at(-1);
  try {
    return last !== undefined && lastSeqOf(connection) === last.seq;
  } catch {
    return false;
  }
}
