// The order statechart: every state against every event. In any story, against the book and a model of both,
// it is tried in test/model.
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import { type OrderEvent, orderMachine } from '../../machines/order.ts';
import { ORDER_STATES, type OrderState } from '../../src/domain/order.ts';

const clientOrderId = 'ab12'.repeat(8);
const start = () => createActor(orderMachine, { input: { clientOrderId, quantity: '1' } }).start();

const fill = (tradeId: string, amount: string): OrderEvent => ({
  type: 'order.filled',
  tradeId,
  quantity: amount,
});

const stray = (tradeId: string, amount: string): OrderEvent => ({
  type: 'order.strayed',
  tradeId,
  quantity: amount,
});

const kinds = {
  accepted: { type: 'order.accepted' },
  unresolved: { type: 'order.unresolved' },
  part: fill('part', '0.25'),
  rest: fill('rest', '1'),
  stray: stray('stray', '0.25'),
  strayRest: stray('strayRest', '1'),
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
const reviving = { part: 'partial', rest: 'filled' } as const;
const fills = { ...reviving, stray: 'partial', strayRest: 'filled' } as const;
const stays = (state: OrderState) =>
  ({
    accepted: state,
    unresolved: state,
    part: state,
    rest: state,
    stray: state,
    strayRest: state,
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
  partial: {
    ...stays('partial'),
    cancel: 'canceling',
    rest: 'filled',
    strayRest: 'filled',
    ...ends,
  },
  unknown: { ...stays('unknown'), accepted: 'open', ...fills, ...ends },
  canceling: { ...stays('canceling'), rest: 'filled', strayRest: 'filled', ...ends },
  quarantined: { ...stays('quarantined'), accepted: 'open', ...fills, ...ends },
  filled: stays('filled'),
  rejected: { ...stays('rejected'), ...reviving },
  canceled: { ...stays('canceled'), rest: 'filled' },
  absent: { ...stays('absent'), ...reviving, resent: 'sending' },
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
