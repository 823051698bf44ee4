// What a committed fact sets off: orders to the venue, news to the actors. Nothing here runs before
// its fact is in the journal.
import type { Entry, FactOf } from '../domain/fact.ts';
import { liveOrder, type Portfolio, slipOf } from '../domain/portfolio.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import type { Log } from '../ports.ts';
import { type DecisionAge, decisionMsMax } from './decision-age.ts';
import type { Execution, ExecutionSink } from './execution.ts';
import type { Registry } from './registry.ts';

export function createEffects(options: {
  registry: Registry;
  execution: Execution;
  sink: Pick<ExecutionSink, 'onOrderNews'>;
  book(): Portfolio;
  marketTime(): Millis;
  maxSignalAge: number;
  log: Log;
  /** What a finished order slipped, as a share of the price that asked for it. */
  onSlip(configId: string, slip: number): void;
  /** How long ago an entry was decided. */
  ages: Pick<DecisionAge, 'take'>;
}): (entry: Entry) => void {
  const { registry, execution, sink, book, marketTime, log } = options;

  const send = (order: Parameters<Execution['send']>[0]): void => {
    execution.send(order).catch((error: unknown) => {
      log.error({ order: order.clientOrderId, error: String(error) }, 'sending an order failed');
    });
  };

  /** An entry whose commit took too long is not sent: its signal is no longer true. */
  function enter({ data }: FactOf<'signal.approved'>): void {
    const { signal, order } = data;
    registry.send(signal.configId, { type: 'proposal.approved' });
    const configuration = registry.get(signal.configId)?.configuration;
    const at = marketTime();
    const ageMax =
      configuration === undefined ? 0 : options.maxSignalAge * timeframeMs(configuration.timeframe);
    const waitedMs = options.ages.take(order.clientOrderId);
    const isLate = at - signal.at > ageMax || !(waitedMs <= decisionMsMax);
    if (configuration === undefined || isLate) {
      sink.onOrderNews({
        kind: 'ended',
        clientOrderId: order.clientOrderId,
        at,
        state: 'rejected',
        code: 'signal-late',
        message: `its signal was ${(at - signal.at) / 1000} s old when it was committed, its decision ${Math.round(waitedMs)} ms`,
      });
      return;
    }
    send(order);
  }

  function ended({ data }: FactOf<'order.ended'>): void {
    const live = book().orders.get(data.clientOrderId);
    if (live === undefined) return;
    const { configId, purpose } = live.order;
    const slip = slipOf(live);
    if (slip !== undefined) options.onSlip(configId, slip);
    if (purpose !== 'entry') return;
    if (!book().positions.has(configId) && liveOrder(book(), configId, 'entry') === undefined) {
      registry.send(configId, { type: 'entry.ended' });
    }
  }

  return (entry) => {
    switch (entry.type) {
      case 'signal.approved':
        enter(entry);
        return;
      case 'signal.refused':
        registry.send(entry.key, { type: 'proposal.refused', code: entry.data.refusal.code });
        return;
      case 'exit.ordered':
        registry.send(entry.key, { type: 'exit.ordered' });
        send(entry.data.order);
        return;
      case 'position.opened':
        registry.send(entry.key, { type: 'position.opened' });
        return;
      case 'position.closed':
        registry.send(entry.key, { type: 'position.closed' });
        return;
      case 'order.ended':
        ended(entry);
        return;
      default:
        return;
    }
  };
}
