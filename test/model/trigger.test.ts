// The trigger book against a list that is searched from end to end: whatever is armed, disarmed and priced,
// both set off the same, each once, stops before targets before time, and of a kind the nearest first.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Crossing, type Trigger, TriggerBook } from '../../src/domain/trigger.ts';
import { command, modelled } from './command.ts';

/** What a price sets off, and the level that did. */
interface Gone extends Crossing {
  readonly level: number;
}

/** DOMAIN §4, said as simply as possible: stop, target, time, whichever a price update reaches. */
class List {
  armed: Trigger[] = [];

  arm(trigger: Trigger): void {
    this.disarm(trigger.holder);
    this.armed.push(trigger);
  }

  disarm(holder: string): void {
    this.armed = this.armed.filter((trigger) => trigger.holder !== holder);
  }

  /** What goes; whoever goes for one reason goes for no other. */
  crossed(price: number, at: number): readonly Gone[] {
    const gone: Gone[] = [];
    for (const { holder, stop, target, expiresAt } of this.armed) {
      if (price <= stop) gone.push({ holder, reason: 'stop', level: stop });
      else if (price >= target) gone.push({ holder, reason: 'target', level: target });
      else if (at >= expiresAt) gone.push({ holder, reason: 'time', level: expiresAt });
    }
    for (const { holder } of gone) this.disarm(holder);
    return gone;
  }
}

type Command = fc.Command<List, TriggerBook>;
const holders = Array.from({ length: 12 }, (_, index) => `c${index}`);
const holder = fc.constantFrom(...holders);
// Few levels, so that many positions share one.
const level = fc.integer({ min: 1, max: 8 });
const time = fc.integer({ min: 0, max: 18 });

const arming = fc
  .tuple(holder, level, level, fc.oneof(time, fc.constant(Number.POSITIVE_INFINITY)))
  .map(([id, stop, above, expiresAt]): Command => {
    const trigger = { holder: id, stop, target: stop + above, expiresAt };
    return command(`arm ${id} ${stop}..${trigger.target} until ${expiresAt}`, (list, book) => {
      list.arm(trigger);
      book.arm(trigger);
    });
  });

const disarming = holder.map(
  (id): Command =>
    command(`disarm ${id}`, (list, book) => {
      list.disarm(id);
      book.disarm(id);
    }),
);

const kinds = ['stop', 'target', 'time'] as const;
const names = (crossings: readonly Crossing[]) =>
  crossings.map((one) => `${one.reason} ${one.holder}`).sort();

const pricing = fc.tuple(fc.oneof(time, fc.constant(Number.NaN)), time).map(
  ([price, at]): Command =>
    command(`price ${price} at ${at}`, (list, book) => {
      const gone = list.crossed(price, at);
      const crossings = book.crossed(price, at);
      expect(names(crossings)).toEqual(names(gone));
      const levels = new Map(gone.map((one) => [one.holder, one.level]));
      const rank = crossings.map(({ reason }) => kinds.indexOf(reason));
      expect(rank).toEqual([...rank].sort());
      for (const kind of kinds) {
        const passed = crossings.flatMap((one) =>
          one.reason === kind ? [levels.get(one.holder) ?? Number.NaN] : [],
        );
        // A falling price meets the highest stop first, a rising one the lowest target.
        expect(passed).toEqual([...passed].sort((a, b) => (kind === 'stop' ? b - a : a - b)));
      }
      // Once: the same price sets off nothing more.
      expect(book.crossed(price, at)).toEqual([]);
    }),
);

const looking = fc.constant<Command>(
  command('look', (list, book) => {
    expect(holders.filter((id) => book.has(id)).sort()).toEqual(
      list.armed.map((trigger) => trigger.holder).sort(),
    );
    expect(book.size).toBe(list.armed.length);
  }),
);

test('it sets off what a full search would, each once, in order', () => {
  modelled(
    [arming, arming, disarming, pricing, looking],
    () => ({ model: new List(), real: new TriggerBook() }),
    { runs: 200, length: 60 },
  );
}, 60_000);
