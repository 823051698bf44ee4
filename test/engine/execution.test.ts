// Orders under way can be waited for, whatever becomes of them; an end is told once all fills are.
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import type { OrderNews } from '../../src/domain/conclusion.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { add, quantity } from '../../src/domain/money.ts';
import { review } from '../../src/domain/review.ts';
import { createExecution } from '../../src/engine/execution.ts';
import type { OrderReport, Outcome } from '../../src/ports.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const [decided] = review(
  draftOf(openedBook()),
  [proposalOf(configurationOf('c'))],
  termsFor(['BTC/USDT']),
  momentAt(),
);
if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
const { order } = decided.data;

test('settled means that every answer has been told', async () => {
  const answers: ((outcome: Outcome) => void)[] = [];
  const told: OrderNews[] = [];
  const execution = createExecution({
    venue: {
      place: () => new Promise((resolve) => answers.push(resolve)),
      cancel: async () => ({ kind: 'unknown', reason: 'nothing to cancel' }),
      find: async () => undefined,
    },
    timers: nodeTimers,
    clock: { market: () => 0, wall: () => 0, monotonic: () => 0, observe() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    sink: { onFill() {}, onOrderNews: (news) => told.push(news), onUnknown() {} },
    orderOf: () => undefined,
  });
  await execution.settled(60_000);
  const sent = [execution.send(order), execution.send({ ...order, clientOrderId: 'b' })];
  let isSettled = false;
  const settled = execution.settled(60_000).then(() => {
    isSettled = true;
  });
  answers[0]?.({ kind: 'rejected', code: '-2010', message: 'no' });
  await sent[0];
  expect([told.length, isSettled]).toEqual([1, false]);
  // Patience has an end.
  await execution.settled(1);
  expect(isSettled).toBe(false);
  answers[1]?.({ kind: 'unknown', reason: 'no answer' });
  await settled;
  expect(told.map(({ kind }) => kind)).toEqual(['ended', 'unresolved']);
});

/** An execution that is told of `order` by a venue which cancels whatever it is asked to. */
function hearing() {
  const told: string[] = [];
  const report: OrderReport = {
    ...{ clientOrderId: order.clientOrderId, venueOrderId: '1', pair: order.pair, at: 1 },
    ...{ state: 'canceled', filled: '2' },
  };
  const book = { filled: quantity(0) };
  const execution = createExecution({
    venue: {
      place: async () => ({ kind: 'unknown', reason: 'no answer' }),
      cancel: async () => ({ kind: 'canceled', report }),
      find: async () => undefined,
    },
    timers: nodeTimers,
    clock: { market: () => 0, wall: () => 0, monotonic: () => 0, observe() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    sink: {
      onFill: (fill) => {
        book.filled = add(book.filled, quantity(fill.quantity));
      },
      onOrderNews: ({ kind }) => told.push(kind),
      onUnknown: () => told.push('asked'),
    },
    orderOf: () => ({ order, ...book }),
  });
  return { execution, told, report };
}

test('an end is asked about while a fill of it was not told', async () => {
  const { execution, told, report } = hearing();
  const part = fillOf(order, { quantity: '1.5' });
  execution.hear({ type: 'fill.reported', fill: part });
  execution.hear({ type: 'order.reported', report });
  expect(told).toEqual(['asked']);
  execution.cancel(order);
  await execution.settled(60_000);
  expect(told).toEqual(['asked', 'asked']);
  execution.hear({ type: 'fill.reported', fill: fillOf(order, { quantity: '0.5' }) });
  execution.hear({ type: 'order.reported', report });
  expect(told).toEqual(['asked', 'asked', 'ended']);
});

test.each([
  ['that the venue has after all is not over', 'filled', ['accepted']],
  ['that it does not have is', undefined, ['ended']],
  ['that it calls rejected too is', 'rejected', ['ended']],
] as const)('a sale refused for want of coins %s', async (_, state, expected) => {
  const told: string[] = [];
  const sale = { ...order, side: 'sell', purpose: 'exit' } as const;
  const { clientOrderId, pair } = sale;
  let asked = 0;
  const execution = createExecution({
    venue: {
      place: async () => ({ kind: 'rejected', code: '-2010', message: 'insufficient balance' }),
      cancel: async () => ({ kind: 'unknown', reason: 'nothing to cancel' }),
      async find() {
        asked += 1;
        if (state === undefined) return undefined;
        return { clientOrderId, venueOrderId: '1', pair, at: 1, state, filled: '0' };
      },
    },
    timers: nodeTimers,
    clock: { market: () => 0, wall: () => 0, monotonic: () => 0, observe() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    sink: { onFill() {}, onOrderNews: ({ kind }) => told.push(kind), onUnknown() {} },
    orderOf: () => undefined,
  });
  await execution.send(sale);
  expect(told).toEqual(expected);
  // An entry is believed at once: nothing is sold by trying again.
  await execution.send(order);
  expect([asked, told.at(-1)]).toEqual([1, 'ended']);
});
