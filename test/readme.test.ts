// The README's catalogues are the code's: every setting with its default, every refusal with its words,
// nothing missing and nothing made up.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { REFUSALS } from '../src/domain/refusal.ts';
import { checkSettings } from '../src/settings/settings.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** Cells of the table below a heading, without the backticks of names. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.slice(2, -2).split(' | '))
    .map((cells) => cells.map((cell) => cell.replace(/^`(.*)`$/, '$1')));
}

/** Every value below `part` with its path; the venue's own name is NAME. */
function* leaves(part: unknown, path: readonly string[] = []): Iterable<[string, string]> {
  if (part === null || typeof part !== 'object' || Array.isArray(part)) {
    yield [path.join('.'), typeof part === 'string' ? part : JSON.stringify(part)];
    return;
  }
  for (const [key, inner] of Object.entries(part)) {
    yield* leaves(inner, [...path, path.join('.') === 'venues' ? 'NAME' : key]);
  }
}

test('the settings table has every setting with its default, and no other', () => {
  const defaults = checkSettings({}, 'defaults');
  if (!defaults.ok) throw new Error('expected the defaults to be sound');
  const table = tableOf('Settings');
  expect(table.map(([path, value]) => [path, value])).toEqual([...leaves(defaults.settings)]);
  for (const [path, , meaning] of table) expect(meaning?.length, path).toBeGreaterThan(10);
});

test('the refusal table is the catalogue, in the order of the checks', () => {
  expect(tableOf('Refusals')).toEqual(Object.entries(REFUSALS));
});
