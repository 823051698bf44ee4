// How many failures are too many, and what is kept of each.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  countedFaults,
  isRepeated,
  poisonOf,
  waitAfter,
  wordsOf,
} from '../../src/domain/poison.ts';

const MINUTE = 60_000;

/** Whether failures at these times, in minutes, end the patience. */
const isTooMuch = (minutes: readonly number[], candleMs = MINUTE): boolean => {
  let faults: readonly number[] = [];
  for (const minute of minutes) faults = countedFaults(faults, minute * MINUTE, candleMs);
  return isRepeated(faults);
};

test.each([
  [[0, 1], false],
  [[0, 5, 10], true],
  [[0, 5, 10.1], false],
  [[0, 10, 20, 30], false],
  [[0, 10, 10.5, 11], true],
])('failures at minutes %j: %s', (minutes, expected) => {
  expect(isTooMuch(minutes)).toBe(expected);
});

test('one that fails at every candle of an hour fails in a row', () => {
  expect(isTooMuch([0, 60, 120], 60 * MINUTE)).toBe(true);
  expect(isTooMuch([0, 60, 181], 60 * MINUTE)).toBe(false);
});

test('a time that is none counts: patience never comes of a broken clock', () => {
  expect(isRepeated(countedFaults([Number.NaN, Number.NaN], 0, MINUTE))).toBe(true);
});

test('the wait doubles', () => {
  expect([1, 2, 3].map(waitAfter)).toEqual([1000, 2000, 4000]);
});

test('whatever it was, what is kept of it is short text', () => {
  const circular: unknown[] = [];
  circular.push(circular);
  expect(poisonOf('event', circular).text).toContain('not to be written down');
  expect(poisonOf('event', undefined).text).toBe('undefined');
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const { text } = poisonOf('event', value);
      return typeof text === 'string' && text.length <= 1000;
    }),
  );
  expect(wordsOf(new Error('x'.repeat(1000)))).toHaveLength(300);
});
