// Questions to the journal about configurations that failed: who is quarantined now, and what one failed at.
import type { Entry, EntryOf } from '../domain/fact.ts';
import type { Connection } from './connection.ts';
import { entryOf } from './entry-row.ts';
import { entriesAbout } from './page.ts';
import type { Schema } from './schema.ts';

const failures = ['configuration.faulted', 'configuration.quarantined'] as const;
const moves = ['configuration.quarantined', 'configuration.released'] as const;

export type FailureEntry = EntryOf<'configuration.faulted'> | EntryOf<'configuration.quarantined'>;
export type QuarantineEntry = EntryOf<'configuration.quarantined'>;

const isFailure = (entry: Entry): entry is FailureEntry =>
  failures.some((type) => type === entry.type);

/** The failures of one configuration, newest first. */
export const failuresOf = (
  connection: Connection<Schema>,
  configId: string,
  rowsMax: number,
): readonly FailureEntry[] =>
  entriesAbout(connection, configId, failures, rowsMax).filter(isFailure);

/** What put each configuration that is quarantined there, by its id; the version says whom it is about. */
export function quarantined({
  query,
  all,
}: Connection<Schema>): ReadonlyMap<string, QuarantineEntry> {
  const rows = all(
    query.selectFrom('journal').selectAll().where('type', 'in', moves).orderBy('seq'),
  );
  const now = new Map<string, QuarantineEntry>();
  for (const entry of rows.map(entryOf)) {
    if (entry.type === 'configuration.quarantined') now.set(entry.key, entry);
    else now.delete(entry.key);
  }
  return now;
}
