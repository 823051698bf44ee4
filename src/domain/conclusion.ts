// What the venue says of an order apart from its fills: accepted, unresolved, ended. An order ends
// once; what its end leaves behind (a position without a lot) is concluded in the same breath.

import { closingOf } from './closing.ts';
import { type Fact, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import type { Instrument } from './instrument.ts';
import type { OrderEnd } from './order.ts';
import { hasEnded, type LiveOrder } from './portfolio.ts';
import type { Millis } from './time.ts';

/** News of one order; `reason`, `code` and `message` are the venue's words. */
export type OrderNews = { readonly clientOrderId: string; readonly at: Millis } & (
  | { readonly kind: 'accepted'; readonly venueOrderId: string }
  | { readonly kind: 'unresolved' | 'quarantined'; readonly reason: string }
  | {
      readonly kind: 'ended';
      readonly state: OrderEnd;
      readonly code: string | null;
      readonly message: string | null;
    }
);

/** It may not be at the venue at all. */
const isDoubted = ({ state }: LiveOrder): boolean =>
  state === 'sending' || state === 'unknown' || state === 'quarantined';

/** The facts of a piece of order news, applied to `draft`; none when it is known or comes too late. */
export function conclude(draft: Draft, news: OrderNews, instrument: Instrument): readonly Fact[] {
  const live = draft.orders.get(news.clientOrderId);
  if (live === undefined || hasEnded(live)) return [];
  const { clientOrderId, at } = news;
  const about = { at, key: clientOrderId, cause: live.order.signalId };
  const facts: Fact[] = [];
  const record = (next: Fact | undefined): void => {
    if (next === undefined) return;
    apply(draft, next);
    facts.push(next);
  };
  switch (news.kind) {
    case 'accepted':
      if (isDoubted(live)) {
        record(fact('order.accepted', about, { clientOrderId, venueOrderId: news.venueOrderId }));
      }
      return facts;
    case 'unresolved':
      if (live.state === 'sending') {
        record(fact('order.unresolved', about, { clientOrderId, reason: news.reason }));
      }
      return facts;
    case 'quarantined':
      if (live.state !== 'quarantined') {
        record(fact('order.quarantined', about, { clientOrderId, reason: news.reason }));
      }
      return facts;
    case 'ended': {
      const { state, code, message } = news;
      record(fact('order.ended', about, { clientOrderId, state, code, message }));
      record(closingOf(draft, live.order.configId, instrument, at));
      return facts;
    }
  }
}
