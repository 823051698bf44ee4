// The projected tables made anew of the journal: the proof that they hold nothing of their own.
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';
import { storeFault } from './fault.ts';
import { pagesOf } from './page.ts';
import { PROJECTED, project } from './projection.ts';
import type { Schema } from './schema.ts';

/** Empties the projected tables and fills them from the journal, in one transaction. Throws `StoreFault`. */
export function rebuildProjections(
  connection: Connection<Schema>,
  context: StoreContext,
  pageRows: number,
): void {
  try {
    connection.transaction(() => {
      for (const table of PROJECTED) connection.run(connection.query.deleteFrom(table));
      for (const page of pagesOf(connection, 1, pageRows)) {
        for (const entry of page) project(connection, entry, context);
      }
    });
  } catch (error) {
    throw storeFault(error, 'expected to rebuild the tables from the journal');
  }
}
