// The trigger book at its edges: a level met exactly, a gap, a price that is none, and what is no trigger at all.
// Against a full search, in any story, it is tried in test/model.
import { expect, test } from 'vitest';
import { type Trigger, TriggerBook } from '../../src/domain/trigger.ts';

const armed = (...triggers: readonly Trigger[]): TriggerBook => {
  const book = new TriggerBook();
  for (const trigger of triggers) book.arm(trigger);
  return book;
};
const one: Trigger = { holder: 'one', stop: 99, target: 102, expiresAt: 1000 };

test.each([
  ['at the stop', 99, 0, 'stop'],
  ['through the stop by a gap', 50, 0, 'stop'],
  ['at the target', 102, 0, 'target'],
  ['at its time', 100, 1000, 'time'],
  ['at the stop and at its time', 99, 1000, 'stop'],
  ['at the target and at its time', 102, 1000, 'target'],
] as const)('%s it goes, once', (_, price, at, reason) => {
  const book = armed(one);
  expect(book.crossed(price, at)).toEqual([{ holder: 'one', reason }]);
  expect(book.crossed(price, at)).toEqual([]);
});

test.each([
  ['between stop and target', 99.01, 999],
  ['no price', Number.NaN, 999],
  ['no time', 100, Number.NaN],
])('with %s it stays', (_, price, at) => {
  const book = armed(one);
  expect(book.crossed(price, at)).toEqual([]);
  expect(book.has('one')).toBe(true);
});

test('stops go before targets, whoever was armed first', () => {
  const book = armed(
    { ...one, holder: 'high', stop: 120, target: 130 },
    { ...one, holder: 'low', stop: 90, target: 110 },
  );
  expect(book.crossed(115, 0)).toEqual([
    { holder: 'high', reason: 'stop' },
    { holder: 'low', reason: 'target' },
  ]);
});

test('a price beyond all bounds sets off what there is, and is no matter where there is nothing', () => {
  const beyond = Number.POSITIVE_INFINITY;
  for (const price of [beyond, -beyond]) expect(armed().crossed(price, beyond)).toEqual([]);
  expect(armed(one).crossed(beyond, 0)).toEqual([{ holder: 'one', reason: 'target' }]);
  expect(armed(one).crossed(-beyond, 0)).toEqual([{ holder: 'one', reason: 'stop' }]);
});

test('levels the wrong way round, or a time that is none, are a bug', () => {
  expect(() => armed({ ...one, stop: 102 })).toThrow('expected stop < target');
  expect(() => armed({ ...one, stop: Number.NaN })).toThrow('expected stop < target');
  expect(() => armed({ ...one, expiresAt: Number.NaN })).toThrow('expected an expiry');
});
