// Orders under way can be waited for, whatever becomes of them.
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import type { OrderNews } from '../../src/domain/conclusion.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { review } from '../../src/domain/review.ts';
import { createExecution } from '../../src/engine/execution.ts';
import type { Outcome } from '../../src/ports.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';

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
    },
    timers: nodeTimers,
    clock: { market: () => 0, wall: () => 0, monotonic: () => 0, observe() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    sink: { onFill() {}, onOrderNews: (news) => told.push(news), onUnknown() {} },
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
