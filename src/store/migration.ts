// Numbered steps that make or change the tables. A database is brought to this program's version in one
// transaction when it is opened; one that a newer program wrote, or that is not a store, is refused.
import type { Connection } from './connection.ts';
import { StoreFault } from './fault.ts';
import { FIRST_TABLES } from './first-table.ts';
import type { Schema } from './schema.ts';
import { SECOND_TABLES } from './second-table.ts';
import { THIRD_TABLES } from './third-table.ts';

/** Statements of each version, from 1 on. A step that was released is never changed. */
const STEPS: readonly string[] = [FIRST_TABLES, SECOND_TABLES, THIRD_TABLES];

/** The version of the tables this program reads and writes. */
const SCHEMA_VERSION = STEPS.length;

const VERSION_TABLE = `CREATE TABLE migrations (
  version INTEGER PRIMARY KEY CHECK (version BETWEEN 1 AND 10000)
) STRICT;`;

/** Brings the tables to `SCHEMA_VERSION`. Throws `StoreFault`. */
export function migrate(connection: Connection<Schema>): void {
  connection.transaction(() => {
    const from = versionOf(connection);
    if (from === 0) connection.execute(VERSION_TABLE);
    for (let version = from + 1; version <= SCHEMA_VERSION; version += 1) {
      connection.execute(STEPS[version - 1] ?? '');
      connection.execute(`INSERT INTO migrations (version) VALUES (${version})`);
    }
  });
}

/** Refuses to read tables of another version than this program's. Throws `StoreFault`. */
export function expectVersion(connection: Connection<Schema>): void {
  const version = versionOf(connection);
  if (version === SCHEMA_VERSION) return;
  throw new StoreFault(
    'other-store',
    `expected a store of version ${SCHEMA_VERSION}, was ${version}: start the engine on it once`,
  );
}

function versionOf(connection: Connection<Schema>): number {
  const { query } = connection;
  const tables = connection.all(
    query
      .withTables<{ sqlite_master: { name: string; type: string } }>()
      .selectFrom('sqlite_master')
      .select('name')
      .where('type', '=', 'table')
      .orderBy('name'),
  );
  const names = tables.map(({ name }) => name);
  if (names.length === 0) return 0;
  if (!names.includes('migrations')) {
    throw new StoreFault('other-store', `expected a store, was a database of ${names.join(', ')}`);
  }
  const newest = connection.one(
    query
      .withTables<{ migrations: { version: number } }>()
      .selectFrom('migrations')
      .select(({ fn }) => fn.max('version').as('version')),
  );
  const version = Number(newest?.version);
  if (!(version <= SCHEMA_VERSION)) {
    throw new StoreFault(
      'newer-store',
      `expected a store of version ${SCHEMA_VERSION} at most, was ${version}: use the newer program`,
    );
  }
  return version;
}
