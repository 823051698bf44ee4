// The last starts and ends of engines on this store, by the machine's time.
import type { Boot } from '../domain/boot.ts';
import type { Connection } from './connection.ts';
import { entryOf } from './entry-row.ts';
import type { Schema } from './schema.ts';

/** Newest first. */
export const boots = ({ query, all }: Connection<Schema>, rowsMax: number): readonly Boot[] =>
  all(
    query
      .selectFrom('journal')
      .selectAll()
      .where('type', 'in', ['engine.started', 'engine.stopped'])
      .orderBy('seq', 'desc')
      .limit(rowsMax),
  )
    .map(entryOf)
    .map((entry) => ({
      started: entry.type === 'engine.started',
      wall: entry.type === 'engine.started' ? entry.data.wall : undefined,
    }));
