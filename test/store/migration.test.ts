// A store of the version before: its orders and what guards them are there after it was opened anew.
import Database from 'libsql';
import { expect, test } from 'vitest';
import { FIRST_TABLES } from '../../src/store/first-table.ts';
import { SECOND_TABLES } from '../../src/store/second-table.ts';
import { databaseOf, rowsOf, storeAt, temporaryDirectory } from './directory.ts';
import { wholeStory } from './story.ts';

const guards = `SELECT name FROM sqlite_master WHERE tbl_name = 'orders' AND name NOT LIKE 'sqlite_%'
  ORDER BY name`;

test('orders outlive the change of their table, with every index and trigger', async () => {
  const newest = temporaryDirectory();
  const store = await storeAt(newest);
  await store.journal.append(wholeStory().facts);
  await store.close();
  const before = rowsOf(newest, 'SELECT * FROM orders');
  expect(before.length).toBeGreaterThan(1);

  const older = temporaryDirectory();
  await storeAt(older).then((made) => made.close());
  const database = new Database(databaseOf(older));
  const tables = database
    .prepare(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
    .all();
  database.exec('PRAGMA foreign_keys=OFF');
  for (const row of tables) database.exec(`DROP TABLE ${String(Object(row).name)}`);
  database.exec('CREATE TABLE migrations (version INTEGER PRIMARY KEY) STRICT');
  database.exec(`${FIRST_TABLES}; ${SECOND_TABLES}; INSERT INTO migrations VALUES (1), (2)`);
  const named = database.prepare(guards).all();
  database.exec(`ATTACH '${databaseOf(newest)}' AS newest`);
  const columns = database
    .prepare(`SELECT group_concat(name) AS names FROM pragma_table_info('orders')`)
    .get();
  const names = String(Object(columns).names);
  database.exec('DROP TRIGGER orders_born');
  database.exec(`INSERT INTO orders (${names}) SELECT ${names} FROM newest.orders`);
  database.exec(`INSERT INTO checkpoints VALUES (1, 'h', '{}')`);
  database.close();

  await storeAt(older).then((made) => made.close());
  expect(rowsOf(older, 'SELECT * FROM orders')).toEqual(before);
  expect(rowsOf(older, guards)).toEqual(named);
  expect(rowsOf(older, 'SELECT * FROM checkpoints')).toEqual([]);
});

test('only a stop has a price that wakes it', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  await store.journal.append(wholeStory().facts);
  await store.close();
  const database = new Database(databaseOf(directory));
  const copied = (changed: string) => () =>
    database.exec(`BEGIN; CREATE TEMP TABLE copy AS SELECT * FROM orders WHERE purpose = 'exit' LIMIT 1;
      UPDATE copy SET client_order_id = 'other', state = 'sending', filled = '0', ${changed};
      INSERT INTO orders SELECT * FROM copy; ROLLBACK`);
  const rest = `purpose = 'protection', type = 'stop-limit', limit_price = '1'`;
  expect(copied(`${rest}, stop_price = '2'`)).not.toThrow();
  for (const wrong of [rest, `${rest}, stop_price = 'NaN'`, `stop_price = '2'`]) {
    expect(copied(wrong)).toThrow(/CHECK/);
    database.exec('ROLLBACK; DROP TABLE IF EXISTS copy');
  }
  database.close();
});
