// A directory of its own for a test's store, and what a test needs to look at it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { onTestFinished } from 'vitest';
import { openStore, type Store, type StoreOptions } from '../../src/store/store.ts';
import { CONTEXT } from './context.ts';

export { CONTEXT };

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Opens a store that the test need not close. */
export async function storeAt(
  directory: string,
  options: Partial<StoreOptions> = {},
): Promise<Store> {
  const store = await openStore({ ...CONTEXT, url: urlOf(directory), ...options });
  onTestFinished(() => store.close());
  return store;
}

export const databaseOf = (directory: string): string => join(directory, 'troupe.db');
export const urlOf = (directory: string): string => `sqlite:${databaseOf(directory)}`;

/** Rows of a query, on a handle of its own: what another program would see. */
export function rowsOf(directory: string, query: string): Record<string, unknown>[] {
  const database = new Database(databaseOf(directory));
  try {
    return database.prepare(query).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

/** Every projected table, whole and in a fixed order. */
export function tablesOf(directory: string): Record<string, unknown> {
  const orders = {
    trained_configurations: 'id',
    active_trades: 'config_id',
    trades: 'id',
    orders: 'client_order_id',
    fills: 'venue, pair, trade_id',
    ledger: 'seq, line',
    equity: 'seq',
    days: 'day',
  };
  return Object.fromEntries(
    Object.entries(orders).map(([table, order]) => [
      table,
      rowsOf(directory, `SELECT * FROM ${table} ORDER BY ${order}`),
    ]),
  );
}
