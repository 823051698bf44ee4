// What the database itself refuses, whoever writes to it: holes, repeats, states that cannot follow,
// numbers without bounds.
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { decimal } from '../../src/domain/money.ts';
import { ORDER_STATES } from '../../src/domain/order.ts';
import { databaseOf, storeAt, temporaryDirectory } from './directory.ts';
import { configuration, Story, wholeStory } from './story.ts';

async function databaseAfter(story: Story): Promise<Database.Database> {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  await store.journal.append(story.facts);
  await store.close();
  return new Database(databaseOf(directory));
}

const refusal = (database: Database.Database, sql: string): string => {
  try {
    database.exec(sql);
    return 'accepted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
};

test('the journal has no hole, and what is in it stays', async () => {
  const database = await databaseAfter(wholeStory());
  const last = wholeStory().facts.length;
  const insert = (seq: number) =>
    `INSERT INTO journal VALUES (${seq}, 1, 'engine.stopped', 1, 'k', NULL, '{}')`;
  expect(refusal(database, insert(last + 2))).toBe('SQLITE_CONSTRAINT_TRIGGER');
  expect(refusal(database, insert(last))).toMatch(/^SQLITE_CONSTRAINT/);
  expect(refusal(database, `UPDATE journal SET data = '{}' WHERE seq = 1`)).toBe(
    'SQLITE_CONSTRAINT_TRIGGER',
  );
  expect(refusal(database, 'DELETE FROM journal')).toBe('SQLITE_CONSTRAINT_TRIGGER');
  expect(refusal(database, insert(last + 1))).toBe('accepted');
  database.close();
});

test('a configuration decides once on a candle, a trade is applied once', async () => {
  const database = await databaseAfter(wholeStory());
  const copy = (table: string, changed: string) =>
    `CREATE TEMP TABLE copy AS SELECT * FROM ${table} LIMIT 1; UPDATE copy SET ${changed};
     INSERT INTO ${table} SELECT * FROM copy`;
  const again = `client_order_id = 'other', state = 'sending', filled = '0'`;
  expect(refusal(database, copy('orders', again))).toBe('SQLITE_CONSTRAINT_UNIQUE');
  database.exec('DROP TABLE copy');
  expect(refusal(database, copy('orders', `${again}, signal_at = signal_at + 60000`))).toBe(
    'accepted',
  );
  database.exec('DROP TABLE copy');
  expect(refusal(database, copy('fills', 'seq = 99'))).toBe('SQLITE_CONSTRAINT_PRIMARYKEY');
  database.exec('DROP TABLE copy');
  expect(refusal(database, copy('fills', `venue = 'kraken'`))).toBe('accepted');
  database.close();
});

/** May the second follow the first? Every cell of the table, so that none is forgotten. */
const FOLLOWS = {
  sending: 'open partial unknown quarantined filled rejected canceled absent',
  open: 'partial unknown canceling quarantined filled rejected canceled absent',
  partial: 'unknown canceling quarantined filled rejected canceled absent',
  unknown: 'open partial quarantined filled rejected canceled absent',
  canceling: 'quarantined filled rejected canceled absent',
  quarantined: 'open partial filled rejected canceled absent',
  filled: '',
  rejected: 'partial',
  canceled: '',
  absent: 'sending partial',
};

describe('an order', () => {
  test('moves along the edges of its statechart and no others', async () => {
    const database = await databaseAfter(
      new Story().open(configuration('a')).propose(configuration('a')),
    );
    for (const before of ORDER_STATES) {
      for (const after of ORDER_STATES) {
        database.exec('BEGIN; DROP TRIGGER orders_state');
        database.exec(`UPDATE orders SET state = '${before}'; ROLLBACK`);
        const way = `BEGIN; CREATE TEMP TABLE kept AS SELECT * FROM orders;`;
        database.exec(`${way} DELETE FROM orders; DROP TRIGGER orders_born`);
        database.exec(`UPDATE kept SET state = '${before}'; INSERT INTO orders SELECT * FROM kept`);
        const allowed = before === after || FOLLOWS[before].split(' ').includes(after);
        expect(
          refusal(database, `UPDATE orders SET state = '${after}'`),
          `${before} to ${after}`,
        ).toBe(allowed ? 'accepted' : 'SQLITE_CONSTRAINT_TRIGGER');
        database.exec('ROLLBACK');
      }
    }
    database.close();
  });

  test.each(['rejected', 'absent'] as const)(
    '%s, its fills move it as they move the book',
    async (end) => {
      const story = new Story().open(configuration('a')).propose(configuration('a')).end(end);
      for (const [share, state] of [
        ['0.25', 'partial'],
        ['0.75', 'filled'],
      ] as const) {
        story.fill(share, '67000');
        expect(story.draft.orders.get(story.order.clientOrderId)?.state).toBe(state);
        const database = await databaseAfter(story);
        const row = database.prepare('SELECT state, filled FROM orders').get();
        expect(row).toMatchObject({
          state,
          filled: decimal(story.order.quantity)
            .times(state === 'filled' ? 1 : share)
            .toFixed(),
        });
        database.close();
      }
    },
  );

  test('is born sending, fills upwards, and stays what was ordered', async () => {
    const story = new Story().open(configuration('a')).propose(configuration('a'));
    const database = await databaseAfter(story.accept().fill('0.5', '67000'));
    for (const change of [
      `filled = '0.00001'`,
      `quantity = '9'`,
      `limit_price = '1'`,
      `side = 'sell'`,
    ]) {
      expect(refusal(database, `UPDATE orders SET ${change}`), change).toBe(
        'SQLITE_CONSTRAINT_TRIGGER',
      );
    }
    expect(refusal(database, `UPDATE orders SET filled = '0.13'`)).toBe('accepted');
    database.exec(`CREATE TEMP TABLE copy AS SELECT * FROM orders;
      UPDATE copy SET client_order_id = 'x', signal_at = 1, state = 'open', filled = '0'`);
    expect(refusal(database, 'INSERT INTO orders SELECT * FROM copy')).toBe(
      'SQLITE_CONSTRAINT_TRIGGER',
    );
    database.close();
  });
});

test.each([
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '1e31',
  '',
  'twelve',
  '0x12',
  '1,5',
  '1e5',
  '-1',
  '0',
])('a price of %j is no price', async (text) => {
  const database = await databaseAfter(wholeStory());
  expect(refusal(database, `UPDATE fills SET price = '${text}'`)).toBe('SQLITE_CONSTRAINT_CHECK');
  expect(refusal(database, `UPDATE trades SET entry_price = '${text}'`)).toBe(
    'SQLITE_CONSTRAINT_CHECK',
  );
  database.close();
});

test.each([
  `return_r = 9e999`,
  `confidence = 1.1`,
  `entry_at = -1`,
  `lifecycle_stage = 'OLD'`,
  `is_paper_trade = 2`,
  `direction = 'SELL'`,
])('a trade with %s is refused', async (change) => {
  const database = await databaseAfter(wholeStory());
  expect(refusal(database, `UPDATE trades SET ${change}`)).toBe('SQLITE_CONSTRAINT_CHECK');
  database.close();
});
