// The journal read in order, a page at a time: no statement stays open between two pages, so a slow
// reader holds up neither the writer nor the file's housekeeping.
import type { Entry, FactType } from '../domain/fact.ts';
import type { Connection } from './connection.ts';
import { entryOf } from './entry-row.ts';
import { storeFault } from './fault.ts';
import type { Schema } from './schema.ts';

/** Place of the last entry; 0 in an empty journal. Costs one look into the tree, however long it is. */
export function lastSeqOf({ query, all }: Connection<Schema>): number {
  const newest = query.selectFrom('journal').select('seq').orderBy('seq', 'desc').limit(1);
  return all(newest)[0]?.seq ?? 0;
}

/** At most `rows` entries with seq ≥ `from`, in order. Throws `StoreFault`. */
export function pageOf(
  { query, all }: Connection<Schema>,
  from: number,
  rows: number,
): readonly Entry[] {
  try {
    const page = query.selectFrom('journal').selectAll().where('seq', '>=', from);
    return all(page.orderBy('seq').limit(rows)).map(entryOf);
  } catch (error) {
    throw storeFault(error, `expected to read the journal from ${from}`);
  }
}

/** Every page from `from` to the end as it is when it is reached. */
export function* pagesOf(
  connection: Connection<Schema>,
  from: number,
  rows: number,
): Generator<readonly Entry[]> {
  for (let next = from; ; ) {
    const page = pageOf(connection, next, rows);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < rows) return;
    next = last.seq + 1;
  }
}

/** The newest entries of some types about one key, newest first. */
export const entriesAbout = (
  { query, all }: Connection<Schema>,
  key: string,
  types: readonly FactType[],
  rows: number,
): readonly Entry[] =>
  all(
    query
      .selectFrom('journal')
      .selectAll()
      .where('key', '=', key)
      .where('type', 'in', types)
      .orderBy('seq', 'desc')
      .limit(rows),
  ).map(entryOf);
