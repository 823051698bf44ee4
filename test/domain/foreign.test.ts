// What others do on the account: posted as foreign, told once, never profit; exits ask for what is there;
// and a person's word makes the book what the venue says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conclude } from '../../src/domain/conclusion.ts';
import { orderExit } from '../../src/domain/exit.ts';
import type { Fact, FactType } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { balanceOf, holdings } from '../../src/domain/ledger.ts';
import { type Decimal, decimal } from '../../src/domain/money.ts';
import { available, cash, dayReturn, equity, foreignOf } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { type AccountNews, accountReported, settleReported } from '../../src/domain/supervision.ts';
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
const terms = termsFor([pair, 'ETH/USDT']);
const at = NOON + 60_000;
const marks = momentAt({ [pair]: 100 }).marks;

const typesOf = (facts: readonly Fact[]): readonly FactType[] => facts.map(({ type }) => type);

/** A book in which each of `ids` bought as many units at 100, without a fee. */
function holding(units: Readonly<Record<string, string>>): Draft {
  const draft = draftOf(openedBook());
  for (const [id, quantity] of Object.entries(units)) {
    const proposal = proposalOf(configurationOf(id), { confidence: 0.2 });
    const [decided] = review(draft, [proposal], terms, { ...momentAt(), marks });
    if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
    const { clientOrderId } = decided.data.order;
    settle(draft, tradeOf({ clientOrderId, tradeId: `of-${id}`, quantity }), instrument);
    const end = { clientOrderId, at, state: 'canceled', code: null, message: null } as const;
    conclude(draft, { kind: 'ended', ...end }, instrument);
  }
  return draft;
}

const tradeOf = (changes: Partial<Fill>): Fill => ({
  ...{ tradeId: 'x1', clientOrderId: 'web_17', pair, side: 'buy', price: '100', quantity: '1' },
  ...{ fee: '0', feeAsset: 'USDT', at: NOON + 1000 },
  ...changes,
});

const adoption = (
  differences: Readonly<Record<string, string>> = {},
  only: string | null = null,
): AccountNews => ({
  kind: 'adoption',
  ...{ at, by: 'anna', reason: 'I did it', pair: only, orders: [], marks },
  differences: new Map(Object.entries(differences).map(([of, much]) => [of, decimal(much)])),
});

const exitOf = (draft: Draft, configId: string): string | undefined => {
  const request = { configId, reason: 'stop', price: 100, at } as const;
  const [ordered] = orderExit(draft, request, instrument, terms.engine);
  return ordered?.type === 'exit.ordered' ? ordered.data.order.quantity : undefined;
};

describe('a trade of a person', () => {
  test('moves what is foreign, with its fee, freezes the pair and is told once', () => {
    const draft = holding({});
    const fill = tradeOf({ quantity: '2', fee: '0.3', feeAsset: 'BNB' });
    const [found, ...more] = settleReported(draft, terms, fill);
    expect([found?.type, more]).toEqual(['foreign.found', []]);
    expect(found?.data).toMatchObject({ what: 'trade of a person', freezes: true, tradeId: 'x1' });
    expect(['BTC', 'USDT', 'BNB'].map((asset) => foreignOf(draft, asset).toFixed())).toEqual([
      '2',
      '-200',
      '-0.3',
    ]);
    expect(settleReported(draft, terms, fill)).toEqual([]);
    // It was paid out of the engine's cash, which is not there to be used any more.
    expect([cash(draft).toFixed(), available(draft).toFixed()]).toEqual(['100000', '99800']);
    const [refused] = review(draft, [proposalOf(configurationOf('new'))], terms, momentAt());
    expect(refused?.type === 'signal.refused' && refused.data.refusal).toMatchObject({
      code: 'symbol-frozen',
    });
    const other = proposalOf(configurationOf('new', { pair: 'ETH/USDT' }));
    expect(typesOf(review(draft, [other], terms, momentAt()))).toEqual(['signal.approved']);
  });

  test('from before the book began is none of its business', () => {
    const draft = holding({});
    expect(settleReported(draft, terms, tradeOf({ at: NOON - 5000 }))).toEqual([]);
  });

  test('that is told again after it was forgotten is not posted again', () => {
    const draft = holding({});
    const old = tradeOf({ tradeId: 'old' });
    settleReported(draft, terms, old);
    settleReported(draft, terms, tradeOf({ tradeId: 'new', at: old.at + 3_600_000 }));
    expect(draft.account.trades.get(pair)?.has('old')).toBe(false);
    expect(settleReported(draft, terms, old)).toEqual([]);
  });
});

describe('a sale of what the engine holds', () => {
  const sold = tradeOf({ side: 'sell', quantity: '5', price: '90' });

  test('leaves exits what is there, fairly, and the rest waits for a person', () => {
    const draft = holding({ a: '10', b: '10' });
    settleReported(draft, terms, sold);
    expect(exitOf(draft, 'a')).toBe('7.5');
    expect(exitOf(draft, 'b')).toBe('7.5');
    const [exit] = [...draft.orders.values()].filter(({ order }) => order.purpose === 'exit');
    if (exit === undefined) throw new Error('expected an exit');
    const { clientOrderId, quantity } = exit.order;
    settle(draft, tradeOf({ clientOrderId, tradeId: 's', side: 'sell', quantity }), instrument);
    expect(draft.positions.get('a')?.quantity.toFixed()).toBe('2.5');
    // Asked again it asks the venue for nothing, and ends nothing.
    expect(exitOf(draft, 'a')).toBeUndefined();
    expect(draft.positions.has('a')).toBe(true);
  });

  test('is theirs once a person accepts it: at the price of the sale, and the pair is free', () => {
    const draft = holding({ a: '10', b: '10' });
    settleReported(draft, terms, sold);
    const facts = accountReported(draft, terms, adoption());
    expect(typesOf(facts)).toEqual(['foreign.adopted']);
    for (const id of ['a', 'b']) {
      const { quantity, cost, realised } = draft.positions.get(id) ?? {};
      expect([quantity?.toFixed(), cost?.toFixed(), realised?.toFixed()]).toEqual([
        '7.5',
        '750',
        '-25',
      ]);
    }
    expect(cash(draft).toFixed()).toBe('98450');
    expect([foreignOf(draft, 'BTC').toFixed(), foreignOf(draft, 'USDT').toFixed()]).toEqual([
      '0',
      '0',
    ]);
    // A loss of ten a unit is a loss: equity fell by it, and nothing hid it.
    expect(equity(draft, marks).toFixed()).toBe('99950');
    expect(dayReturn(draft, equity(draft, marks))).toBeCloseTo(-0.0005, 10);
    expect([draft.account.frozen.size, draft.account.sold.size]).toEqual([0, 0]);
    expect(exitOf(draft, 'a')).toBe('7.5');
  });

  test('of all of it ends the position, with its result', () => {
    const draft = holding({ a: '10' });
    settleReported(draft, terms, { ...sold, quantity: '10' });
    const facts = accountReported(draft, terms, adoption());
    expect(typesOf(facts)).toEqual(['foreign.adopted', 'position.closed']);
    const closed = facts.find((one) => one.type === 'position.closed');
    expect(closed?.data).toMatchObject({
      trade: { exitReason: 'manual', profit: '-100', exitPrice: '90' },
    });
    expect(cash(draft).toFixed()).toBe('99900');
  });
});

test('coins that are simply gone leave at their mark, and are no loss of trading', () => {
  const draft = holding({ a: '10' });
  const missing = new Map([['BTC', decimal(4)]]);
  expect(typesOf(accountReported(draft, terms, { kind: 'differences', missing, at }))).toEqual([
    'difference.found',
  ]);
  expect(accountReported(draft, terms, { kind: 'differences', missing, at })).toEqual([]);
  expect(exitOf(draftOf(draft), 'a')).toBe('6');
  const before = dayReturn(draft, equity(draft, marks));
  accountReported(draft, terms, adoption({ BTC: '-4' }));
  expect(draft.positions.get('a')?.quantity.toFixed()).toBe('6');
  expect(holdings(draft.balances).get('BTC')?.toFixed()).toBe('6');
  expect(dayReturn(draft, equity(draft, marks))).toBeCloseTo(before, 12);
  expect(draft.day?.startEquity.toFixed()).toBe('99600');
});

describe('a transfer', () => {
  const paid = (draft: Draft, amount: string, asset = 'USDT', ceiling = 100_000) =>
    accountReported(draft, terms, {
      kind: 'transfer',
      ...{ asset, amount, at, ceiling: decimal(ceiling) },
    });

  test('beyond the ceiling stays its owner’s; within it is used, and is no profit', () => {
    const draft = holding({});
    paid(draft, '500');
    expect([cash(draft).toFixed(), foreignOf(draft, 'USDT').toFixed()]).toEqual(['100000', '500']);
    expect(paid(draft, '500')).toEqual([]);
    paid(draft, '700', 'USDT', 100_300);
    expect([cash(draft).toFixed(), foreignOf(draft, 'USDT').toFixed()]).toEqual(['100300', '900']);
    expect(dayReturn(draft, equity(draft, marks))).toBe(0);
  });

  test('out takes the owner’s own money first, then the engine’s, and is no loss', () => {
    const draft = holding({});
    paid(draft, '500');
    paid(draft, '-200');
    expect([cash(draft).toFixed(), foreignOf(draft, 'USDT').toFixed()]).toEqual(['100000', '300']);
    paid(draft, '-40300');
    expect([cash(draft).toFixed(), foreignOf(draft, 'USDT').toFixed()]).toEqual(['60000', '0']);
    expect(draft.day?.startEquity.toFixed()).toBe('60000');
    expect(dayReturn(draft, equity(draft, marks))).toBe(0);
    expect(balanceOf(draft.balances, 'capital', 'USDT').toFixed()).toBe('-60000');
  });

  test('of another asset is foreign', () => {
    const draft = holding({});
    paid(draft, '3', 'BNB');
    expect(foreignOf(draft, 'BNB').toFixed()).toBe('3');
    expect(equity(draft, marks).toFixed()).toBe('100000');
  });
});

describe('another engine', () => {
  const theirs = 'beef'.repeat(8);

  test('found by its trade or its order halts this one, in the same breath', () => {
    const byTrade = settleReported(holding({}), terms, tradeOf({ clientOrderId: theirs }));
    const order = { pair, clientOrderId: theirs, venueOrderId: '17', at };
    const draft = holding({});
    const byOrder = accountReported(draft, terms, { kind: 'order', ...order });
    for (const facts of [byTrade, byOrder]) {
      expect(typesOf(facts)).toEqual(['foreign.found', 'trading.reduced']);
      expect(facts[1]?.data).toMatchObject({ by: 'engine' });
    }
    expect(accountReported(draft, terms, { kind: 'order', ...order })).toEqual([]);
  });
});

test('an open order of a person freezes until it is accepted, and not again', () => {
  const draft = holding({});
  const order = { kind: 'order', pair, clientOrderId: 'web_1', venueOrderId: '17', at } as const;
  expect(typesOf(accountReported(draft, terms, order))).toEqual(['foreign.found']);
  expect(accountReported(draft, terms, order)).toEqual([]);
  accountReported(draft, terms, { ...adoption(), orders: [`${pair} 17`] } as AccountNews);
  expect(draft.account.frozen.size).toBe(0);
  expect(accountReported(draft, terms, order)).toEqual([]);
});

const doing = fc.record({
  kind: fc.constantFrom('trade', 'transfer', 'exit', 'vanish', 'adopt', 'adopt one'),
  side: fc.constantFrom('buy', 'sell'),
  amount: fc.integer({ min: 1, max: 9000 }),
  price: fc.integer({ min: 50, max: 150 }),
  asset: fc.constantFrom('USDT', 'BTC', 'BNB'),
  fee: fc.constantFrom('USDT', 'BTC', 'BNB'),
});
type Doing = typeof doing extends fc.Arbitrary<infer D> ? D : never;

const crowd = { a: '10', b: '7.3', c: '2.001' };

/** A book beside a tally of the venue's own, which trades, transfers and nobody at all change. */
class Account {
  readonly draft = holding(crowd);
  readonly facts: Fact[] = [];
  readonly #venue = new Map<string, Decimal>(holdings(this.draft.balances));

  live(happening: Doing, index: number): void {
    const when = at + index * 1000;
    const quantity = decimal(happening.amount).div(1000);
    const moved = happening.side === 'buy' ? quantity : quantity.negated();
    const acts: Record<Doing['kind'], () => void> = {
      trade: () => this.#trade(happening, moved, when, `t${index}`),
      transfer: () => this.#transfer(happening.asset, moved, when),
      vanish: () => this.#move(happening.asset, quantity.negated()),
      exit: () => this.#expectCovered(when),
      adopt: () => this.#adopt(null, when),
      'adopt one': () => this.#adopt(pair, when),
    };
    acts[happening.kind]();
  }

  #move(asset: string, by: Decimal): void {
    this.#venue.set(asset, (this.#venue.get(asset) ?? decimal(0)).plus(by));
  }

  #trade({ side, price, fee }: Doing, moved: Decimal, when: number, tradeId: string): void {
    this.#move('BTC', moved);
    this.#move('USDT', moved.times(price).negated());
    this.#move(fee, decimal('-0.001'));
    const fill = tradeOf({
      ...{ tradeId, side, price: `${price}`, at: when, feeAsset: fee, fee: '0.001' },
      quantity: moved.abs().toFixed(),
    });
    // Told twice, as a stream and a list do.
    for (const one of [fill, fill]) this.facts.push(...settleReported(this.draft, terms, one));
  }

  #transfer(asset: string, moved: Decimal, when: number): void {
    this.#move(asset, moved);
    const about = { asset, amount: moved.toFixed(), at: when, ceiling: decimal(100_005) };
    this.facts.push(...accountReported(this.draft, terms, { kind: 'transfer', ...about }));
  }

  /** Never more than is there, as far as the book can know. */
  #expectCovered(when: number): void {
    const request = { configId: 'a', reason: 'stop', price: 100, at: when } as const;
    const [ordered] = orderExit(draftOf(this.draft), request, instrument, terms.engine);
    const asked = ordered?.type === 'exit.ordered' ? ordered.data.order.quantity : '0';
    const there = this.#ours('BTC');
    expect(decimal(asked).lte(there.gt(0) ? there : 0)).toBe(true);
  }

  #ours(asset: string): Decimal {
    return holdings(this.draft.balances).get(asset) ?? decimal(0);
  }

  #adopt(only: string | null, when: number): void {
    const differences: Record<string, string> = {};
    for (const [asset, much] of this.#venue) {
      const difference = much.minus(this.#ours(asset));
      if (!difference.isZero()) differences[asset] = difference.toFixed();
    }
    const word = { ...adoption(differences, only), at: when };
    this.facts.push(...accountReported(this.draft, terms, word));
    for (const [asset, much] of only === null ? this.#venue : []) {
      expect(this.#ours(asset).toFixed(), asset).toBe(much.toFixed());
    }
  }

  expectConserved(): void {
    const { balances, positions } = this.draft;
    const account = (name: Parameters<typeof balanceOf>[1]): Decimal =>
      balanceOf(balances, name, 'USDT');
    let held = account('cash').plus(account('cost:dust'));
    for (const { opening, quantity, cost } of positions.values()) {
      held = held.plus(cost);
      expect(quantity.gte(0) && cost.gte(0)).toBe(true);
      const units = balanceOf(balances, `units:${opening.configId}`, 'BTC');
      expect(units.toFixed()).toBe(quantity.toFixed());
    }
    const sources = account('capital').plus(account('realised')).plus(account('fees'));
    expect(held.toFixed()).toBe(sources.negated().toFixed());
  }
}

test('whatever others do: the ledger balances, and after a person’s word the book is the venue', () => {
  fc.assert(
    fc.property(fc.array(doing, { maxLength: 25 }), (steps) => {
      const account = new Account();
      steps.forEach((step, index) => {
        account.live(step, index);
        account.expectConserved();
      });
      const read: Fact[] = JSON.parse(JSON.stringify(account.facts));
      const again = fold(holding(crowd), read);
      expect([...again.balances].sort()).toEqual([...account.draft.balances].sort());
      expect(again.account).toEqual(account.draft.account);
    }),
    { numRuns: 200 },
  );
});
