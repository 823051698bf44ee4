// Money and coins move and never appear: after every fact of any history (RELIABILITY §3.6, 5, 9–13),
// and a history folded again from the journal's text is the same book (28).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBook } from '../../src/domain/checkpoint.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { balanceOf, post } from '../../src/domain/ledger.ts';
import { type Decimal, decimal } from '../../src/domain/money.ts';
import { EXIT_REASONS, type Order } from '../../src/domain/order.ts';
import { available, cash, hasEnded, reservation } from '../../src/domain/portfolio.ts';
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
const capital = decimal(100_000);

/** One thing that happens; `pick` chooses among what there is, `part` how much of it. */
const step = fc.record({
  kind: fc.constantFrom('signal', 'fill', 'fill', 'again', 'accept', 'lose', 'end', 'exit'),
  pick: fc.nat({ max: 1000 }),
  part: fc.integer({ min: 1, max: 120 }),
  cents: fc.integer({ min: 8000, max: 12_000 }),
  fee: fc.constantFrom('base', 'quote', 'BNB'),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The tally a person would keep by hand, from the fills alone. */
interface Tally {
  cash: Decimal;
  readonly units: Map<string, Decimal>;
  readonly feesOf: Map<string, Decimal>;
}

const grow = (map: Map<string, Decimal>, key: string, by: Decimal): void => {
  map.set(key, (map.get(key) ?? decimal(0)).plus(by));
};

function tallied(tally: Tally, fill: Fill): void {
  const [base = '', quote = ''] = fill.pair.split('/');
  const way = fill.side === 'buy' ? 1 : -1;
  const value = decimal(fill.price).times(fill.quantity).times(way);
  tally.cash = tally.cash.minus(value);
  grow(tally.units, base, decimal(fill.quantity).times(way));
  grow(tally.feesOf, fill.feeAsset, decimal(fill.fee));
  if (fill.feeAsset === quote) tally.cash = tally.cash.minus(fill.fee);
  if (fill.feeAsset === base) grow(tally.units, base, decimal(fill.fee).negated());
}

class History {
  readonly draft: Draft = draftOf(openedBook());
  readonly facts: Fact[] = [];
  readonly orders: Order[] = [];
  readonly fills: Fill[] = [];
  readonly tally: Tally = { cash: capital, units: new Map(), feesOf: new Map() };
  #at = NOON;

  live(happening: Step): void {
    this.#at += 1000;
    const facts = this.#act(happening, this.#at);
    for (const one of facts) {
      if (one.type === 'fill.recorded') tallied(this.tally, one.data.fill);
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

const exactly = (actual: Decimal, expected: Decimal, what: string): void =>
  expect(actual.toFixed(), what).toBe(expected.toFixed());

const total = (amounts: Iterable<Decimal>): Decimal =>
  [...amounts].reduce((sum, amount) => sum.plus(amount), decimal(0));

function expectConserved({ draft, tally }: History): void {
  const { balances, positions } = draft;
  const account = (name: Parameters<typeof balanceOf>[1], asset = 'USDT'): Decimal =>
    balanceOf(balances, name, asset);
  // Cash and coins are what the fills say.
  exactly(cash(draft), tally.cash, 'cash');
  for (const [asset, expected] of tally.units) {
    const held = [...positions.values()].filter(({ opening }) => opening.asset === asset);
    const units = total(held.map(({ quantity }) => quantity));
    exactly(units.plus(account('units:dust', asset)), expected, `units of ${asset}`);
  }
  for (const [asset, expected] of tally.feesOf) {
    if (asset !== 'USDT') exactly(account('fees', asset), expected, `fees in ${asset}`);
  }
  // Cash + positions at cost + dust = capital + realised − fees.
  const cost = total([...positions.values()].map((position) => position.cost));
  const left = cash(draft).plus(cost).plus(account('cost:dust'));
  const right = capital.minus(account('realised')).minus(account('fees'));
  exactly(left, right, 'cash and cost');
  // The position and its accounts are one.
  for (const [id, position] of positions) {
    exactly(position.cost, account(`cost:${id}`), `cost of ${id}`);
    exactly(position.quantity, account(`units:${id}`, position.opening.asset), `units of ${id}`);
  }
  // What a trade without a place in the book took of the quote currency cannot be spent again.
  const foreign = account('foreign');
  const there = foreign.lt(0) ? cash(draft).plus(foreign) : cash(draft);
  const aside = total([...draft.orders.values()].map(reservation));
  exactly(available(draft), there.minus(aside), 'available');
}

function expectBalanced(facts: readonly Fact[]): void {
  for (const { type, data } of facts) {
    if (type !== 'fill.recorded' && type !== 'position.closed') continue;
    const sums = new Map<string, Decimal>();
    for (const { asset, amount } of data.postings) grow(sums, asset, decimal(amount));
    for (const [asset, sum] of sums) exactly(sum, decimal(0), `${type} in ${asset}`);
  }
}

function expectOrdersTrue({ draft, facts }: History): void {
  for (const [id, live] of draft.orders) {
    const filled = facts.flatMap((one) => {
      if (one.type === 'fill.recorded' && one.key === id) return [decimal(one.data.fill.quantity)];
      // A trade without a place in the book counts for its order as well.
      return one.type === 'foreign.found' && one.cause === id
        ? [decimal(one.data.sold.quantity).abs()]
        : [];
    });
    exactly(live.filled, total(filled), 'filled');
    expect(new Set(live.trades).size).toBe(live.trades.length);
    if (hasEnded(live)) expect(reservation(live).isZero()).toBe(true);
  }
}

test('after every fact of any history: cash, coins, cost and fees agree to the last digit', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60 }), (steps) => {
      const history = new History();
      for (const happening of steps) {
        history.live(happening);
        expectConserved(history);
      }
      expectBalanced(history.facts);
      expectOrdersTrue(history);
    }),
    { numRuns: 120 },
  );
});

/** What came up in a history, by name. */
function situationsOf({ facts, draft }: History): readonly string[] {
  const ended = new Set<string>();
  const found = facts.flatMap(({ type, data }): readonly string[] => {
    if (type === 'order.ended') ended.add(data.clientOrderId);
    if (type !== 'fill.recorded') return [type];
    const late = ended.has(data.fill.clientOrderId) ? [`late ${data.purpose}`] : [];
    const oversold = decimal(data.held.quantity).lt(0) ? ['oversold'] : [];
    return [type, `fee in ${data.fill.feeAsset}`, ...late, ...oversold];
  });
  return draft.balances.has('units:dust BTC') ? [...found, 'dust'] : found;
}

test('the histories are worth trying: every situation that could break a book comes up', () => {
  const long = fc.array(step, { minLength: 40, maxLength: 60 });
  const found = fc.sample(long, { numRuns: 60, seed: 7 }).flatMap((steps) => {
    const history = new History();
    for (const happening of steps) history.live(happening);
    return situationsOf(history);
  });
  for (const what of [
    ...['signal.approved', 'signal.refused', 'exit.ordered', 'position.opened', 'position.closed'],
    ...['order.unresolved', 'order.accepted', 'foreign.found', 'late entry', 'late exit'],
    ...['oversold', 'dust', 'fee in BTC', 'fee in ETH', 'fee in USDT', 'fee in BNB'],
  ]) {
    expect(found.filter((name) => name === what).length, what).toBeGreaterThan(3);
  }
});

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
