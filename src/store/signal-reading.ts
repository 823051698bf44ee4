// Questions to the journal: the last signals with the record of their size, and the story of one thing.
import type { Entry, EntryOf } from '../domain/fact.ts';
import type { Connection } from './connection.ts';
import { entryOf } from './entry-row.ts';
import type { Schema } from './schema.ts';

/** A signal's decision: its waterfall is in `data`. */
export type SignalEntry = EntryOf<'signal.approved'> | EntryOf<'signal.refused'>;

const isSignal = (entry: Entry): entry is SignalEntry =>
  entry.type === 'signal.approved' || entry.type === 'signal.refused';

/** Signals approved and refused, newest first. */
export function signals({ query, all }: Connection<Schema>, rowsMax: number): SignalEntry[] {
  const newest = (type: SignalEntry['type']) =>
    all(
      query
        .selectFrom('journal')
        .selectAll()
        .where('type', '=', type)
        .orderBy('seq', 'desc')
        .limit(rowsMax),
    );
  return [...newest('signal.approved'), ...newest('signal.refused')]
    .sort((left, right) => right.seq - left.seq)
    .slice(0, rowsMax)
    .map(entryOf)
    .filter(isSignal);
}

/** Entries whose key or cause is `key`, in order. */
export function entriesAbout(
  { query, all }: Connection<Schema>,
  key: string,
  rowsMax: number,
): Entry[] {
  const about = query
    .selectFrom('journal')
    .selectAll()
    .where(({ eb, or }) => or([eb('key', '=', key), eb('cause', '=', key)]));
  return all(about.orderBy('seq').limit(rowsMax)).map(entryOf);
}
