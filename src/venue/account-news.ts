// The account's own events, off the wire and into news: every fill with its trade id and fee, none
// coalesced, each before what it did to its order.
import type { Subject } from 'rxjs';
import type { Log, VenueNews } from '../ports.ts';
import type { Bookkeeping } from './bookkeeping.ts';
import { executionOf, type PairOf, transferOf, type Words } from './wire.ts';

/** What `wired` hears, told to `news`. An order that ended keeps the fills told before its end. */
export function createAccountNews(options: {
  news: Subject<VenueNews>;
  pairOf: PairOf;
  log: Log;
  learn: Bookkeeping['learn'];
}): { onExecution(words: Words): void; onBalance(words: Words): void } {
  const { news, pairOf, log, learn } = options;
  return {
    onExecution(words) {
      const execution = executionOf(words, pairOf);
      if (execution === undefined) {
        log.error({ event: words['e'], order: words['i'] }, 'an execution report cannot be read');
        return;
      }
      const { report, fill } = execution;
      learn(report);
      if (fill !== undefined) news.next({ type: 'fill.reported', fill });
      news.next({ type: 'order.reported', report });
    },
    onBalance(words) {
      // Deposits and withdrawals; what trades did is told by the trades.
      if (words['e'] !== 'balanceUpdate') return;
      const transfer = transferOf(words);
      if (transfer === undefined)
        log.error({ event: 'balanceUpdate' }, 'a transfer cannot be read');
      else news.next({ type: 'balance.changed', ...transfer });
    },
  };
}
