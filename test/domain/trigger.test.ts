// The trigger book against a list searched from end to end: whatever is armed, disarmed and priced, both
// set off the same, each once, stops before targets before time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Crossing, type Trigger, TriggerBook } from '../../src/domain/trigger.ts';

/** What the book should do, said as simply as possible. */
class List {
  #armed: Trigger[] = [];

  arm(trigger: Trigger): void {
    this.disarm(trigger.holder);
    this.#armed.push(trigger);
  }

  disarm(holder: string): void {
    this.#armed = this.#armed.filter((trigger) => trigger.holder !== holder);
  }

  crossed(price: number, at: number): readonly Crossing[] {
    const crossings = this.#armed.flatMap(({ holder, stop, target, expiresAt }): Crossing[] => {
      if (price <= stop) return [{ holder, reason: 'stop' }];
      if (price >= target) return [{ holder, reason: 'target' }];
      return at >= expiresAt ? [{ holder, reason: 'time' }] : [];
    });
    for (const { holder } of crossings) this.disarm(holder);
    return crossings;
  }

  get armed(): readonly string[] {
    return this.#armed.map(({ holder }) => holder);
  }
}

const holders = Array.from({ length: 12 }, (_, index) => `c${index}`);
const id = fc.constantFrom(...holders);
// Few levels, so that many positions share one.
const level = fc.integer({ min: 1, max: 30 });

const arming = fc
  .record({ holder: id, stop: level, above: level, expiresAt: fc.integer({ min: 0, max: 60 }) })
  .map(({ holder, stop, above, expiresAt }) => ({
    kind: 'arm' as const,
    trigger: { holder, stop, target: stop + above, expiresAt },
  }));
const disarming = id.map((holder) => ({ kind: 'disarm' as const, holder }));
const pricing = fc
  .record({ price: fc.integer({ min: 0, max: 62 }), at: fc.integer({ min: 0, max: 62 }) })
  .map((update) => ({ kind: 'price' as const, ...update }));

type Turn =
  | { readonly kind: 'arm'; readonly trigger: Trigger }
  | { readonly kind: 'disarm'; readonly holder: string };

function turn(book: TriggerBook | List, one: Turn): void {
  if (one.kind === 'arm') book.arm(one.trigger);
  else book.disarm(one.holder);
}

const byId = (a: Crossing, b: Crossing): number => (a.holder < b.holder ? -1 : 1);
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
        expect(holders.filter((each) => book.has(each))).toEqual([...list.armed].sort(byNumber));
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
