// Questions to a store in plain SQL, on a handle that cannot write, while an engine uses it or not.
import Database from 'libsql';

/** The rows of a query on the SQLite file at `file`. Throws what SQLite says. */
export function queryStore(file: string, sql: string): readonly unknown[] {
  const database = new Database(`file:${file}?mode=ro`);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}
