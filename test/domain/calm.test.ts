// In the end there is calm: under whatever rules of trading, changed on the way, with whatever others sold,
// nothing is taken back and sent again for ever, nobody who can leave stays, and the journal folds to the book.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBook, encodeBook, hashOf } from '../../src/domain/checkpoint.ts';
import type { ReviewTerms } from '../../src/domain/eligibility.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { apply, type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { type Decimal, decimal, money, quantity } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { hasEnded } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import {
  accountReported,
  concludeReported,
  exitProposed,
  judgeMarks,
  settleReported,
} from '../../src/domain/supervision.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const names = ['a', 'b', 'c'];

const rules = fc.record({
  step: fc.constantFrom('0.001', '0.1', '1'),
  tick: fc.constantFrom('0.01', '0.5'),
  notional: fc.constantFrom('5', '100', '900'),
  most: fc.constantFrom('100000', '30', '7'),
});
type Rules = typeof rules extends fc.Arbitrary<infer R> ? R : never;

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('enter' as const),
      who: fc.nat(2),
      part: fc.integer({ min: 1, max: 100 }),
      stop: fc.integer({ min: 90, max: 99 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rules' as const), rules }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('sell' as const),
      share: fc.integer({ min: 1, max: 99 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('hit' as const),
      share: fc.integer({ min: 1, max: 120 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('adopt' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tick' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** A venue that does what it is asked to, sells what there is, and knows what others took. */
class World {
  readonly draft: Draft = draftOf(openedBook());
  readonly facts: Fact[] = [];
  terms: ReviewTerms;
  held: Decimal = decimal(0);
  at = NOON;
  readonly #asked: Fact[] = [];

  constructor(first: Rules) {
    this.terms = this.#under(first);
  }

  run(one: Step): void {
    this.at += 60_000;
    if (one.do === 'enter') this.#enter(names[one.who] ?? 'a', one.part, one.stop);
    if (one.do === 'leave') this.#leave(names[one.who] ?? 'a');
    if (one.do === 'rules') this.terms = this.#under(one.rules);
    if (one.do === 'sell') this.#sell(this.held.times(one.share).div(100).toDecimalPlaces(3));
    if (one.do === 'hit') this.#hit(one.share);
    if (one.do === 'adopt') this.#adopt();
    if (one.do === 'tick') this.tick();
    this.answer();
  }

  /** What the engine does each second. */
  tick(): void {
    this.at += 400_000;
    const moment = { ...momentAt({ [pair]: 100 }, this.at), record: false, settled: true };
    this.take(judgeMarks(this.draft, this.terms, moment));
    for (const [id, { exiting }] of this.draft.positions) if (exiting !== null) this.#leave(id);
  }

  take(facts: readonly Fact[]): void {
    this.facts.push(...facts);
    this.#asked.push(...facts);
  }

  answer(): void {
    let answers = 0;
    for (let one = this.#asked.shift(); one !== undefined; one = this.#asked.shift()) {
      answers += 1;
      if (answers > 500) throw new Error('expected an end of what is asked, was none');
      if (one.type === 'exit.ordered' || one.type === 'protection.ordered')
        this.#place(one.data.order);
      if (one.type === 'cancel.ordered') this.#end(one.data.clientOrderId, 'canceled');
    }
  }

  #under({ step: stepSize, tick, notional, most }: Rules): ReviewTerms {
    const changes: Partial<Instrument> = {
      ...{ stepSize: decimal(stepSize), tickSize: decimal(tick), quantityMin: quantity(stepSize) },
      ...{ notionalMin: money(notional), quantityMax: quantity(most) },
    };
    const instruments = new Map([[pair, instrumentOf(pair, changes)]]);
    return termsFor([pair], { instruments, protection: { by: 'both', offset: 0.01 } });
  }

  #enter(id: string, part: number, stop: number): void {
    const proposal = proposalOf(configurationOf(id), { at: this.at, stopLoss: String(stop) });
    const decided = review(this.draft, [proposal], this.terms, momentAt({ [pair]: 100 }, this.at));
    this.take(decided);
    for (const one of decided) {
      if (one.type !== 'signal.approved') continue;
      const { order } = one.data;
      const amount = decimal(order.quantity).times(part).div(100).toDecimalPlaces(3);
      this.#fill(order, amount, amount.times('0.001'));
      this.#end(order.clientOrderId, 'canceled');
    }
  }

  #leave(configId: string): void {
    const request = { configId, reason: 'target', price: 100, at: this.at } as const;
    this.take(exitProposed(this.draft, this.terms, request));
  }

  /** Others sell coins, whoever has locked them. */
  #sell(amount: Decimal): void {
    if (!amount.gt(0)) return;
    const like = { clientOrderId: 'their-own', pair, side: 'sell' } as unknown as Order;
    const fill = fillOf(like, { quantity: amount.toFixed(), price: '100', fee: '0', at: this.at });
    this.held = this.held.minus(amount);
    this.take(settleReported(this.draft, this.terms, fill));
  }

  /** The stop sells a part of what it was to, or some more. */
  #hit(share: number): void {
    for (const { order, state, filled } of [...this.draft.orders.values()]) {
      if (order.purpose !== 'protection' || state !== 'open') continue;
      const rest = decimal(order.quantity).minus(filled);
      const amount = rest.times(share).div(100).toDecimalPlaces(3);
      if (amount.gt(0) && amount.lte(this.held)) this.#fill(order, amount, decimal(0));
    }
  }

  #adopt(): void {
    const nothing = { differences: new Map(), orders: [], marks: new Map(), pair: null };
    const word = { kind: 'adoption', by: 'ada', reason: 'seen', ...nothing } as const;
    this.take(accountReported(this.draft, this.terms, { ...word, at: this.at }));
  }

  #place(order: Order): void {
    const { clientOrderId, quantity: amount } = order;
    if (this.draft.orders.get(clientOrderId)?.state !== 'sending') return;
    if (decimal(amount).gt(this.held)) {
      this.#end(clientOrderId, 'rejected');
      return;
    }
    const about = { clientOrderId, at: this.at, venueOrderId: '1' };
    this.take(concludeReported(this.draft, this.terms, { kind: 'accepted', ...about }));
    if (order.purpose === 'exit') this.#fill(order, decimal(amount), decimal(0));
  }

  #fill(order: Order, amount: Decimal, fee: Decimal): void {
    if (!amount.gt(0)) return;
    const moved = order.side === 'buy' ? amount.minus(fee) : amount.negated();
    this.held = this.held.plus(moved);
    const fill = fillOf(order, {
      ...{ quantity: amount.toFixed(), fee: fee.toFixed(), price: '100', at: this.at },
    });
    this.take(settleReported(this.draft, this.terms, fill));
  }

  #end(clientOrderId: string, state: 'canceled' | 'rejected'): void {
    const end = { kind: 'ended', state, code: null, message: null } as const;
    this.take(concludeReported(this.draft, this.terms, { ...end, clientOrderId, at: this.at }));
  }
}

const seen = new Set<string>();

test('whatever the rules and whoever sells: nothing goes in circles, and the journal is the book', () => {
  fc.assert(
    fc.property(rules, fc.array(step, { minLength: 5, maxLength: 40 }), (first, steps) => {
      const world = new World(first);
      for (const one of steps) world.run(one);
      for (let turn = 0; turn < 30; turn += 1) {
        world.tick();
        world.answer();
      }
      for (const { type } of world.facts) seen.add(type);
      const before = world.facts.length;
      for (let turn = 0; turn < 5; turn += 1) {
        world.tick();
        world.answer();
      }
      expect(world.facts.slice(before).map(({ type }) => type)).toEqual([]);
      const stops = [...world.draft.orders.values()].filter((live) => !hasEnded(live));
      expect(stops.length).toBeLessThanOrEqual(1);
      // A checkpoint anywhere and the rest of the journal are the book as well.
      const cut = Math.floor(world.facts.length / 2);
      const text = encodeBook(fold(openedBook(), world.facts.slice(0, cut)));
      const again = draftOf(decodeBook(text, hashOf(text)));
      const told: readonly Fact[] = JSON.parse(JSON.stringify(world.facts.slice(cut)));
      for (const one of told) apply(again, one);
      expect(encodeBook(again)).toBe(encodeBook(world.draft));
    }),
    { numRuns: 300 },
  );
  for (const type of [
    ...['exit.decided', 'cancel.ordered', 'foreign.found', 'foreign.adopted'],
    ...['position.closed', 'order.overfilled'],
  ]) {
    expect(seen.has(type), `${type} never happened`).toBe(true);
  }
});
