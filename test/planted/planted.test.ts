// Patches still find their text; and the simulation still catches each of the planted bugs, where it is known to.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { BUGS, knownSeeds } from './bug.ts';
import { drawnGuards, guards } from './guard.ts';
import { changed, type Patch } from './patch.ts';
import { removalOf } from './removal.ts';

const tree = fileURLToPath(new URL('../..', import.meta.url));

/** The files of a patch as they would be. */
function planted({ name, changes }: Patch): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const change of changes) {
    const text = texts.get(change.file) ?? readFileSync(`${tree}/${change.file}`, 'utf8');
    texts.set(change.file, changed(text, change, name));
  }
  return texts;
}

test('there are twenty planted bugs, each with a seed that is known to catch it', () => {
  expect(new Set(BUGS.map(({ name }) => name)).size).toBe(20);
  expect([...knownSeeds().keys()].sort()).toEqual(BUGS.map(({ name }) => name).sort());
});

test.each(BUGS)('$name: applies', (bug) => {
  for (const [file, text] of planted(bug)) {
    expect(text).not.toBe(readFileSync(`${tree}/${file}`, 'utf8'));
  }
});

test('every guard has a name of its own, and can be taken out', () => {
  const all = guards();
  expect(new Set(all.map(({ kind, name }) => `${kind} ${name}`)).size).toBe(all.length);
  for (const guard of all) expect(planted(removalOf(guard)).size, guard.name).toBe(1);
});

test('a patch that finds its text no more, or twice, says so by its name', () => {
  const change = { file: 'a.ts', find: 'one', put: 'two' };
  expect(() => changed('else', change, 'a bug')).toThrow('a bug no longer applies');
  expect(() => changed('one and one', change, 'a bug')).toThrow('was 2×');
  expect(changed('one', change, 'a bug')).toBe('two');
});

test('the same seed draws the same guards', () => {
  expect(drawnGuards(1, 10)).toEqual(drawnGuards(1, 10));
  expect(drawnGuards(1, 10)).not.toEqual(drawnGuards(2, 10));
});
