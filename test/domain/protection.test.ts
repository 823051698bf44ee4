// The stop that rests at the venue, against a model of a venue that locks what it may sell: whatever comes
// between, it covers what is held, nobody ever offers more than there is, and everyone can leave.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBook } from '../../src/domain/checkpoint.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { toLots } from '../../src/domain/instrument.ts';
import { type Decimal, decimal, quantity } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { liveStop } from '../../src/domain/protection.ts';
import {
  concludeReported,
  exitProposed,
  judgeBatch,
  judgeMarks,
  settleReported,
} from '../../src/domain/supervision.ts';
import {
  configurationOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const instrument = instrumentOf(pair);
const terms = termsFor([pair], { protection: { by: 'both', offset: 0.01 } });
const zero = decimal(0);

interface Standing {
  readonly order: Order;
  filled: Decimal;
  isOpen: boolean;
}

/** A venue of one pair: what is free, what is offered, and what it has not told yet. */
class Desk {
  readonly draft: Draft = draftOf(openedBook());
  readonly start: Portfolio = openedBook();
  readonly facts: Fact[] = [];
  readonly orders = new Map<string, Standing>();
  /** What is under way to the venue, and from it. */
  readonly toVenue: (() => void)[] = [];
  readonly toEngine: (() => readonly Fact[])[] = [];
  held = zero;
  at = NOON;
  #trades = 0;
  readonly #lost = new Set<string>();

  get offered(): Decimal {
    let sum = zero;
    for (const { order, filled, isOpen } of this.orders.values()) {
      if (isOpen && order.side === 'sell') sum = sum.plus(order.quantity).minus(filled);
    }
    return sum;
  }

  take(facts: readonly Fact[]): void {
    this.facts.push(...facts);
    for (const one of facts) {
      if (
        one.type === 'signal.approved' ||
        one.type === 'exit.ordered' ||
        one.type === 'protection.ordered'
      ) {
        const { order } = one.data;
        this.toVenue.push(() => this.#place(order));
      }
      if (one.type === 'order.resent') {
        const order = this.draft.orders.get(one.data.clientOrderId)?.order;
        if (order !== undefined) this.toVenue.push(() => this.#place(order));
      }
      if (one.type === 'cancel.ordered') {
        const { clientOrderId } = one.data;
        this.toVenue.push(() => this.#cancel(clientOrderId));
      }
    }
  }

  enter(id: string, stopLoss: number): void {
    this.at += 60_000;
    const configuration = configurationOf(id);
    const proposal = proposalOf(configuration, { stopLoss: String(stopLoss), at: this.at });
    const moment = momentAt({ [pair]: 100 }, this.at);
    this.take(judgeBatch(this.draft, [proposal], terms, moment));
  }

  exit(configId: string): void {
    const request = { configId, reason: 'target', price: 100, at: this.at } as const;
    this.take(exitProposed(this.draft, terms, request));
  }

  mark(): void {
    this.at += 400_000;
    const moment = { ...momentAt({ [pair]: 100 }, this.at), record: false, settled: true };
    this.take(judgeMarks(this.draft, terms, moment));
    for (const { opening, exiting } of this.draft.positions.values()) {
      if (exiting !== null) this.exit(opening.configId);
    }
  }

  /** The order got lost on its way: the resolver finds that out. */
  lose(): void {
    const lost = [...this.draft.orders.values()].find(
      ({ order, state }) =>
        state === 'sending' &&
        !this.orders.has(order.clientOrderId) &&
        !this.#lost.has(order.clientOrderId),
    );
    if (lost === undefined) return;
    this.#lost.add(lost.order.clientOrderId);
    const { clientOrderId } = lost.order;
    this.toVenue.splice(0);
    for (const { order, state } of this.draft.orders.values()) {
      // What else was under way is not lost.
      if (order.clientOrderId === clientOrderId || this.orders.has(order.clientOrderId)) {
        if (state === 'canceling') this.toVenue.push(() => this.#cancel(order.clientOrderId));
        continue;
      }
      const isLost = this.#lost.has(order.clientOrderId);
      if (state === 'sending' && !isLost) this.toVenue.push(() => this.#place(order));
    }
    this.#tell(clientOrderId, 'absent');
  }

  /** The market falls through the venue's stop, which sells `share` of what is left of it. */
  hit(share: number): void {
    for (const standing of this.orders.values()) {
      const { order, filled, isOpen } = standing;
      if (!isOpen || order.purpose !== 'protection') continue;
      const rest = decimal(order.quantity).minus(filled);
      const lots = toLots(instrument, quantity(rest.times(share)));
      this.#fill(standing, lots.gt(0) ? lots : rest);
    }
  }

  deliver(): void {
    this.toVenue.shift()?.();
  }

  hear(): void {
    const news = this.toEngine.shift();
    if (news !== undefined) this.take(news());
  }

  settle(): void {
    for (let turn = 0; turn < 40; turn += 1) {
      while (this.toVenue.length > 0) this.deliver();
      while (this.toEngine.length > 0) this.hear();
      if (this.toVenue.length === 0) this.mark();
    }
  }

  #place(order: Order): void {
    const free = this.held.minus(this.offered);
    if (order.side === 'sell' && free.lt(order.quantity)) {
      this.#tell(order.clientOrderId, 'rejected');
      return;
    }
    const standing = { order, filled: zero, isOpen: true };
    this.orders.set(order.clientOrderId, standing);
    if (order.purpose !== 'protection') {
      this.#fill(standing, decimal(order.quantity));
      return;
    }
    this.toEngine.push(() =>
      concludeReported(this.draft, terms, {
        ...{ kind: 'accepted', venueOrderId: '1', clientOrderId: order.clientOrderId },
        at: this.at,
      }),
    );
  }

  #cancel(clientOrderId: string): void {
    const standing = this.orders.get(clientOrderId);
    // Filled meanwhile: the fill is on its way.
    if (standing?.isOpen !== true) return;
    standing.isOpen = false;
    this.#tell(clientOrderId, 'canceled');
  }

  #fill(standing: Standing, amount: Decimal): void {
    const { order } = standing;
    standing.filled = standing.filled.plus(amount);
    standing.isOpen = standing.filled.lt(order.quantity);
    const fee = order.side === 'buy' ? amount.times('0.001') : zero;
    this.held = order.side === 'buy' ? this.held.plus(amount).minus(fee) : this.held.minus(amount);
    this.#trades += 1;
    const fill: Fill = {
      tradeId: String(this.#trades),
      clientOrderId: order.clientOrderId,
      ...{ pair, side: order.side, price: '100', quantity: amount.toFixed(), fee: fee.toFixed() },
      ...{ feeAsset: order.side === 'buy' ? 'BTC' : 'USDT', at: this.at },
    };
    // Twice: what a stream and a question both tell counts once.
    for (let told = 0; told < 2; told += 1) {
      this.toEngine.push(() => settleReported(this.draft, terms, fill));
    }
  }

  #tell(clientOrderId: string, state: 'canceled' | 'rejected' | 'absent'): void {
    this.toEngine.push(() => {
      this.#lost.delete(clientOrderId);
      return concludeReported(this.draft, terms, {
        ...{ kind: 'ended', state, clientOrderId, at: this.at, code: null, message: null },
      });
    });
  }
}

const inBooks = ({ draft }: Desk): Decimal => {
  let sum = decimal(draft.balances.get('units:dust BTC') ?? 0);
  for (const position of draft.positions.values()) sum = sum.plus(position.quantity);
  return sum;
};

const names = ['a', 'b', 'c'];
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('enter' as const),
      who: fc.nat(2),
      stop: fc.integer({ min: 90, max: 99 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('exit' as const), who: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('hear' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mark' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('lose' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('hit' as const), share: fc.constantFrom(0.3, 0.7, 1) }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function run(desk: Desk, one: Step): void {
  if (one.do === 'enter') desk.enter(names[one.who] ?? 'a', one.stop);
  else if (one.do === 'exit') desk.exit(names[one.who] ?? 'a');
  else if (one.do === 'hit') desk.hit(one.share);
  else desk[one.do]();
}

/** What has to have happened at least once for the rest to mean anything. */
const SITUATIONS = [
  ...(['protection.ordered', 'exit.decided', 'cancel.ordered', 'order.resent'] as const),
  ...(['position.closed', 'exit.ordered'] as const),
];
const seen = new Set<string>();

test('whatever comes between, nobody offers more than there is, and in the end the right stop stands', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 80 }), (steps) => {
      const desk = new Desk();
      for (const one of steps) {
        run(desk, one);
        expect(desk.offered.lte(desk.held), 'offered more than there is').toBe(true);
      }
      desk.settle();
      for (const { type } of desk.facts) seen.add(type);
      expect(inBooks(desk).toFixed()).toBe(desk.held.toFixed());
      const staying = [...desk.draft.positions.values()];
      expect(staying.every(({ exiting }) => exiting === null)).toBe(true);
      const held = staying.reduce((sum, { quantity: one }) => sum.plus(one), zero);
      const lots = toLots(instrument, quantity(held));
      const stop = liveStop(desk.draft, pair);
      const covered = stop === undefined ? zero : decimal(stop.order.quantity).minus(stop.filled);
      expect(covered.toFixed()).toBe(lots.toFixed());
      const lowest = Math.min(...staying.map(({ opening }) => Number(opening.stopLoss)));
      if (stop !== undefined) expect(Number(stop.order.stopPrice)).toBeCloseTo(lowest * 0.99, 2);
      // What a restart folds is what stood here.
      expect(encodeBook(fold(desk.start, desk.facts))).toBe(encodeBook(desk.draft));
    }),
    { numRuns: 300 },
  );
  for (const type of SITUATIONS) expect(seen.has(type), `${type} never happened`).toBe(true);
});
