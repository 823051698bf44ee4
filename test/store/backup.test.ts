// A backup is a whole, checked store, made while the engine writes, and never in the place of a file.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { backup } from '../../src/store/backup.ts';
import { databaseOf, storeAt, tablesOf, temporaryDirectory, urlOf } from './directory.ts';
import { START, wholeStory } from './story.ts';

const note: Fact = fact('trading.reduced', { at: START, key: 'k' }, { by: 'anna', reason: 'x' });

test('holds everything committed before it, and opens as a store', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  await store.journal.append(wholeStory().facts);
  const elsewhere = temporaryDirectory();
  store.backup(databaseOf(elsewhere));
  await store.journal.append([note]);
  expect(readdirSync(elsewhere)).toEqual(['troupe.db']);
  expect(tablesOf(elsewhere)).toEqual(tablesOf(directory));
  const copy = await storeAt(elsewhere);
  expect(copy.journal.lastSeq).toBe(wholeStory().facts.length);
  expect((await copy.journal.append([note]))[0]?.seq).toBe(wholeStory().facts.length + 1);
});

test('is refused where a file is, and leaves it alone', async () => {
  const directory = temporaryDirectory();
  const store = await storeAt(directory);
  const target = join(directory, 'it’s mine.db');
  writeFileSync(target, 'precious');
  expect(() => store.backup(target)).toThrow(/expected no file at .+, was one/);
  expect(readFileSync(target, 'utf8')).toBe('precious');
  store.backup(`${target}2`);
  expect(existsSync(`${target}2`)).toBe(true);
});

test('of nothing, or to nowhere, fails and leaves nothing behind', async () => {
  const directory = temporaryDirectory();
  expect(() => backup(urlOf(directory), join(directory, 'copy.db'))).toThrow(/was none/);
  const store = await storeAt(directory);
  const before = readdirSync(directory);
  expect(() => store.backup(join(directory, 'no', 'such', 'place.db'))).toThrow(
    /expected to back up/,
  );
  expect(readdirSync(directory)).toEqual(before);
});
