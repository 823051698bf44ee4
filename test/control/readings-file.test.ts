// What a running engine leaves for the command line: whole or not at all, and never a number that is none.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readReadings, removeReadings, writeReadings } from '../../src/control/readings-file.ts';
import { temporaryDirectory } from '../store/directory.ts';

test('it is read as it was left, replaced whole, and gone with the engine', () => {
  const directory = temporaryDirectory();
  expect(readReadings(directory)).toBeUndefined();
  const reading = { id: 'price-band', on: 'BTC', isCalm: true } as const;
  for (const value of [0.01, Number.NaN]) {
    writeReadings(directory, 7, [{ ...reading, value }]);
    expect(readReadings(directory)).toEqual({
      at: 7,
      readings: [{ id: 'price-band', on: 'BTC', value: Number.isNaN(value) ? null : value }],
    });
  }
  expect(readdirSync(directory)).toEqual(['readings.json']);
  removeReadings(directory);
  expect(readdirSync(directory)).toEqual([]);
});

test.each(['', '{', '{"at":1}', '{"at":1,"readings":[{"id":"nobody","on":"","value":1}]}'])(
  'what is not ours is none: %s',
  (text) => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'readings.json'), text);
    expect(readReadings(directory)).toBeUndefined();
  },
);
