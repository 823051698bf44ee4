// An entry as a row of the journal, and back. What is written is read back equal: a number that JSON
// cannot carry is refused here, before it becomes a silent null.
import type { Entry, Fact } from '../domain/fact.ts';
import { StoreFault } from './fault.ts';
import type { JournalRow } from './schema.ts';
import { upcast, versionOf } from './upcast.ts';

/** The row of a fact at its place. Throws `StoreFault` when it is not plain finite JSON or too large. */
export function rowOf(fact: Fact, seq: number, bytesMax: number): JournalRow {
  const data = JSON.stringify(fact.data, (name, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      throw new StoreFault('not-finite', `expected a finite ${name} in ${fact.type}, was ${value}`);
    }
    return value;
  });
  if (!(data.length <= bytesMax)) {
    throw new StoreFault(
      'too-large',
      `expected ${fact.type} of at most ${bytesMax} characters, was ${data.length}`,
    );
  }
  const { at, type, key, cause } = fact;
  return { seq, at, type, v: versionOf(type), key, cause, data };
}

/** The entry of a row, its data lifted to this program's catalogue. Throws `StoreFault`. */
export function entryOf(row: JournalRow): Entry {
  const { seq, at, key, cause } = row;
  const { type, data } = upcast(row.type, row.v, JSON.parse(row.data));
  return { seq, at, type, v: versionOf(type), key, cause, data } as unknown as Entry;
}
