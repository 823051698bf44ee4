// The desk of order charts hears the end of every order, also of one whose trades nobody holds a position for.
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { review } from '../../src/domain/review.ts';
import { concludeReported, exitProposed, settleReported } from '../../src/domain/supervision.ts';
import { createOrderDesk } from '../../src/engine/order-desk.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

test('O8: a stop that sold what had ended as dust is filled, for its chart as for the book', () => {
  const at = NOON + 2000;
  const terms = termsFor(['BTC/USDT'], { protection: { by: 'both', offset: 0.01 } });
  const draft = draftOf(openedBook());
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const desk = createOrderDesk(openedBook(), { log, timers: nodeTimers });
  const hear = (facts: readonly Fact[]): readonly Fact[] => {
    for (const one of facts) desk.hear(one);
    return facts;
  };
  const [entered] = hear(review(draft, [proposalOf(configurationOf('one'))], terms, momentAt()));
  if (entered?.type !== 'signal.approved') throw new Error('expected an approval');
  const { order } = entered.data;
  const { clientOrderId } = order;
  hear(settleReported(draft, terms, fillOf(order, { quantity: '0.06', price: '100', fee: '0' })));
  const end = { kind: 'ended', state: 'canceled', code: null, message: null, at } as const;
  const stopped = hear(concludeReported(draft, terms, { ...end, clientOrderId })).at(-1);
  if (stopped?.type !== 'protection.ordered') throw new Error('expected a stop at the venue');
  const stop = stopped.data.order;
  const about = { clientOrderId: stop.clientOrderId, at };
  hear(concludeReported(draft, terms, { kind: 'accepted', venueOrderId: '7', ...about }));
  // At this price the venue would take no order for so little.
  hear(exitProposed(draft, terms, { configId: 'one', reason: 'stop', price: 80, at }));
  expect(draft.positions.size).toBe(0);
  hear(settleReported(draft, terms, fillOf(stop, { price: '97', at })));
  expect(draft.orders.get(stop.clientOrderId)?.state).toBe('filled');
  expect(desk.states().get(stop.clientOrderId)).toBe('filled');
  desk.stop();
});
