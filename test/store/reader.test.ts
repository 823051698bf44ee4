// The read-only door: what it answers, in which order, and that nothing can be changed through it.
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byPrecedence, STAGES } from '../../src/domain/configuration.ts';
import { fact } from '../../src/domain/fact.ts';
import { openReadOnly } from '../../src/store/connection.ts';
import { StoreFault } from '../../src/store/fault.ts';
import { openReader } from '../../src/store/read.ts';
import type { Schema } from '../../src/store/schema.ts';
import { databaseOf, storeAt, temporaryDirectory, urlOf } from './directory.ts';
import { configuration, START, Story, wholeStory } from './story.ts';

test('reads beside an engine that writes, and after it has gone', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  const reader = openReader(urlOf(directory));
  expect(await reader.lastSeq()).toBe(0);
  expect(await reader.equity()).toBeUndefined();
  expect(await reader.day()).toBeUndefined();
  const { facts } = wholeStory();
  for (const each of facts) {
    const [entry] = await store.journal.append([each]);
    expect(await reader.journal(await reader.lastSeq(), 5)).toEqual([entry]);
  }
  await store.close();
  expect(await reader.lastSeq()).toBe(facts.length);
  await reader.close();
  const later = openReader(urlOf(directory));
  expect(await later.lastSeq()).toBe(facts.length);
  expect(Object.fromEntries(await later.context())).toEqual({
    user_id: 'user_1',
    venue: 'binance',
    mode: 'live',
  });
  await later.close();
});

test('cannot write, whatever is asked through it', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  await store.journal.append(wholeStory().facts);
  const door = openReadOnly<Schema>(databaseOf(directory));
  for (const sql of [
    `INSERT INTO meta VALUES ('x', 'y')`,
    'DELETE FROM trades',
    'DROP TABLE fills',
    'VACUUM',
    'PRAGMA user_version = 7',
    'PRAGMA journal_mode = DELETE',
  ]) {
    expect(() => {
      door.execute(sql);
      if (sql.startsWith('PRAGMA')) throw new Error('SQLITE_READONLY in effect');
    }, sql).toThrow();
  }
  expect(door.rows('PRAGMA user_version')).toEqual([{ user_version: 0 }]);
  expect(door.rows('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
  door.close();
});

test('says so when there is no store', () => {
  const directory = temporaryDirectory();
  expect(() => openReader(urlOf(directory))).toThrow(StoreFault);
  rmSync(directory, { recursive: true });
  expect(() => openReader(urlOf(directory))).toThrow(/expected a store at .+, was none/);
});

describe('configurations', () => {
  test('come back as they were imported, active or not as they are now', async () => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory);
    const all = [configuration('a'), configuration('b', 'DISCOVERY', null)];
    const named = { by: 'anna', reason: 'old' };
    const story = new Story().open(...all);
    story.tell(fact('configuration.deactivated', { at: START, key: 'a' }, { ...named, id: 'a' }));
    await store.journal.append(story.facts);
    expect(await store.read.configurations('active')).toEqual([all[1]]);
    expect(await store.read.configurations('all')).toEqual([
      { ...all[0], isActive: false },
      all[1],
    ]);
  });

  test('are read in the order in which capital is offered', async () => {
    const directory = temporaryDirectory();
    const store = await storeAt(directory);
    const many = fc
      .sample(
        fc.record({
          stage: fc.constantFrom(...STAGES),
          sharpe: fc.option(fc.constantFrom(-1, 0, 0.5, 1.25, 2, 2.000001)),
        }),
        { numRuns: 120, seed: 7 },
      )
      .map(({ stage, sharpe }, index) => configuration(`id-${(index * 37) % 120}`, stage, sharpe));
    await store.journal.append(new Story().open(...many).facts);
    const read = await store.read.configurations('all');
    expect(read.map(({ id }) => id)).toEqual([...many].sort(byPrecedence).map(({ id }) => id));
  });
});

test('answers what people ask of a book', async () => {
  const directory = temporaryDirectory();
  const { read, journal } = await storeAt(directory);
  const story = wholeStory();
  const entries = await journal.append(story.facts);
  expect(await read.positions()).toMatchObject([
    { config_id: 'b', exit_reason: null, entry_price: '67005' },
  ]);
  expect(await read.trades('portfolio', 5)).toMatchObject([
    { config_id: 'a', exit_reason: 'stop', exit_price: '65980' },
  ]);
  expect((await read.orders('all', 2)).map(({ state }) => state)).toEqual(['filled', 'canceled']);
  expect(await read.orders('live', 9)).toEqual([]);
  const signals = await read.signals(2);
  expect(signals.map(({ type }) => type)).toEqual(['signal.approved', 'signal.refused']);
  expect(signals[1]?.data.waterfall.refusal?.code).toBe('sharpe-not-positive');
  expect(signals[0]?.data.waterfall.formula?.stage).toBe('VALIDATION');
  const { clientOrderId } = story.order;
  expect(await read.about(clientOrderId, 99)).toEqual(
    entries.filter(({ key, cause }) => key === clientOrderId || cause === clientOrderId),
  );
  expect((await read.about('a', 1)).map(({ type }) => type)).toEqual(['configuration.imported']);
  expect(await read.day()).toMatchObject({ start_equity: '100000', latched_return: -0.021 });
});

test('thins a long equity curve evenly, and always shows its end', async () => {
  const directory = temporaryDirectory();
  const { read, journal } = await storeAt(directory);
  const mark = { cash: '1', exposure: '0', realised: '0', fees: '0', dayReturn: 0 };
  const facts = Array.from({ length: 500 }, (_, index) =>
    fact(
      'equity.marked',
      { at: START + index, key: 'portfolio' },
      { ...mark, equity: String(index) },
    ),
  );
  await journal.append(facts);
  const series = await read.equitySince(START + 100, 40);
  expect(series.length).toBe(40);
  expect(series.at(-1)).toMatchObject({ equity: '499', marked_at: START + 499 });
  const steps = series.slice(1).map(({ seq }, index) => seq - (series[index]?.seq ?? 0));
  expect([Math.min(...steps), Math.max(...steps)]).toEqual([10, 10]);
  expect((await read.equitySince(START + 495, 40)).map(({ equity }) => equity)).toEqual([
    '495',
    '496',
    '497',
    '498',
    '499',
  ]);
  expect((await read.equity())?.equity).toBe('499');
});
