// A store that fails says so before anybody acts, keeps what it had, and works again when it can.
import { renameSync, rmSync } from 'node:fs';
import Database from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { type Connection, openWriter } from '../../src/store/connection.ts';
import { createJournal, JOURNAL_LIMITS } from '../../src/store/journal.ts';
import { migrate } from '../../src/store/migration.ts';
import type { Schema } from '../../src/store/schema.ts';
import { CONTEXT } from './context.ts';
import { databaseOf, rowsOf, storeAt, tablesOf, temporaryDirectory } from './directory.ts';
import { START, wholeStory } from './story.ts';

const note = (reason: string): Fact =>
  fact('trading.reduced', { at: START, key: 'portfolio' }, { by: 'anna', reason });

function connectionAt(directory: string): Connection<Schema> {
  const connection = openWriter<Schema>(databaseOf(directory), true);
  onTestFinished(() => connection.close());
  migrate(connection);
  return connection;
}

test('a full disk: the append rejects, nothing is half-written, and it goes on when space returns', async () => {
  const directory = temporaryDirectory();
  const connection = connectionAt(directory);
  const journal = createJournal(connection, CONTEXT, JOURNAL_LIMITS);
  const { facts } = wholeStory();
  const before = await journal.append(facts.slice(0, 6));
  const tables = tablesOf(directory);
  const [{ page_count: pages } = { page_count: 0 }] = connection.rows('PRAGMA page_count') as {
    page_count: number;
  }[];
  connection.execute(`PRAGMA max_page_count=${pages + 2}`);
  const large = [...facts.slice(6), ...Array.from({ length: 20 }, () => note('x'.repeat(4000)))];
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    await expect(journal.append(large)).rejects.toMatchObject({
      name: 'StoreFault',
      code: 'disk-full',
      retryable: true,
      cause: { code: 'SQLITE_FULL' },
    });
    expect(tablesOf(directory)).toEqual(tables);
    expect(journal.lastSeq).toBe(before.length);
  }
  connection.execute('PRAGMA max_page_count=1000000');
  expect((await journal.append(large)).at(-1)?.seq).toBe(before.length + large.length);
  expect(rowsOf(directory, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(rowsOf(directory, 'SELECT count(*) AS trades FROM trades')).toEqual([{ trades: 1 }]);
});

test('a database that cannot be written: the append rejects and trying again is not advised', async () => {
  const directory = temporaryDirectory();
  const connection = connectionAt(directory);
  const journal = createJournal(connection, CONTEXT, JOURNAL_LIMITS);
  connection.execute('PRAGMA query_only=1');
  await expect(journal.append([note('no')])).rejects.toMatchObject({
    code: 'read-only',
    retryable: false,
  });
  await expect(journal.saveCheckpoint({ seq: 0, hash: '', state: '' })).rejects.toMatchObject({
    code: 'read-only',
  });
  connection.execute('PRAGMA query_only=0');
  expect(await journal.append([note('yes')])).toHaveLength(1);
});

test('a commit whose answer was lost is looked up: what stands in the journal was appended', async () => {
  const directory = temporaryDirectory();
  const connection = connectionAt(directory);
  let lost = 0;
  const forgetful: Connection<Schema> = {
    ...connection,
    transaction(work) {
      connection.transaction(work);
      lost += 1;
      throw new Error('the answer did not arrive');
    },
  };
  const journal = createJournal(forgetful, CONTEXT, JOURNAL_LIMITS);
  expect((await journal.append([note('1'), note('2')])).map(({ seq }) => seq)).toEqual([1, 2]);
  expect((await journal.append([note('3')])).map(({ seq }) => seq)).toEqual([3]);
  expect(lost).toBe(2);
  expect(rowsOf(directory, 'SELECT count(*) AS entries FROM journal')).toEqual([{ entries: 3 }]);
});

test('somebody else’s write lock: the append waits without blocking, then is late; nothing is lost', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory, { journal: { waitMsMax: 60 } });
  const other = new Database(databaseOf(directory));
  onTestFinished(() => {
    other.close();
  });
  other.exec('BEGIN IMMEDIATE');
  let ticks = 0;
  const ticking = setInterval(() => {
    ticks += 1;
  }, 5);
  const started = performance.now();
  await expect(store.journal.append([note('late')])).rejects.toMatchObject({
    code: 'late',
    retryable: true,
  });
  clearInterval(ticking);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(ticks).toBeGreaterThan(2);
  const patient = store.journal.append([note('in time')]);
  setTimeout(() => other.exec('COMMIT'), 15);
  expect((await patient)[0]?.seq).toBe(1);
});

test.each([
  ['database', ''],
  ['write-ahead log', '-wal'],
])(
  'a %s that was moved away: the append rejects instead of writing where nobody reads',
  async (_, suffix) => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory);
    await store.journal.append([note('here')]);
    const file = databaseOf(directory) + suffix;
    renameSync(file, `${file}.away`);
    await expect(store.journal.append([note('lost')])).rejects.toMatchObject({ code: 'moved' });
    renameSync(`${file}.away`, file);
    expect((await store.journal.append([note('back')]))[0]?.seq).toBe(2);
    rmSync(file);
    await expect(store.journal.append([note('deleted')])).rejects.toMatchObject({ code: 'moved' });
  },
);
