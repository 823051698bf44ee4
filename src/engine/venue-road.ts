// The road between the engine and the venue's account, joined once: orders out, the venue's words on them
// back, and everything on the account that no order of ours explains.
import type { Instrument } from '../domain/instrument.ts';
import { hasEnded, heldPairs, type Portfolio } from '../domain/portfolio.ts';
import type { Banks, EngineRules } from './bank.ts';
import { createExecution, type ExecutionSink, UNFUNDED } from './execution.ts';
import { createFeePrice } from './fee-price.ts';
import type { Outbox } from './outbox.ts';
import type { Parts } from './part.ts';
import { createReconciliation } from './reconciliation.ts';
import { createResolver } from './resolve.ts';
import { createStrangers } from './stranger.ts';
import type { Supervisor } from './supervise.ts';
import type { Watch } from './watch.ts';

export function joinVenue(
  banks: Banks,
  { recvWindowMs, ceiling }: EngineRules,
  to: {
    send: Supervisor['actor']['send'];
    book: () => Portfolio;
    instruments: ReadonlyMap<string, Instrument>;
    /** Asked when it is there. */
    watch(): Pick<Watch, 'last' | 'marks'>;
    /** Pairs that configurations listen to. */
    pairs(): Iterable<string>;
    outbox: Outbox;
  },
): Pick<Parts, 'sink' | 'execution' | 'reconciliation'> {
  const { venue, clock, timers, log } = banks;
  const { send, book, outbox } = to;
  const strangers = createStrangers({
    ...{ book, log, journal: banks.journal },
    onCopy: (reason) =>
      send({ type: 'portfolio.reduce', at: clock.market(), by: 'engine', reason }),
  });
  const feePriceOf = createFeePrice((pair) => to.watch().last(pair), log);
  const heard: Omit<ExecutionSink, 'onUnknown'> = {
    onFill(fill) {
      const isOurs = book().orders.has(fill.clientOrderId);
      send({ type: 'fill.reported', fill, feePrice: isOurs ? feePriceOf(fill) : undefined });
      if (!isOurs) strangers.met(fill.clientOrderId, fill.pair);
    },
    onOrderNews(news) {
      send({ type: 'order.reported', news });
      if (news.kind === 'ended' && UNFUNDED.has(news.code)) reconciliation.soon();
    },
  };
  const resolve = createResolver({
    ...{ venue, clock, timers, log, recvWindowMs },
    sink: heard,
    isUnwanted(order) {
      const live = book().orders.get(order.clientOrderId);
      return live?.state === 'canceling' || (live !== undefined && hasEnded(live));
    },
  });
  const sink: ExecutionSink = {
    ...heard,
    onUnknown(order) {
      if (!outbox.holds(order.clientOrderId)) resolve(order);
    },
  };
  const execution = createExecution({
    ...{ venue, clock, timers, log, sink },
    orderOf: (clientOrderId) => book().orders.get(clientOrderId),
  });
  const reconciliation = createReconciliation({
    ...{ venue, clock, timers, log, sink, strangers, ceiling, book },
    ...{ instruments: to.instruments, pairs: to.pairs },
    marks: () => to.watch().marks(heldPairs(book())),
    pass: (news) => execution.hear(news),
    send: (news) => send({ type: 'account.reported', news }),
  });
  return { sink, execution, reconciliation };
}
