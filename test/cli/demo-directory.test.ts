// The demo's directory: kept between runs, begun anew on request, and never at the cost of a file that
// is not the demo's.
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prepareDemo } from '../../src/cli/demo-directory.ts';
import { place, written } from './speak.ts';

test('a new directory is marked with its seed, and keeps it', () => {
  const data = join(place(), 'deep', 'data');
  expect(prepareDemo(data, { seed: 7, fresh: false })).toBe(7);
  expect(prepareDemo(data, { seed: undefined, fresh: false })).toBe(7);
  expect(prepareDemo(data, { seed: 7, fresh: false })).toBe(7);
  expect(() => prepareDemo(data, { seed: 8, fresh: false })).toThrow(
    'expected seed 7, of the market kept there, or --fresh; was 8',
  );
  expect(prepareDemo(data, { seed: 8, fresh: true })).toBe(8);
  expect(prepareDemo(data, { seed: undefined, fresh: true })).toBe(1);
});

test('beginning anew removes what the demo made and nothing else', () => {
  const data = place();
  prepareDemo(data, { seed: 1, fresh: false });
  for (const name of ['troupe.db', 'troupe.db-wal', 'sandbox.key', 'tape.db']) {
    written(data, name, 'demo');
  }
  for (const name of ['inbox', 'sandbox', 'mine', 'exchange']) mkdirSync(join(data, name));
  written(join(data, 'mine'), 'troupe.db', 'a year of trading');
  written(data, 'notes.txt', 'mine');
  prepareDemo(data, { seed: undefined, fresh: true });
  expect(readdirSync(data).sort()).toEqual([
    'demo.json',
    'demo.yaml',
    'exchange',
    'mine',
    'notes.txt',
  ]);
  expect(readFileSync(join(data, 'mine', 'troupe.db'), 'utf8')).toBe('a year of trading');
});

test('another engine’s directory is refused, fresh or not, and left as it is', () => {
  const data = place();
  written(data, 'troupe.db', 'real money');
  for (const fresh of [false, true]) {
    expect(() => prepareDemo(data, { seed: undefined, fresh })).toThrow(
      "expected a demo's data directory, was another engine's",
    );
  }
  expect(readdirSync(data)).toEqual(['troupe.db']);
});

test('a directory in use is refused before anything is removed', () => {
  const data = place();
  prepareDemo(data, { seed: 1, fresh: false });
  written(data, 'troupe.pid', `${process.pid}\n`);
  written(data, 'troupe.db', 'x');
  expect(() => prepareDemo(data, { seed: undefined, fresh: true })).toThrow('was one running');
  expect(existsSync(join(data, 'troupe.db'))).toBe(true);
});

test('a marker that says nothing is refused in words', () => {
  for (const content of ['', '{}', '{"seed":"1"}', 'null', '{"seed":1.5}']) {
    const data = place();
    const marker = written(data, 'demo.json', content);
    expect(() => prepareDemo(data, { seed: undefined, fresh: false }), content).toThrow(
      `${marker}: expected {"seed": number}`,
    );
  }
});
