// What a glance at the panel is told of each configuration: its nearest miss, or why it cannot judge.
import { expect, test } from 'vitest';
import { createNearestMisses } from '../../src/engine/nearest-miss.ts';

test('the newest of the bars that missed fewest conditions', () => {
  const misses = createNearestMisses();
  misses.hold('a', 1, ['depth', 'bullish']);
  misses.hold('a', 2, ['depth']);
  misses.hold('a', 3, ['volume']);
  misses.hold('a', 4, ['depth', 'volume']);
  misses.hold('a', 5, []);
  misses.hold('b', 5, []);
  expect(misses.take()).toEqual([{ configId: 'a', at: 3, missed: ['volume'] }]);
  expect(misses.take()).toEqual([]);
});

test('who cannot judge says so at every look, until it can', () => {
  const misses = createNearestMisses();
  misses.hold('a', 1, ['depth']);
  misses.unfit('a', 2, 'gap');
  const word = { configId: 'a', at: 2, missed: [], unfit: 'gap' };
  expect(misses.take()).toEqual([word]);
  expect(misses.take()).toEqual([word]);
  misses.hold('a', 3, []);
  expect(misses.take()).toEqual([]);
});
