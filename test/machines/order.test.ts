// The order statechart: every state against every event, and its agreement with the book's own fold.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import {
  type OrderActor,
  type OrderEvent,
  orderEventOf,
  orderMachine,
} from '../../machines/order.ts';
import { conclude, type OrderNews } from '../../src/domain/conclusion.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { decimal, money, quantity, ZERO_MONEY, ZERO_QUANTITY } from '../../src/domain/money.ts';
import { ORDER_STATES, type Order, type OrderState } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { takeBack } from '../../src/domain/protection.ts';
import { settle } from '../../src/domain/settlement.ts';

const clientOrderId = 'ab12'.repeat(8);
const start = () => createActor(orderMachine, { input: { clientOrderId, quantity: '1' } }).start();

const fill = (tradeId: string, amount: string): OrderEvent => ({
  type: 'order.filled',
  tradeId,
  quantity: amount,
});

const kinds = {
  accepted: { type: 'order.accepted' },
  unresolved: { type: 'order.unresolved' },
  part: fill('part', '0.25'),
  rest: fill('rest', '1'),
  rejected: { type: 'order.rejected' },
  canceled: { type: 'order.canceled' },
  absent: { type: 'order.absent' },
  quarantined: { type: 'order.quarantined' },
  cancel: { type: 'cancel.ordered' },
  resent: { type: 'order.resent' },
} as const satisfies Record<string, OrderEvent>;
type Kind = keyof typeof kinds;

/** A shortest way into each state. */
const ways: Record<OrderState, readonly Kind[]> = {
  sending: [],
  open: ['accepted'],
  partial: ['part'],
  unknown: ['unresolved'],
  canceling: ['accepted', 'cancel'],
  quarantined: ['quarantined'],
  filled: ['rest'],
  rejected: ['rejected'],
  canceled: ['canceled'],
  absent: ['unresolved', 'absent'],
};

const ends = {
  rejected: 'rejected',
  canceled: 'canceled',
  absent: 'absent',
  quarantined: 'quarantined',
} as const;
const fills = { part: 'partial', rest: 'filled' } as const;
const stays = (state: OrderState) =>
  ({
    accepted: state,
    unresolved: state,
    part: state,
    rest: state,
    rejected: state,
    canceled: state,
    absent: state,
    quarantined: state,
    cancel: state,
    resent: state,
  }) as const;

const table: Record<OrderState, Record<Kind, OrderState>> = {
  sending: { ...stays('sending'), accepted: 'open', unresolved: 'unknown', ...fills, ...ends },
  open: { ...stays('open'), cancel: 'canceling', ...fills, ...ends },
  partial: { ...stays('partial'), cancel: 'canceling', rest: 'filled', ...ends },
  unknown: { ...stays('unknown'), accepted: 'open', ...fills, ...ends },
  canceling: { ...stays('canceling'), rest: 'filled', ...ends },
  quarantined: { ...stays('quarantined'), accepted: 'open', ...fills, ...ends },
  filled: stays('filled'),
  rejected: { ...stays('rejected'), ...fills },
  canceled: { ...stays('canceled'), rest: 'filled' },
  absent: { ...stays('absent'), ...fills, resent: 'sending' },
};

const cells = ORDER_STATES.flatMap((state) =>
  Object.entries(table[state]).map(([kind, next]) => ({ state, kind: kind as Kind, next })),
);

test.each(cells)('$state on $kind goes to $next', ({ state, kind, next }) => {
  const actor = start();
  for (const step of ways[state]) actor.send(kinds[step]);
  expect(actor.getSnapshot().value).toBe(state);
  actor.send(kinds[kind]);
  expect(actor.getSnapshot().value).toBe(next);
  expect(actor.getSnapshot().status).toBe('active');
});

test('a fill after the end is kept as late, and one seen before is not counted twice', () => {
  const actor = start();
  for (const event of [kinds.part, kinds.canceled, fill('after', '0.5'), fill('after', '0.5')]) {
    actor.send(event);
  }
  const { value, context } = actor.getSnapshot();
  expect(value).toBe('canceled');
  expect(context.filled.toFixed()).toBe('0.75');
  expect(context.late).toEqual(['after']);
});

test('more than was asked for is recorded', () => {
  const actor = start();
  actor.send(kinds.rest);
  actor.send(fill('over', '0.1'));
  const { value, context } = actor.getSnapshot();
  expect([value, context.filled.toFixed(), context.late]).toEqual(['filled', '1.1', ['over']]);
});

const anyEvent = fc.oneof(
  fc.constantFrom<OrderEvent>(
    kinds.accepted,
    kinds.unresolved,
    kinds.rejected,
    kinds.canceled,
    kinds.absent,
    kinds.quarantined,
    kinds.cancel,
    kinds.resent,
  ),
  fc.integer({ min: 1, max: 6 }).map((trade) => fill(`t${trade}`, String((trade % 4) + 1))),
);

test('whatever order events come in, fills add up once and never decrease', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 20 }), (events) => {
      const actor = createActor(orderMachine, { input: { clientOrderId, quantity: '6' } }).start();
      const seen = new Map<string, string>();
      let before = decimal(0);
      for (const event of events) {
        actor.send(event);
        if (event.type === 'order.filled' && !seen.has(event.tradeId)) {
          seen.set(event.tradeId, event.quantity);
        }
        const { filled, trades } = actor.getSnapshot().context;
        expect(filled.gte(before)).toBe(true);
        expect(trades).toEqual([...seen.keys()]);
        before = filled;
      }
      const sum = [...seen.values()].reduce((total, part) => total.plus(part), decimal(0));
      expect(before.toFixed()).toBe(sum.toFixed());
      expect(actor.getSnapshot().matches('filled')).toBe(before.gte(6));
    }),
  );
});

const order: Order = {
  clientOrderId,
  configId: 'one',
  signalId: 'one@1',
  pair: 'BTC/USDT',
  side: 'buy',
  purpose: 'entry',
  type: 'limit',
  quantity: '6',
  limitPrice: '100',
  stopPrice: null,
  stage: 'MATURE',
  reserved: '601',
  exitReason: null,
  at: 1,
};

const instrument: Instrument = {
  pair: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  active: true,
  tickSize: decimal('0.01'),
  stepSize: decimal('0.001'),
  quantityMin: quantity('0.001'),
  quantityMax: quantity('1000'),
  notionalMin: money('5'),
};

function draftWithOrder(): Draft {
  const draft = draftOf({ ...EMPTY_PORTFOLIO, quote: 'USDT', engine: 'ab12' });
  draft.orders.set(clientOrderId, {
    order,
    state: 'sending',
    filled: ZERO_QUANTITY,
    value: ZERO_MONEY,
    reference: null,
    trades: [],
    asset: 'BTC',
    opening: {
      signalId: order.signalId,
      configId: order.configId,
      strategy: 'liquidity-sweep',
      pair: order.pair,
      asset: 'BTC',
      stage: order.stage,
      confidence: 0.9,
      entryReference: '100',
      stopLoss: '90',
      takeProfit: '120',
      level: '95',
      expiresAt: 100,
      at: 1,
    },
  });
  return draft;
}

const about = { clientOrderId, at: 2 } as const;
const told: readonly OrderNews[] = [
  { ...about, kind: 'accepted', venueOrderId: '7' },
  { ...about, kind: 'unresolved', reason: 'no answer' },
  { ...about, kind: 'quarantined', reason: 'no word' },
  { ...about, kind: 'ended', state: 'canceled', code: null, message: null },
  { ...about, kind: 'ended', state: 'rejected', code: '-2010', message: null },
  { ...about, kind: 'ended', state: 'absent', code: 'absent', message: null },
];
const tradeOf = (trade: number): Fill => ({
  tradeId: `t${trade}`,
  clientOrderId,
  pair: 'BTC/USDT',
  side: 'buy',
  price: '100',
  quantity: String(trade),
  fee: '0.001',
  feeAsset: 'BTC',
  at: 3,
});

const story = fc.array(
  fc.oneof(
    fc.constantFrom<OrderNews | 'cancel'>(...told, 'cancel'),
    fc.integer({ min: 1, max: 4 }).map(tradeOf),
  ),
  { maxLength: 8 },
);

function factsOf(draft: Draft, next: OrderNews | Fill | 'cancel'): readonly Fact[] {
  if (next !== 'cancel') {
    return 'kind' in next ? conclude(draft, next, instrument) : settle(draft, next, instrument);
  }
  const live = draft.orders.get(clientOrderId);
  return live === undefined ? [] : takeBack(draft, live, 'reduce', 3);
}

/** Takes one step in the book and tells the actor the facts that came of it. */
function step(draft: Draft, actor: OrderActor, next: OrderNews | Fill | 'cancel'): void {
  const facts = factsOf(draft, next);
  for (const fact of facts) {
    const heard = orderEventOf(fact);
    if (heard !== undefined) actor.send(heard.event);
  }
}

test('fed from the facts, it stands where the book stands', () => {
  fc.assert(
    fc.property(story, (steps) => {
      const draft = draftWithOrder();
      const actor = createActor(orderMachine, { input: order }).start();
      for (const next of steps) {
        step(draft, actor, next);
        const live = draft.orders.get(clientOrderId);
        const { value, context } = actor.getSnapshot();
        expect(context.filled.toFixed()).toBe(live?.filled.toFixed());
        expect(context.trades).toEqual(live?.trades);
        // A late fill is where the two part: the book keeps the end it has settled on.
        if (context.late.length === 0) expect(value).toBe(live?.state);
      }
    }),
  );
});
