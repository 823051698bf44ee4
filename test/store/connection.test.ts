// What a question to a store is held to: rows in an order that it names, or one row and no more.
import { expect, onTestFinished, test } from 'vitest';
import { type Connection, openWriter } from '../../src/store/connection.ts';
import type { Schema } from '../../src/store/schema.ts';
import { databaseOf, temporaryDirectory } from './directory.ts';

function opened(): Connection<Pick<Schema, 'meta'>> {
  const connection = openWriter<Pick<Schema, 'meta'>>(databaseOf(temporaryDirectory()), false);
  onTestFinished(() => connection.close());
  connection.execute('CREATE TABLE meta (name TEXT, value TEXT)');
  for (const name of ['b', 'a']) {
    connection.run(connection.query.insertInto('meta').values({ name, value: 'x' }));
  }
  return connection;
}

test('rows in no order are not read', () => {
  const { all, query } = opened();
  const names = query.selectFrom('meta').select('name');
  expect(() => all(names)).toThrow('expected rows in a named order, was select "name" from "meta"');
  expect(() => all(names.limit(1))).toThrow('named order');
  // The order of what is asked about is not the order of the answer.
  const inner = query.selectFrom('meta').select('name').orderBy('name').limit(2);
  expect(() => all(names.where('name', 'in', inner))).toThrow('named order');
  expect(all(names.orderBy('name'))).toEqual([{ name: 'a' }, { name: 'b' }]);
});

test('where one row is asked for, two are a bug', () => {
  const { one, query } = opened();
  const rows = query.selectFrom('meta').selectAll();
  expect(one(rows.where('name', '=', 'a'))).toEqual({ name: 'a', value: 'x' });
  expect(one(rows.where('name', '=', 'c'))).toBeUndefined();
  expect(() => one(rows)).toThrow('expected one row at most, was 2');
});
