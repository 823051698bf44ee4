// An order of which nobody knows what became keeps its pair from new entries, before sizing and at the
// gateway, until somebody knows; the pair's exits and the other pairs go on (RELIABILITY X1).
import { expect, test } from 'vitest';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import type { Order } from '../../src/domain/order.ts';
import { review } from '../../src/domain/review.ts';
import { mayStillEnter } from '../../src/domain/stopping.ts';
import { concludeReported } from '../../src/domain/supervision.ts';
import {
  configurationOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const [pair, other] = ['BTC/USDT', 'ETH/USDT'];
const terms = termsFor([pair, other]);
const moment = momentAt({ [pair]: 100, [other]: 100 });

function entryIn(draft: Draft, id: string, where: string): Order | string {
  const proposal = proposalOf(configurationOf(id, { pair: where }), { confidence: 0.2 });
  const [decided] = review(draft, [proposal], terms, moment);
  if (decided?.type === 'signal.approved') return decided.data.order;
  return decided?.type === 'signal.refused' ? decided.data.refusal.code : 'nothing';
}

function approved(draft: Draft, id: string, where: string): Order {
  const order = entryIn(draft, id, where);
  if (typeof order === 'string') throw new Error(`expected an approval, was ${order}`);
  return order;
}

test('an order in doubt freezes its pair until its end is known', () => {
  const draft = draftOf(openedBook());
  const lost = approved(draft, 'one', pair);
  const waiting = approved(draft, 'two', pair);
  const about = { clientOrderId: lost.clientOrderId, at: NOON };
  concludeReported(draft, terms, { kind: 'unresolved', reason: 'no answer', ...about });

  expect(entryIn(draft, 'three', pair)).toBe('symbol-frozen');
  expect(mayStillEnter(draft, waiting)).toBe(false);
  expect(mayStillEnter(draft, approved(draft, 'four', other))).toBe(true);

  const end = { kind: 'ended', state: 'absent', code: 'absent', message: null } as const;
  concludeReported(draft, terms, { ...end, ...about });
  expect(mayStillEnter(draft, waiting)).toBe(true);
  approved(draft, 'five', pair);
});

test('so does one in quarantine', () => {
  const draft = draftOf(openedBook());
  const { clientOrderId } = approved(draft, 'one', pair);
  const news = {
    kind: 'quarantined',
    reason: 'nobody could tell',
    clientOrderId,
    at: NOON,
  } as const;
  concludeReported(draft, terms, news);
  expect(entryIn(draft, 'two', pair)).toBe('symbol-frozen');
});
