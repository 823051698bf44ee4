// One question to the venue about one order: its own word on it, its trades, its list of what is open. An
// order that stands although it is to be cancelled is cancelled once more, which is harmless.
import type { Order } from '../domain/order.ts';
import type { Venue } from '../ports.ts';
import { type ExecutionSink, isOver, newsOf, rests } from './execution.ts';
import { fillLookBackMs } from './recover.ts';

/**
 * What asking brought: an end, an order that stands where it should, one that lives although it should not,
 * or no such order.
 */
export type Word = 'ended' | 'standing' | 'living' | 'none';

export interface Inquiry {
  readonly venue: Pick<Venue, 'find' | 'fills' | 'openOrders' | 'cancel'>;
  readonly sink: Pick<ExecutionSink, 'onFill' | 'onOrderNews'>;
  /** The order is to be cancelled at the venue, or the book believes that it ended. */
  isUnwanted(order: Order): boolean;
}

/** Asks once, tells `sink` what came, and says what it means. Throws `VenueFault`. */
export async function inquire(order: Order, { venue, sink, isUnwanted }: Inquiry): Promise<Word> {
  const report = await venue.find(order);
  const fills = (await venue.fills(order.pair, order.at - fillLookBackMs)).filter(
    ({ clientOrderId }) => clientOrderId === order.clientOrderId,
  );
  // Fills first: an order that ended with fills keeps them.
  for (const fill of fills) sink.onFill(fill);
  if (report === undefined) {
    return fills.length > 0 || (await isListed(order, venue)) ? 'living' : 'none';
  }
  sink.onOrderNews(newsOf(report));
  if (isOver(report)) return 'ended';
  if (!isUnwanted(order)) return rests(order) ? 'standing' : 'living';
  const outcome = await venue.cancel(order);
  if (outcome.kind !== 'canceled') return 'living';
  sink.onOrderNews(newsOf(outcome.report));
  return 'ended';
}

const isListed = async ({ clientOrderId }: Order, venue: Inquiry['venue']): Promise<boolean> =>
  (await venue.openOrders()).some((report) => report.clientOrderId === clientOrderId);
