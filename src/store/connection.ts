// One SQLite handle. Queries are built by Kysely and run here at once: a transaction is one turn of the
// event loop, so nothing can slip into it (Kysely's own calls are async, and a write beside them would).
import { pathToFileURL } from 'node:url';
import { type Compilable, Kysely, SqliteDialect } from 'kysely';
import Database from 'libsql';
import { assert } from '../domain/assert.ts';
import { storeFault } from './fault.ts';
import { rememberFiles } from './presence.ts';

export interface Connection<Tables> {
  /** Builds queries; they are run by `run`, `all` and `one`. */
  readonly query: Kysely<Tables>;
  run(query: Compilable): void;
  /** Rows in an order that the query names: SQLite promises none by itself, and keeps none after a rebuild. */
  all<Row>(query: Compilable<Row>): Row[];
  /** The row of a key, or an aggregate: one at most. */
  one<Row>(query: Compilable<Row>): Row | undefined;
  /** Runs statements without parameters: schema, pragmas. */
  execute(sql: string): void;
  /** Rows of a statement that Kysely has no words for. */
  rows(sql: string): unknown[];
  /** Runs `work` in one transaction; rolled back whole when it throws. Never nested, never async. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/** How long SQLite itself may wait for another process's lock while it opens or only reads. */
const BUSY_MS_MAX = 1000;

/**
 * Opens a database file for writing. `durable`: every commit reaches the disk before it returns
 * (`synchronous=FULL`); otherwise a power cut may lose the last ones, but never tears one.
 * Throws `StoreFault`.
 */
export function openWriter<Tables>(path: string, durable: boolean): Connection<Tables> {
  const database = open(path, path);
  try {
    database.exec('PRAGMA journal_mode=WAL');
    database.exec(`PRAGMA synchronous=${durable ? 'FULL' : 'NORMAL'}`);
    database.exec('PRAGMA journal_size_limit=67108864');
    // The first transaction makes the log, so that it can be remembered with the database.
    database.exec('BEGIN IMMEDIATE; COMMIT');
    // SQLite's own waiting blocks the event loop: a writer that meets a lock waits with a timer.
    database.exec('PRAGMA busy_timeout=0');
    return connect<Tables>(database, rememberFiles(path));
  } catch (error) {
    database.close();
    throw storeFault(error, `expected a database at ${path}`);
  }
}

/** Opens a database file for reading beside its writer. Throws `StoreFault`. */
export function openReadOnly<Tables>(path: string): Connection<Tables> {
  // The library's `readonly` option opens for writing all the same; the URI parameter is honoured.
  const database = open(`${pathToFileURL(path).href}?mode=ro`, path);
  return connect<Tables>(database, () => undefined);
}

function open(target: string, path: string): Database.Database {
  try {
    const database = new Database(target);
    database.exec(`PRAGMA busy_timeout=${BUSY_MS_MAX}`);
    return database;
  } catch (error) {
    throw storeFault(error, `expected a database at ${path}`);
  }
}

function connect<Tables>(
  database: Database.Database,
  expectInPlace: () => void,
): Connection<Tables> {
  const statements = new Map<string, Database.Statement>();
  const prepared = (sql: string): Database.Statement => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    query: new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }),
    run(query) {
      const { sql, parameters } = query.compile();
      prepared(sql).run(bindable(parameters));
    },
    all<Row>(query: Compilable<Row>): Row[] {
      const { sql, parameters, query: tree } = query.compile();
      const isOrdered = tree.kind === 'SelectQueryNode' && tree.orderBy !== undefined;
      assert(isOrdered, `expected rows in a named order, was ${sql}`);
      return prepared(sql).all(bindable(parameters)) as Row[];
    },
    one<Row>(query: Compilable<Row>): Row | undefined {
      const { sql, parameters } = query.compile();
      const rows = prepared(sql).all(bindable(parameters)) as Row[];
      assert(rows.length <= 1, `expected one row at most, was ${rows.length} of ${sql}`);
      return rows[0];
    },
    execute(sql) {
      database.exec(sql);
    },
    rows: (sql) => database.prepare(sql).all(),
    transaction(work) {
      expectInPlace();
      database.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        // A full disk rolls back by itself; what is still open is rolled back here.
        if (database.inTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
    close() {
      statements.clear();
      database.close();
    },
  };
}

/** The library ends the process on a boolean and takes undefined for NULL: neither may reach it. */
function bindable(parameters: readonly unknown[]): unknown[] {
  for (const value of parameters) {
    const fine = value === null || typeof value === 'string' || Number.isFinite(value);
    assert(fine, `expected text, a finite number or null as a parameter, was ${String(value)}`);
  }
  return [...parameters];
}
