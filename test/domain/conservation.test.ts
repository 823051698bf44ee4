// A history folded again from the journal's text is the same book (RELIABILITY §3.6, 28), and so is one whose
// fills came in another order. That its money and coins are right is shown in test/model.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBook } from '../../src/domain/checkpoint.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { post } from '../../src/domain/ledger.ts';
import { decimal } from '../../src/domain/money.ts';
import { EXIT_REASONS, type Order } from '../../src/domain/order.ts';
import { review } from '../../src/domain/review.ts';
import { concludeReported, exitProposed, settleReported } from '../../src/domain/supervision.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pairs = ['BTC/USDT', 'ETH/USDT'];
const terms = termsFor(pairs);

/** One thing that happens; `pick` chooses among what there is, `part` how much of it. */
const step = fc.record({
  kind: fc.constantFrom('signal', 'fill', 'fill', 'again', 'accept', 'lose', 'end', 'exit'),
  pick: fc.nat({ max: 1000 }),
  part: fc.integer({ min: 1, max: 120 }),
  cents: fc.integer({ min: 8000, max: 12_000 }),
  fee: fc.constantFrom('base', 'quote', 'BNB'),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class History {
  readonly draft: Draft = draftOf(openedBook());
  readonly facts: Fact[] = [];
  readonly orders: Order[] = [];
  readonly fills: Fill[] = [];
  #at = NOON;

  live(happening: Step): void {
    this.#at += 1000;
    const facts = this.#act(happening, this.#at);
    for (const one of facts) {
      if (one.type === 'signal.approved' || one.type === 'exit.ordered') {
        this.orders.push(one.data.order);
      }
    }
    this.facts.push(...facts);
  }

  #act(happening: Step, at: number): readonly Fact[] {
    const { kind, pick } = happening;
    const order = this.orders[pick % Math.max(1, this.orders.length)];
    if (kind === 'signal') return this.#signal(happening, at);
    if (kind === 'exit') return this.#exit(happening, at);
    if (kind === 'again') {
      const fill = this.fills[pick % Math.max(1, this.fills.length)];
      return fill === undefined ? [] : settleReported(this.draft, terms, fill);
    }
    if (order === undefined) return [];
    if (kind === 'fill') return this.#fill(happening, order, at);
    return this.#report(happening, order.clientOrderId, at);
  }

  #signal({ pick, part }: Step, at: number): readonly Fact[] {
    const configuration = configurationOf(`c${pick % 5}`, { pair: pairs[pick % 2] ?? '' });
    const confidence = Math.min(1, part / 100);
    const proposal = proposalOf(configuration, { at, confidence });
    return review(this.draft, [proposal], terms, { ...momentAt({}, at), open: true });
  }

  #exit({ pick, cents }: Step, at: number): readonly Fact[] {
    const reason = EXIT_REASONS[pick % EXIT_REASONS.length] ?? 'stop';
    const price = pick % 3 === 0 ? null : cents / 100;
    return exitProposed(this.draft, terms, { configId: `c${pick % 5}`, reason, price, at });
  }

  /** A part of the order, now and then more than all of it. */
  #fill({ part, cents, fee }: Step, order: Order, at: number): readonly Fact[] {
    const lots = decimal(order.quantity).times(part).div(100).toDecimalPlaces(3);
    const [base = '', quote = ''] = order.pair.split('/');
    const feeAsset = { base, quote, BNB: 'BNB' }[fee] ?? 'BNB';
    const price = decimal(cents).div(100);
    const value = feeAsset === base ? lots : price.times(lots);
    const fill = fillOf(order, {
      ...{ quantity: lots.toFixed(), price: price.toFixed(), feeAsset, at },
      fee: value.times('0.001').toDecimalPlaces(8).toFixed(),
    });
    this.fills.push(fill);
    return settleReported(this.draft, terms, fill);
  }

  #report({ kind, pick }: Step, clientOrderId: string, at: number): readonly Fact[] {
    const about = { clientOrderId, at };
    if (kind === 'accept') {
      return concludeReported(this.draft, terms, { kind: 'accepted', venueOrderId: '1', ...about });
    }
    if (kind === 'lose') {
      return concludeReported(this.draft, terms, { kind: 'unresolved', reason: 'lost', ...about });
    }
    const state = (['rejected', 'canceled', 'absent'] as const)[pick % 3] ?? 'canceled';
    const end = { kind: 'ended', state, code: null, message: null } as const;
    return concludeReported(this.draft, terms, { ...end, ...about });
  }
}

test('a history read back from its text makes the same book, at every cut', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 5, maxLength: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (steps, cut) => {
        const history = new History();
        for (const happening of steps) history.live(happening);
        const read: Fact[] = JSON.parse(JSON.stringify(history.facts));
        const at = Math.floor(cut * read.length);
        const halfway = fold(openedBook(), read.slice(0, at));
        const again = fold(halfway, read.slice(at));
        expect(encodeBook(again)).toBe(encodeBook(history.draft));
      },
    ),
    { numRuns: 80 },
  );
});

test('the same fills in any order, told any number of times, make one ledger', () => {
  const draft = draftOf(openedBook());
  const proposals = ['a', 'b'].map((id) => proposalOf(configurationOf(id)));
  const decided = review(draft, proposals, terms, momentAt());
  const orders = decided.flatMap((one) => (one.type === 'signal.approved' ? [one.data.order] : []));
  expect(orders).toHaveLength(2);
  const fills = orders.flatMap((order) =>
    ['7.123', '11.001', '0.377'].map((quantity, index) =>
      fillOf(order, { quantity, price: `99.${index}7` }),
    ),
  );
  const ledgerOf = (told: readonly Fill[]): string => {
    const own = draftOf(draft);
    for (const fill of told) settleReported(own, terms, fill);
    return JSON.stringify([...post(own.balances, [])].sort());
  };
  const expected = ledgerOf(fills);
  const shuffled = fc.shuffledSubarray([...fills, ...fills, ...fills], { minLength: 18 });
  fc.assert(
    fc.property(shuffled, (told) => ledgerOf(told) === expected),
    { numRuns: 60 },
  );
});
