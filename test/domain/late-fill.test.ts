// The venue's word in the wrong order: after the end of an order, after the end of its position, twice,
// or of nothing. The book follows it, or says why it does not; it never falls over.
import { describe, expect, test } from 'vitest';
import { conclude } from '../../src/domain/conclusion.ts';
import { orderExit } from '../../src/domain/exit.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { balanceOf } from '../../src/domain/ledger.ts';
import type { Order } from '../../src/domain/order.ts';
import { cash, foreignOf } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { exitProposed, settleReported } from '../../src/domain/supervision.ts';
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
const instrument = instrumentOf(pair);
const terms = termsFor([pair]);
const at = NOON + 5000;

/** A draft whose one configuration has ordered its entry, and the order. */
function entering(): { draft: Draft; entry: Order } {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  return { draft, entry: decided.data.order };
}

const cancel = (draft: Draft, { clientOrderId }: Order): readonly Fact[] =>
  conclude(
    draft,
    { kind: 'ended', clientOrderId, at, state: 'canceled', code: null, message: null },
    instrument,
  );

function exit(draft: Draft, price: number | null = 100): Order {
  const [ordered] = orderExit(
    draft,
    { configId: 'one', reason: 'stop', price, at },
    instrument,
    terms.engine,
  );
  if (ordered?.type !== 'exit.ordered') throw new Error(`expected an exit, was ${ordered?.type}`);
  return ordered.data.order;
}

const typesOf = (facts: readonly Fact[]): readonly string[] => facts.map(({ type }) => type);

const only = <T extends Fact['type']>(facts: readonly Fact[], type: T) => {
  const found = facts.filter((one): one is Extract<Fact, { type: T }> => one.type === type);
  expect(found).toHaveLength(1);
  return found[0];
};

describe('a fill of an entry after its position was closed', () => {
  /** Half of the entry bought and sold again; then the venue remembers another lot. */
  const reopened = () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '10', price: '100' }), instrument);
    cancel(draft, entry);
    const first = exit(draft);
    const closing = settle(draft, fillOf(first, { price: '100' }), instrument);
    expect(typesOf(closing)).toContain('position.closed');
    const late = settle(draft, fillOf(entry, { quantity: '1', price: '100' }), instrument);
    return { draft, first, late };
  };

  test('opens the position again, with the stop of its signal', () => {
    const { draft, late } = reopened();
    expect(typesOf(late)).toEqual(['position.opened', 'fill.recorded']);
    expect(only(late, 'position.opened')?.data.stopLoss).toBe('99');
    expect(draft.positions.get('one')?.quantity.toFixed()).toBe('0.999');
  });

  test('and its exit never takes the id of an earlier one', () => {
    const { draft, first } = reopened();
    const second = exit(draft);
    expect(second.clientOrderId).not.toBe(first.clientOrderId);
    expect(draft.orders.get(first.clientOrderId)?.state).toBe('filled');
    expect(draft.orders.get(second.clientOrderId)?.trades).toEqual([]);
  });
});

describe('a sale that comes after its position was closed by another', () => {
  const closedTwice = () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '10', price: '100' }), instrument);
    cancel(draft, entry);
    const lost = exit(draft);
    conclude(
      draft,
      {
        kind: 'ended',
        clientOrderId: lost.clientOrderId,
        at,
        state: 'rejected',
        code: null,
        message: null,
      },
      instrument,
    );
    settle(draft, fillOf(exit(draft), { price: '100' }), instrument);
    expect(draft.positions.size).toBe(0);
    return { draft, lost };
  };

  test('is posted as foreign, moves nothing of the engine’s, and freezes the pair', () => {
    const { draft, lost } = closedTwice();
    const before = cash(draft);
    const sale = fillOf(lost, { price: '100' });
    expect(typesOf(settleReported(draft, terms, sale))).toEqual(['foreign.found']);
    expect(cash(draft)).toEqual(before);
    expect(foreignOf(draft, 'BTC').toFixed()).toBe(`-${sale.quantity}`);
    expect([...draft.account.frozen.keys()]).toEqual([pair]);
    expect(settleReported(draft, terms, sale)).toEqual([]);
  });

  test('while the same trade told twice of an exit that did settle is silence', () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '10', price: '100' }), instrument);
    cancel(draft, entry);
    const sale = fillOf(exit(draft), { price: '100' });
    settleReported(draft, terms, sale);
    expect(settleReported(draft, terms, sale)).toEqual([]);
  });
});

test('a trade of nothing is nothing', () => {
  const { draft, entry } = entering();
  expect(settle(draft, fillOf(entry, { quantity: '0', price: '100' }), instrument)).toEqual([]);
  expect(draft.positions.size).toBe(0);
});

describe('what the venue would not take', () => {
  /** An entry that got three thousandths, worth 0.30 where the venue wants 5. */
  const tiny = () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '0.003', price: '100' }), instrument);
    return { draft, entry };
  };
  const request = { configId: 'one', reason: 'stop', price: 99, at } as const;

  test('leaves as dust with its cost, and makes room', () => {
    const { draft, entry } = tiny();
    cancel(draft, entry);
    const facts = exitProposed(draft, terms, request);
    expect(typesOf(facts)).toEqual(['position.closed']);
    expect(draft.positions.size).toBe(0);
    // 0.003 less a tenth of a percent.
    expect(balanceOf(draft.balances, 'units:dust', 'BTC').toFixed()).toBe('0.002997');
    expect(balanceOf(draft.balances, 'cost:dust', 'USDT').toFixed()).toBe('0.2997');
    expect(only(facts, 'position.closed')?.data.trade).toMatchObject({
      profit: '-0.0003',
      exitPrice: '100',
      exitReason: 'stop',
    });
  });

  test('waits while its entry may still bring more', () => {
    const { draft, entry } = tiny();
    expect(exitProposed(draft, terms, request)).toEqual([]);
    settle(draft, fillOf(entry, { quantity: '1', price: '100' }), instrument);
    expect(typesOf(exitProposed(draft, terms, request))).toEqual(['exit.ordered']);
  });

  test('is judged at cost where no price asked', () => {
    const { draft, entry } = tiny();
    cancel(draft, entry);
    expect(typesOf(exitProposed(draft, terms, { ...request, price: null }))).toEqual([
      'position.closed',
    ]);
  });

  test('also of an exit that sold most of it', () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '10', price: '100' }), instrument);
    cancel(draft, entry);
    const sale = exit(draft);
    settle(draft, fillOf(sale, { quantity: '9.98', price: '100' }), instrument);
    cancel(draft, sale);
    expect(draft.positions.get('one')?.quantity.toFixed()).toBe('0.01');
    expect(typesOf(exitProposed(draft, terms, { ...request, price: null }))).toEqual([
      'position.closed',
    ]);
  });
});

test('a fill of a pair that its configuration has left for another is not booked as the other', () => {
  const { draft, entry } = entering();
  cancel(draft, entry);
  const both = termsFor([pair, 'ETH/USDT']);
  const moved = proposalOf(configurationOf('one', { pair: 'ETH/USDT' }), { at: at - 1000 });
  const [decided] = review(draft, [moved], both, momentAt({}, at));
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  settleReported(draft, both, fillOf(decided.data.order, { quantity: '1', price: '100' }));
  const facts = settleReported(draft, both, fillOf(entry, { quantity: '1', price: '100' }));
  expect(typesOf(facts)).toEqual(['foreign.found']);
  expect(draft.positions.get('one')?.quantity.toFixed()).toBe('0.999');
  expect(balanceOf(draft.balances, 'units:one', 'BTC').isZero()).toBe(true);
});
