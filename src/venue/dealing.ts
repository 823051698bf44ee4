// What is done to one order at the venue: it is placed, cancelled, looked up.
import type { Subject } from 'rxjs';
import type { Millis } from '../domain/time.ts';
import type { Timers, Venue, VenueNews } from '../ports.ts';
import type { Asking } from './asking.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { cancel } from './canceling.ts';
import { place } from './placing.ts';
import { findWhole } from './whole-order.ts';
import type { PairOf } from './wire.ts';
import type { Binance, Wire } from './wired-client.ts';

/** Binance's codes for a filter of the symbol and for too many decimals. */
const RULE_CODES: ReadonlySet<string> = new Set(['-1013', '-1111']);

export type Dealing = Pick<Venue, 'place' | 'cancel' | 'find'>;

export function createDealing(options: {
  client: Binance;
  wire: Wire;
  asking: Asking;
  books: Bookkeeping;
  pairOf: PairOf;
  news: Subject<VenueNews>;
  timers: Timers;
  /** How long the answer to an order is waited for. */
  placeMsMax: Millis;
}): Dealing {
  const { books, news, timers, placeMsMax } = options;
  const find: Venue['find'] = (order) =>
    findWhole(order, { books, timers, tell: (told) => news.next(told) });

  return {
    async place(order) {
      const outcome = await place(order, { ...options, deadlineMs: placeMsMax });
      if (outcome.kind === 'accepted') books.learn(outcome.report);
      if (outcome.kind === 'rejected' && RULE_CODES.has(outcome.code)) {
        news.next({ type: 'rules.doubted', pair: order.pair });
      }
      return outcome;
    },
    cancel: (order) => cancel(order, { ...options, find }),
    find,
  };
}
