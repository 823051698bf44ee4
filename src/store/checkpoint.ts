// Saved states of the book beside the journal they were folded from; the newest few are kept.
import type { Checkpoint } from '../ports.ts';
import type { Connection } from './connection.ts';
import { StoreFault, storeFault } from './fault.ts';
import { lastSeqOf } from './page.ts';
import type { Schema } from './schema.ts';

/** Saves a checkpoint and drops all but the `kept` newest. Throws `StoreFault`. */
export function saveCheckpoint(
  connection: Connection<Schema>,
  { seq, hash, state }: Checkpoint,
  kept: number,
): void {
  const { query } = connection;
  const last = lastSeqOf(connection);
  if (!(seq <= last)) {
    throw new StoreFault('constraint', `expected a checkpoint up to entry ${last}, was ${seq}`);
  }
  const newest = query.selectFrom('checkpoints').select('seq').orderBy('seq', 'desc').limit(kept);
  try {
    connection.transaction(() => {
      connection.run(query.replaceInto('checkpoints').values({ seq, hash, state }));
      connection.run(query.deleteFrom('checkpoints').where('seq', 'not in', newest));
    });
  } catch (error) {
    throw storeFault(error, 'expected to save a checkpoint');
  }
}

/** The checkpoint furthest on, of those before entry `before`; undefined where there is none. */
export function latestCheckpoint(
  { query, all }: Connection<Schema>,
  before = Number.MAX_SAFE_INTEGER,
): Checkpoint | undefined {
  const saved = query.selectFrom('checkpoints').selectAll().where('seq', '<', before);
  return all(saved.orderBy('seq', 'desc').limit(1))[0];
}
