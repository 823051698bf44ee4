// The book's small print: what counts, what is set aside, which reason and which end stands, and that a
// checkpoint gives back exactly what it took.
import { describe, expect, test } from 'vitest';
import { decodeBook, encodeBook, hashOf } from '../../src/domain/checkpoint.ts';
import { conclude } from '../../src/domain/conclusion.ts';
import { orderExit } from '../../src/domain/exit.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { decimal, floorMoney, money, quantity } from '../../src/domain/money.ts';
import type { ExitReason, Order, OrderEnd } from '../../src/domain/order.ts';
import { available, cash, equity, reservation } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { trim } from '../../src/domain/risk.ts';
import { settle } from '../../src/domain/settlement.ts';
import { Standing } from '../../src/domain/standing.ts';
import { timeframeMs } from '../../src/domain/time.ts';
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

function entering(): { draft: Draft; entry: Order } {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  return { draft, entry: decided.data.order };
}

const end = (draft: Draft, { clientOrderId }: Order, state: OrderEnd = 'canceled') =>
  conclude(
    draft,
    { kind: 'ended', clientOrderId, at, state, code: null, message: null },
    instrument,
  );

function exit(draft: Draft, reason: ExitReason = 'stop', rules: Instrument = instrument) {
  const request = { configId: 'one', reason, price: 100, at } as const;
  const [ordered] = orderExit(draft, request, rules, terms.engine);
  return ordered?.type === 'exit.ordered' ? ordered.data.order : undefined;
}

const typesOf = (facts: readonly Fact[]): readonly string[] => facts.map(({ type }) => type);

describe('what is set aside', () => {
  test('shrinks with what is filled, is never rounded down, and ends with the order', () => {
    const { draft, entry } = entering();
    const out = () => {
      const live = draft.orders.get(entry.clientOrderId);
      if (live === undefined) throw new Error('expected the order');
      return { live, aside: reservation(live) };
    };
    expect(out().aside.toFixed()).toBe(entry.reserved);
    settle(draft, fillOf(entry, { quantity: '33.3333333', price: '100' }), instrument);
    const rest = decimal(entry.quantity).minus('33.3333333').div(entry.quantity);
    const exact = decimal(entry.reserved).times(rest);
    expect(out().aside.gte(exact)).toBe(true);
    expect(out().aside.minus(exact).lt('0.00000001')).toBe(true);
    expect(out().aside.dp()).toBeLessThanOrEqual(8);
    expect(available(draft).toFixed()).toBe(cash(draft).minus(out().aside).toFixed());
    end(draft, entry);
    expect(out().aside.isZero()).toBe(true);
  });

  test('stays whole while nobody knows', () => {
    const { draft, entry } = entering();
    const { clientOrderId } = entry;
    const news = { kind: 'unresolved', clientOrderId, at, reason: 'no answer' } as const;
    expect(typesOf(conclude(draft, news, instrument))).toEqual(['order.unresolved']);
    expect(available(draft).toFixed()).toBe(decimal(100_000).minus(entry.reserved).toFixed());
  });
});

test('dust counts in equity, at cost', () => {
  const { draft, entry } = entering();
  settle(draft, fillOf(entry, { quantity: '0.003', price: '100', fee: '0' }), instrument);
  end(draft, entry);
  exit(draft);
  expect(draft.positions.size).toBe(0);
  expect(cash(draft).toFixed()).toBe('99999.7');
  expect(equity(draft, new Map()).toFixed()).toBe('100000');
});

test('a limit that is over its cap has no room, not less than none', () => {
  const { draft } = entering();
  const limits = { ...terms.limits, maxAssetExposure: 0.01 };
  const candidate = { stage: 'VALIDATION', asset: 'BTC' } as const;
  const standing = new Standing(draft, new Map());
  const { refusal } = trim(money(5000), candidate, standing, limits, terms.correlation);
  expect(refusal).toMatchObject({ code: 'asset-cap', limit: '1000', headroom: '0' });
});

test('sizes are cut to 8 decimals, never raised', () => {
  expect(floorMoney(money('0.123456789')).toFixed()).toBe('0.12345678');
});

describe('an order', () => {
  test('cancelled stays cancelled when its last fill comes late, and ends once', () => {
    const { draft, entry } = entering();
    end(draft, entry);
    const facts = settle(draft, fillOf(entry, { price: '100' }), instrument);
    expect(typesOf(facts)).toEqual(['position.opened', 'fill.recorded']);
    expect(draft.orders.get(entry.clientOrderId)?.state).toBe('canceled');
  });

  test('refused that fills after all is alive again, until it ends', () => {
    const { draft, entry } = entering();
    end(draft, entry, 'rejected');
    settle(draft, fillOf(entry, { quantity: '1', price: '100' }), instrument);
    expect(draft.orders.get(entry.clientOrderId)?.state).toBe('partial');
    expect(typesOf(end(draft, entry))).toEqual(['order.ended']);
  });

  test('is accepted once, and not after a fill has said so', () => {
    const { draft, entry } = entering();
    const { clientOrderId } = entry;
    const news = { kind: 'accepted', clientOrderId, at, venueOrderId: '7' } as const;
    expect(typesOf(conclude(draft, news, instrument))).toEqual(['order.accepted']);
    expect(conclude(draft, news, instrument)).toEqual([]);
    settle(draft, fillOf(entry, { quantity: '1', price: '100' }), instrument);
    expect(conclude(draft, news, instrument)).toEqual([]);
    expect(draft.orders.get(clientOrderId)?.state).toBe('partial');
  });
});

describe('an exit', () => {
  test('keeps its first reason, counts its orders, and is out once at a time', () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { price: '100' }), instrument);
    const first = exit(draft, 'target');
    expect(exit(draft, 'stop')).toBeUndefined();
    expect(draft.positions.get('one')?.exits).toBe(1);
    if (first !== undefined) end(draft, first, 'rejected');
    expect(exit(draft, 'stop')?.exitReason).toBe('target');
    expect(draft.positions.get('one')).toMatchObject({ exiting: 'target', exits: 2 });
  });

  test('waits for an entry that is out, and the entry’s end concludes it', () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '10', price: '100', fee: '0' }), instrument);
    const order = exit(draft);
    expect(order?.quantity).toBe('10');
    if (order === undefined) return;
    const sold = settle(draft, fillOf(order, { price: '100' }), instrument);
    expect(typesOf(sold)).toEqual(['fill.recorded', 'order.ended']);
    expect(typesOf(end(draft, entry))).toEqual(['order.ended', 'position.closed']);
    expect(draft.positions.size).toBe(0);
  });

  test('takes whole lots of what is held, whatever the smallest position is', () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { quantity: '0.1019', price: '100', fee: '0' }), instrument);
    expect(exit(draft, 'stop', { ...instrument, quantityMin: quantity('0.1') })?.quantity).toBe(
      '0.101',
    );
  });
});

test.each([
  [timeframeMs('1m'), 'signal.approved'],
  [timeframeMs('1m') + 1, 'signal.refused'],
])('a signal of %d ms: %s', (age, expected) => {
  const draft = draftOf(openedBook());
  const facts = review(
    draft,
    [proposalOf(configurationOf('one'))],
    terms,
    momentAt({}, NOON + age),
  );
  expect(typesOf(facts)).toEqual([expected]);
});

test('a checkpoint gives back the book it took, digit for digit, and knows a foreign hash', () => {
  const { draft, entry } = entering();
  const fee = '0.0000000123456789';
  settle(draft, fillOf(entry, { quantity: '1.001', price: '100.00000001', fee }), instrument);
  const state = encodeBook(draft);
  const again = decodeBook(state, hashOf(state));
  expect(encodeBook(again)).toBe(state);
  expect(cash(again).toFixed()).toBe(cash(draft).toFixed());
  expect(cash(again).toFixed()).toBe('99899.89999998999');
  expect(again.positions.get('one')?.quantity.toFixed()).toBe('1.0009999876543211');
  expect(() => decodeBook(state, hashOf(`${state} `))).toThrow('expected a checkpoint');
});
