// What a committed fact sets off: orders to the venue, news to the actors. Nothing here runs before
// its fact is in the journal.
import type { Entry, FactOf } from '../domain/fact.ts';
import type { Order } from '../domain/order.ts';
import { liveOrder, type Portfolio, slipOf } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Log } from '../ports.ts';
import type { DecisionAge } from './decision-age.ts';
import type { Execution, ExecutionSink } from './execution.ts';
import { createHindrance } from './hindrance.ts';
import type { Outbox } from './outbox.ts';
import type { Registry } from './registry.ts';

interface Named {
  readonly clientOrderId: string;
}

/** What goes to the venue: an order, one of the book's once more, the cancel of one. */
function createSending(to: {
  execution: Execution;
  outbox: Pick<Outbox, 'leaves'>;
  book(): Portfolio;
  log: Log;
}) {
  const { execution, outbox, book, log } = to;
  const send = (order: Order): void => {
    outbox.leaves(order.clientOrderId);
    execution.send(order).catch((error: unknown) => {
      log.error({ order: order.clientOrderId, error: String(error) }, 'sending an order failed');
    });
  };
  const orderOf = ({ clientOrderId }: Named): Order | undefined =>
    book().orders.get(clientOrderId)?.order;
  const withOrder = (named: Named, act: (order: Order) => void): void => {
    const order = orderOf(named);
    if (order !== undefined) act(order);
  };
  return {
    send,
    /** What the engine's own care for its orders sets off. */
    tend(entry: Entry): void {
      if (entry.type === 'protection.ordered') send(entry.data.order);
      if (entry.type === 'order.resent') withOrder(entry.data, send);
      if (entry.type === 'cancel.ordered') withOrder(entry.data, execution.cancel);
    },
  };
}

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
  outbox: Pick<Outbox, 'leaves'>;
}): (entry: Entry) => void {
  const { registry, sink, book, marketTime } = options;
  const hindranceOf = createHindrance(options);
  const { send, tend } = createSending(options);

  /**
   * An entry whose commit took too long, or whose stream went stale meanwhile, is not sent: nobody knows
   * whether its signal is still true.
   */
  function enter({ data }: FactOf<'signal.approved'>): void {
    const { signal, order } = data;
    registry.send(signal.configId, { type: 'proposal.approved' });
    const at = marketTime();
    const hindrance = hindranceOf(signal, order, at);
    if (hindrance === undefined) send(order);
    else {
      const { clientOrderId } = order;
      sink.onOrderNews({ kind: 'ended', clientOrderId, at, state: 'rejected', ...hindrance });
    }
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
        tend(entry);
    }
  };
}
