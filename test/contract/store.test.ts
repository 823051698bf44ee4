// What the engine relies on in any store: facts come back as they went in, in one order without a hole,
// all of an append or nothing of it, and tables that say what the facts say.
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import { decodeBook, encodeBook, hashOf } from '../../src/domain/checkpoint.ts';
import { type Entry, type Fact, fact } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { databaseOf, rowsOf, storeAt, tablesOf, temporaryDirectory } from '../store/directory.ts';
import { configuration, START, Story, wholeStory } from '../store/story.ts';

const note = (text: string): Fact =>
  fact('trading.reduced', { at: START, key: 'portfolio' }, { by: 'anna', reason: text });

async function all(store: Store, from = 1): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of store.journal.read(from)) entries.push(entry);
  return entries;
}

/** The fault of something that must fail. */
async function faultOf(work: Promise<unknown>): Promise<StoreFault> {
  const fault = await work.then(
    () => expect.fail('expected a fault, was none'),
    (error: unknown) => error,
  );
  if (!(fault instanceof StoreFault)) throw fault;
  return fault;
}

describe('the journal', () => {
  test('gives back what was appended, numbered from 1 without a hole', async () => {
    const store = await storeAt(temporaryDirectory(), { journal: { pageRows: 7 } });
    const { facts } = wholeStory();
    const entries = await store.journal.append(facts);
    expect(entries.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1));
    expect(await all(store)).toEqual(entries);
    expect(entries.map(({ seq, v, ...rest }) => rest)).toEqual(facts);
    expect(await all(store, 20)).toEqual(entries.slice(19));
    expect(await all(store, facts.length + 1)).toEqual([]);
    expect(store.journal.lastSeq).toBe(facts.length);
  });

  test('folds to the same book, hash for hash, after it was closed and opened again', async () => {
    const directory = temporaryDirectory();
    const first = await storeAt(directory);
    const story = wholeStory();
    await first.journal.append(story.facts);
    await first.close();
    const second = await storeAt(directory);
    const book = fold(EMPTY_PORTFOLIO, await all(second));
    expect(hashOf(encodeBook(book))).toBe(hashOf(encodeBook(story.draft)));
  });

  test('keeps the order of arrival among appends that wait together, and answers each with its own', async () => {
    const store = await storeAt(temporaryDirectory(), { journal: { groupFactsMax: 5 } });
    const answered: number[] = [];
    const appends = Array.from({ length: 40 }, async (_, index) => {
      const facts = Array.from({ length: index % 3 }, (_, part) => note(`${index}.${part}`));
      const entries = await store.journal.append(facts);
      expect(entries.map(({ data }) => data)).toEqual(facts.map(({ data }) => data));
      answered.push(...entries.map(({ seq }) => seq));
    });
    await Promise.all(appends);
    expect(answered).toEqual(answered.map((_, index) => index + 1));
    const reasons = (await all(store)).map(({ data }) => ('reason' in data ? data.reason : ''));
    const expected = Array.from({ length: 40 }, (_, index) =>
      Array.from({ length: index % 3 }, (_, part) => `${index}.${part}`),
    );
    expect(reasons).toEqual(expected.flat());
  });

  test('takes an append made any moment after the one before it was answered', async () => {
    const store = await storeAt(temporaryDirectory());
    for (let moments = 0; moments < 12; moments += 1) {
      await store.journal.append([note('first')]);
      for (let moment = 0; moment < moments; moment += 1) await Promise.resolve();
      expect((await store.journal.append([note('second')]))[0]?.seq).toBe(moments * 2 + 2);
    }
  });

  test('refuses an append whole when one of its facts cannot stand, and all that waits behind it', async () => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory);
    const story = new Story().open(configuration('a')).propose(configuration('a'));
    await store.journal.append(story.facts);
    const before = { entries: await all(store), tables: tablesOf(directory) };
    const again = story.facts.filter(({ type }) => type === 'signal.approved');
    const faults = await Promise.all([
      faultOf(store.journal.append([note('innocent, but in the same breath')])),
      faultOf(store.journal.append([note('before'), ...again, note('after')])),
      faultOf(store.journal.append([note('behind')])),
    ]);
    expect(faults.map(({ code, retryable }) => [code, retryable])).toEqual(
      Array(3).fill(['constraint', false]),
    );
    expect(await all(store)).toEqual(before.entries);
    expect(tablesOf(directory)).toEqual(before.tables);
    const [next] = await store.journal.append([note('and on it goes')]);
    expect(next?.seq).toBe(before.entries.length + 1);
  });

  test('fails what waits behind a failed append, though it could stand: it was decided on its outcome', async () => {
    const store = await storeAt(temporaryDirectory(), { journal: { groupFactsMax: 1 } });
    const story = new Story().open(configuration('a')).propose(configuration('a'));
    await store.journal.append(story.facts);
    const again = story.facts.filter(({ type }) => type === 'signal.approved');
    const answers = await Promise.allSettled([
      store.journal.append([note('ahead')]),
      store.journal.append(again),
      store.journal.append([note('behind')]),
      store.journal.append([note('further behind')]),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      'fulfilled',
      ...Array(3).fill('rejected'),
    ]);
    expect(store.journal.lastSeq).toBe(story.facts.length + 1);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses a fact with %d in it rather than store a null',
    async (dayReturn) => {
      const store = await storeAt(temporaryDirectory());
      const bad = fact(
        'loss.latched',
        { at: START, key: '1' },
        { day: 1, dayReturn, limit: -0.02 },
      );
      expect((await faultOf(store.journal.append([bad]))).code).toBe('not-finite');
      expect(await all(store)).toEqual([]);
    },
  );

  test('is bounded: too much waiting and too large facts are refused', async () => {
    const store = await storeAt(temporaryDirectory(), {
      journal: { waitingFactsMax: 3, factCharactersMax: 200 },
    });
    const waiting = store.journal.append([note('1'), note('2')]);
    const fault = await faultOf(store.journal.append([note('3'), note('4')]));
    expect([fault.code, fault.retryable]).toEqual(['overloaded', true]);
    expect(await waiting).toHaveLength(2);
    expect((await faultOf(store.journal.append([note('x'.repeat(300))]))).code).toBe('too-large');
  });

  test('refuses appends after close, and finishes those before', async () => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory);
    const last = store.journal.append([note('last')]);
    const closed = store.close();
    expect((await faultOf(store.journal.append([note('late')]))).code).toBe('closed');
    expect(await last).toHaveLength(1);
    await closed;
    expect(rowsOf(directory, 'SELECT count(*) AS entries FROM journal')[0]?.['entries']).toBe(1);
  });
});

describe('a checkpoint', () => {
  test('brings the newest state back, and only the newest few are kept', async () => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory, { journal: { checkpointsKept: 2 } });
    expect(await store.journal.latestCheckpoint()).toBeUndefined();
    const { facts, draft } = wholeStory();
    await store.journal.append(facts);
    const state = encodeBook(draft);
    for (const seq of [3, 5, facts.length, 4]) {
      await store.journal.saveCheckpoint({ seq, state, hash: hashOf(state) });
    }
    const newest = await store.journal.latestCheckpoint();
    expect(newest?.seq).toBe(facts.length);
    expect(encodeBook(decodeBook(newest?.state ?? '', newest?.hash ?? ''))).toBe(state);
    expect(
      rowsOf(directory, 'SELECT seq FROM checkpoints ORDER BY seq').map(({ seq }) => seq),
    ).toEqual([5, facts.length]);
  });

  test('beyond the journal is refused', async () => {
    const store = await storeAt(temporaryDirectory());
    await store.journal.append([note('one')]);
    const ahead = store.journal.saveCheckpoint({ seq: 2, state: '{}', hash: '' });
    expect((await faultOf(ahead)).code).toBe('constraint');
  });
});

describe('a store', () => {
  test('belongs to one user, venue and mode for life', async () => {
    const directory = temporaryDirectory();
    await (await storeAt(directory)).close();
    for (const other of [{ userId: 'user_2' }, { venue: 'kraken' }, { isPaper: true }]) {
      const fault = await faultOf(storeAt(directory, other));
      expect(fault.code).toBe('other-store');
      expect(fault.message).toMatch(/expected a store whose .+ is .+, was .+/);
    }
    await storeAt(directory);
  });

  test('of a newer program is refused, and left as it was', async () => {
    const directory = temporaryDirectory();
    await (await storeAt(directory)).close();
    const database = new Database(databaseOf(directory));
    database.exec('INSERT INTO migrations (version) VALUES (9)');
    database.close();
    expect((await faultOf(storeAt(directory))).code).toBe('newer-store');
    expect(
      rowsOf(directory, 'SELECT max(version) AS version FROM migrations')[0]?.['version'],
    ).toBe(9);
  });

  test('is not made of somebody else’s database, nor of a file that is none', async () => {
    const directory = temporaryDirectory();
    const database = new Database(databaseOf(directory));
    database.exec('CREATE TABLE recipes (name TEXT)');
    database.close();
    const fault = await faultOf(storeAt(directory));
    expect([fault.code, fault.message]).toEqual([
      'other-store',
      expect.stringContaining('recipes'),
    ]);
    const elsewhere = temporaryDirectory();
    writeFileSync(
      databaseOf(elsewhere),
      'this is not a database, but it is long enough '.repeat(20),
    );
    expect((await faultOf(storeAt(elsewhere))).code).toBe('corrupt');
  });

  test('keeps facts that a newer program wrote from being misread', async () => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory);
    await store.journal.append([note('ours')]);
    const database = new Database(databaseOf(directory));
    database.exec(`INSERT INTO journal VALUES (2, 1, 'trading.reduced', 2, 'k', NULL, '{}')`);
    database.close();
    expect((await faultOf(all(store))).code).toBe('newer-store');
  });

  test.each([
    'data/troupe.db',
    'postgres://host/db',
    'sqlite:',
    'sqlite::memory:',
    'sqlite://host/x.db',
  ])('is not found at %s', async (url) => {
    expect((await faultOf(openStore({ ...CONTEXT, url }))).code).toBe('bad-url');
  });

  test('finds its place again by a relative path and makes its directory', async () => {
    const directory = temporaryDirectory();
    const url = `sqlite:${relative(process.cwd(), directory)}/deep/down/troupe.db`;
    const store = await storeAt(directory, { url });
    await store.journal.append([note('here')]);
    expect(await store.read.lastSeq()).toBe(1);
    expect(store.freeBytes()).toBeGreaterThan(0);
  });

  test('cannot be opened where nothing can be made', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const fault = await faultOf(openStore({ ...CONTEXT, url: `sqlite:${file}/troupe.db` }));
    expect(fault.code).toBe('cannot-open');
    expect(fault.cause).toBeDefined();
  });
});

test('tables made anew of the journal are the tables that were there', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory, { journal: { pageRows: 4 } });
  const { facts } = wholeStory();
  for (const each of facts) await store.journal.append([each]);
  const before = tablesOf(directory);
  for (const [table, rows] of Object.entries(before)) {
    expect(rows, `expected rows in ${table}`).not.toEqual([]);
  }
  const database = new Database(databaseOf(directory));
  database.exec(`UPDATE trades SET profit = '1'; DELETE FROM ledger WHERE line = 0`);
  database.close();
  expect(tablesOf(directory)).not.toEqual(before);
  store.rebuildProjections();
  expect(tablesOf(directory)).toEqual(before);
});
