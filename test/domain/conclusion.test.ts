// What the venue says of an order, in whatever state it is heard: what becomes a fact, what the order is
// then, and what is known already or comes too late.
import { describe, expect, test } from 'vitest';
import { closingOf } from '../../src/domain/closing.ts';
import { conclude, type OrderNews } from '../../src/domain/conclusion.ts';
import { orderExit } from '../../src/domain/exit.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { DEFAULT_EXECUTION, type Order, type OrderState } from '../../src/domain/order.ts';
import { review } from '../../src/domain/review.ts';
import { completionOf, settle } from '../../src/domain/settlement.ts';
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

function entering(state?: OrderState): { draft: Draft; entry: Order } {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  const entry = decided.data.order;
  const live = draft.orders.get(entry.clientOrderId);
  if (live !== undefined && state !== undefined) {
    draft.orders.set(entry.clientOrderId, { ...live, state });
  }
  return { draft, entry };
}

const about = { at };
const news = {
  accepted: { kind: 'accepted', venueOrderId: '7', ...about },
  unresolved: { kind: 'unresolved', reason: 'no answer', ...about },
  quarantined: { kind: 'quarantined', reason: 'ten minutes', ...about },
  ended: { kind: 'ended', state: 'canceled', code: '-1', message: 'gone', ...about },
} as const;

/** What each piece of news makes of an order in each state; nothing where it is no news. */
const table: Record<OrderState, Partial<Record<keyof typeof news, OrderState>>> = {
  sending: {
    accepted: 'open',
    unresolved: 'unknown',
    quarantined: 'quarantined',
    ended: 'canceled',
  },
  open: { quarantined: 'quarantined', ended: 'canceled' },
  partial: { quarantined: 'quarantined', ended: 'canceled' },
  unknown: { accepted: 'open', quarantined: 'quarantined', ended: 'canceled' },
  canceling: { quarantined: 'quarantined', ended: 'canceled' },
  quarantined: { accepted: 'open', ended: 'canceled' },
  filled: {},
  rejected: {},
  canceled: {},
  absent: {},
};
const facts = {
  accepted: 'order.accepted',
  unresolved: 'order.unresolved',
  quarantined: 'order.quarantined',
  ended: 'order.ended',
} as const;
const words = {
  accepted: { venueOrderId: '7' },
  unresolved: { reason: 'no answer' },
  quarantined: { reason: 'ten minutes' },
  ended: { state: 'canceled', code: '-1', message: 'gone' },
} as const;

describe.each(Object.keys(table) as OrderState[])('an order that is %s', (state) => {
  test.each(Object.keys(news) as (keyof typeof news)[])('hears that it is %s', (kind) => {
    const { draft, entry } = entering(state);
    const { clientOrderId, signalId } = entry;
    const told = conclude(draft, { ...news[kind], clientOrderId } as OrderNews, instrument);
    const after = table[state][kind];
    expect(draft.orders.get(clientOrderId)?.state).toBe(after ?? state);
    const expected = { type: facts[kind], at, key: clientOrderId, cause: signalId };
    const data = { clientOrderId, ...words[kind] };
    expect(told).toEqual(after === undefined ? [] : [{ ...expected, data }]);
  });
});

test('of an order nobody made there is no news', () => {
  const { draft } = entering();
  for (const one of Object.values(news)) {
    expect(conclude(draft, { ...one, clientOrderId: 'nobody’s' } as OrderNews, instrument)).toEqual(
      [],
    );
  }
});

test('by default an entry is limited to its collar; on the market it has no price', () => {
  const collar = decidedPrice(terms);
  expect(collar).toEqual(['limit', '100.2']);
  const execution = { ...DEFAULT_EXECUTION, entry: 'market' } as const;
  expect(decidedPrice({ ...terms, execution })).toEqual(['market', null]);
});

function decidedPrice(under: typeof terms) {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], under, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  return [decided.data.order.type, decided.data.order.limitPrice];
}

describe('a fill', () => {
  test('of an order nobody made is a bug', () => {
    const { draft, entry } = entering();
    const fill = fillOf({ ...entry, clientOrderId: 'nobody’s' });
    expect(() => settle(draft, fill, instrument)).toThrow('expected an order for fill');
    expect(completionOf(draft, fill)).toBeUndefined();
  });

  test('of an exit whose position is gone is a bug here: who may ask first does', () => {
    const { draft, entry } = entering();
    settle(draft, fillOf(entry, { price: '100' }), instrument);
    const exit = leave(draft);
    draft.positions.clear();
    expect(() => settle(draft, fillOf(exit), instrument)).toThrow('expected an entry order');
  });

  test('names in every fact what it is about, and what caused it', () => {
    const { draft, entry } = entering();
    const { clientOrderId, configId, signalId } = entry;
    const bought = fillOf(entry, { price: '100', quantity: `${Number(entry.quantity) + 1}` });
    const ofEntry = { at: bought.at, key: clientOrderId, cause: signalId };
    expect(settle(draft, bought, instrument)).toMatchObject([
      { type: 'position.opened', at: bought.at, key: configId, cause: clientOrderId },
      { type: 'fill.recorded', ...ofEntry },
      { type: 'order.overfilled', ...ofEntry, data: { clientOrderId, excess: '1' } },
      { type: 'order.ended', ...ofEntry, data: { state: 'filled', code: null, message: null } },
    ]);
    const exit = leave(draft);
    const sold = fillOf(exit, { at: at + 1 });
    const ofExit = { at: at + 1, key: exit.clientOrderId, cause: signalId };
    expect(settle(draft, sold, instrument)).toMatchObject([
      { type: 'fill.recorded', ...ofExit },
      { type: 'order.ended', ...ofExit },
      { type: 'position.closed', at: at + 1, key: configId, cause: signalId },
    ]);
  });
});

function leave(draft: Draft): Order {
  const request = { configId: 'one', reason: 'target', price: 110, at } as const;
  const [ordered] = orderExit(draft, request, instrument, terms.engine);
  if (ordered?.type !== 'exit.ordered') throw new Error('expected an exit');
  return ordered.data.order;
}

test('less than a lot that nobody wants to leave is no end', () => {
  const { draft, entry } = entering();
  settle(draft, fillOf(entry, { quantity: '0.0005', price: '100', fee: '0' }), instrument);
  conclude(draft, { ...news.ended, clientOrderId: entry.clientOrderId }, instrument);
  expect(closingOf(draft, 'one', instrument, at)).toBeUndefined();
  expect(draft.positions.has('one')).toBe(true);
});
