// A row change as data: what a fact means for the tables is decided purely, and carried out here,
// inside the transaction that appends the fact.
import type { Kysely } from 'kysely';
import { unreachable } from '../domain/assert.ts';
import type { Connection } from './connection.ts';
import type { Schema } from './schema.ts';

type Table = keyof Schema;
type Row = Record<string, string | number | null>;

/** Tables whose rows change after they were made, with the column that names a row. */
const KEYS = {
  trained_configurations: 'id',
  active_trades: 'config_id',
  orders: 'client_order_id',
  days: 'day',
  twins: 'config_id',
  careers: 'config_id',
} as const;
type Keyed = keyof typeof KEYS;

export type Change =
  | { readonly kind: 'insert'; readonly table: Table; readonly row: Row }
  | {
      readonly kind: 'replace';
      readonly table: Keyed;
      readonly row: Row;
      /** Columns that the row in its place keeps. */
      readonly keep: (before: Row) => Row;
    }
  | { readonly kind: 'remove'; readonly table: Keyed; readonly key: string | number }
  | {
      readonly kind: 'revise';
      readonly table: Keyed;
      readonly key: string | number;
      readonly revise: (row: Row) => Row;
    };

export const insert = <T extends Table>(table: T, row: Schema[T]): Change => ({
  kind: 'insert',
  table,
  row: row as Row,
});

/** Inserts a row, or puts it in the place of the one with its key, except for what that one keeps. */
export const replace = <T extends Keyed>(
  table: T,
  row: Schema[T],
  keep: (before: Schema[T]) => Partial<Schema[T]> = () => ({}),
): Change => ({
  kind: 'replace',
  table,
  row: row as Row,
  keep: (before) => keep(before as Schema[T]) as Row,
});

export const remove = (table: Keyed, key: string | number): Change => ({
  kind: 'remove',
  table,
  key,
});

/** Sets columns computed from the row as it stands. A row that is not there stays away, as in the fold. */
export const revise = <T extends Keyed>(
  table: T,
  key: string | number,
  columns: (row: Schema[T]) => Partial<Schema[T]>,
): Change => ({
  kind: 'revise',
  table,
  key,
  revise: (row) => columns(row as Schema[T]) as Row,
});

/** Carries out one change. Kysely's types are per table; a change names its table at run time. */
export function carryOut(connection: Connection<Schema>, change: Change): void {
  const query = connection.query as unknown as Kysely<Record<Table, Row>>;
  switch (change.kind) {
    case 'insert':
      connection.run(query.insertInto(change.table).values(change.row));
      return;
    case 'replace':
      replaceRow(connection, query, change);
      return;
    case 'remove':
      connection.run(query.deleteFrom(change.table).where(KEYS[change.table], '=', change.key));
      return;
    case 'revise':
      reviseRow(connection, query, change);
      return;
    default:
      unreachable(change, 'change');
  }
}

function replaceRow(
  connection: Connection<Schema>,
  query: Kysely<Record<Table, Row>>,
  { table, row, keep }: Extract<Change, { kind: 'replace' }>,
): void {
  const column = KEYS[table];
  const key = row[column] ?? null;
  const before = connection.one(query.selectFrom(table).selectAll().where(column, '=', key));
  if (before === undefined) connection.run(query.insertInto(table).values(row));
  else {
    const next = { ...row, ...keep(before) };
    connection.run(query.updateTable(table).set(next).where(column, '=', key));
  }
}

function reviseRow(
  connection: Connection<Schema>,
  query: Kysely<Record<Table, Row>>,
  { table, key, revise }: Extract<Change, { kind: 'revise' }>,
): void {
  const column = KEYS[table];
  const row = connection.one(query.selectFrom(table).selectAll().where(column, '=', key));
  const columns = row === undefined ? {} : revise(row);
  if (Object.keys(columns).length === 0) return;
  connection.run(query.updateTable(table).set(columns).where(column, '=', key));
}
