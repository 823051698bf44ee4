// The trigger book against a list searched from end to end: whatever is armed, disarmed and priced, both
// set off the same, each once, stops before targets before time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Crossing, type Trigger, TriggerBook } from '../../src/domain/trigger.ts';

/** What the book should do, said as simply as possible. */
class List {
  #armed: Trigger[] = [];

  arm(trigger: Trigger): void {
    this.disarm(trigger.configId);
    this.#armed.push(trigger);
  }

  disarm(configId: string): void {
    this.#armed = this.#armed.filter((trigger) => trigger.configId !== configId);
  }

  crossed(price: number, at: number): readonly Crossing[] {
    const crossings = this.#armed.flatMap(({ configId, stop, target, expiresAt }): Crossing[] => {
      if (price <= stop) return [{ configId, reason: 'stop' }];
      if (price >= target) return [{ configId, reason: 'target' }];
      return at >= expiresAt ? [{ configId, reason: 'time' }] : [];
    });
    for (const { configId } of crossings) this.disarm(configId);
    return crossings;
  }

  get armed(): readonly string[] {
    return this.#armed.map(({ configId }) => configId);
  }
}

const configIds = Array.from({ length: 12 }, (_, index) => `c${index}`);
const id = fc.constantFrom(...configIds);
// Few levels, so that many positions share one.
const level = fc.integer({ min: 1, max: 30 });

const arming = fc
  .record({ configId: id, stop: level, above: level, expiresAt: fc.integer({ min: 0, max: 60 }) })
  .map(({ configId, stop, above, expiresAt }) => ({
    kind: 'arm' as const,
    trigger: { configId, stop, target: stop + above, expiresAt },
  }));
const disarming = id.map((configId) => ({ kind: 'disarm' as const, configId }));
const pricing = fc
  .record({ price: fc.integer({ min: 0, max: 62 }), at: fc.integer({ min: 0, max: 62 }) })
  .map((update) => ({ kind: 'price' as const, ...update }));

type Turn =
  | { readonly kind: 'arm'; readonly trigger: Trigger }
  | { readonly kind: 'disarm'; readonly configId: string };

function turn(book: TriggerBook | List, one: Turn): void {
  if (one.kind === 'arm') book.arm(one.trigger);
  else book.disarm(one.configId);
}

const byId = (a: Crossing, b: Crossing): number => (a.configId < b.configId ? -1 : 1);
const reasons = ['stop', 'target', 'time'];

function expectSameCrossings(book: TriggerBook, list: List, price: number, at: number): void {
  const crossings = book.crossed(price, at);
  expect([...crossings].sort(byId)).toEqual([...list.crossed(price, at)].sort(byId));
  const order = crossings.map(({ reason }) => reasons.indexOf(reason));
  expect(order).toEqual([...order].sort());
}

test('it sets off what a full search would, in the order of the reasons', () => {
  const happening = fc.oneof({ weight: 3, arbitrary: arming }, disarming, pricing);
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
      const [book, list] = [new TriggerBook(), new List()];
      for (const one of happenings) {
        if (one.kind === 'price') expectSameCrossings(book, list, one.price, one.at);
        else for (const each of [book, list]) turn(each, one);
        expect(configIds.filter((each) => book.has(each))).toEqual([...list.armed].sort(byNumber));
        expect(book.size).toBe(list.armed.length);
      }
    }),
    { numRuns: 300 },
  );
});

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));

const armed = (...triggers: readonly Trigger[]): TriggerBook => {
  const book = new TriggerBook();
  for (const trigger of triggers) book.arm(trigger);
  return book;
};
const one: Trigger = { configId: 'one', stop: 99, target: 102, expiresAt: 1000 };

test.each([
  ['at the stop', 99, 0, 'stop'],
  ['through the stop by a gap', 50, 0, 'stop'],
  ['at the target', 102, 0, 'target'],
  ['at its time', 100, 1000, 'time'],
  ['at the stop and at its time', 99, 1000, 'stop'],
  ['at the target and at its time', 102, 1000, 'target'],
] as const)('%s it goes, once', (_, price, at, reason) => {
  const book = armed(one);
  expect(book.crossed(price, at)).toEqual([{ configId: 'one', reason }]);
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
    { ...one, configId: 'high', stop: 120, target: 130 },
    { ...one, configId: 'low', stop: 90, target: 110 },
  );
  expect(book.crossed(115, 0)).toEqual([
    { configId: 'high', reason: 'stop' },
    { configId: 'low', reason: 'target' },
  ]);
});

test('levels the wrong way round, or a time that is none, are a bug', () => {
  expect(() => armed({ ...one, stop: 102 })).toThrow('expected stop < target');
  expect(() => armed({ ...one, stop: Number.NaN })).toThrow('expected stop < target');
  expect(() => armed({ ...one, expiresAt: Number.NaN })).toThrow('expected an expiry');
});
