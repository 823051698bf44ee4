// One cancel of an order of ours. The answer carries the cancel's own id and names the order it ended as
// the original: only that one, and only when it says that it ended it, proves anything (RELIABILITY X7).
import { decimal } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { CancelOutcome, OrderReport, Venue } from '../ports.ts';
import type { Asking } from './asking.ts';
import { isWords, type PairOf, reportOf } from './wire.ts';
import type { Binance } from './wired-client.ts';

export interface Canceling {
  readonly client: Binance;
  readonly asking: Asking;
  readonly pairOf: PairOf;
  /** Looks the order up and tells its fills. */
  readonly find: Venue['find'];
}

const unknown = (reason: string): CancelOutcome => ({ kind: 'unknown', reason });

/** Cancels `order`. Never throws: what proves nothing is unknown, and the order is to be looked up. */
export async function cancel(
  order: Pick<Order, 'clientOrderId' | 'pair'>,
  { client, asking, pairOf, find }: Canceling,
): Promise<CancelOutcome> {
  try {
    const symbol = client.market(order.pair).id;
    const about = { symbol, origClientOrderId: order.clientOrderId };
    const answer: unknown = await asking.ask('a cancel', () => client.privateDeleteOrder(about));
    const report = canceledOf(answer, order, pairOf);
    if (report === undefined)
      return unknown('the answer does not say that the order was cancelled');
    // An order that ended without its fills would release what they cost, or be sold for a second time.
    const isWhole = decimal(report.filled).isZero() || (await hasTold(report, () => find(order)));
    return isWhole ? { kind: 'canceled', report } : unknown('its fills are not all told yet');
  } catch (error) {
    return unknown(asking.words(error));
  }
}

/** A look that knows as much as the answer to the cancel; one that lags behind has not told the last fills. */
async function hasTold(
  { filled }: OrderReport,
  look: () => ReturnType<Canceling['find']>,
): Promise<boolean> {
  const found = await look();
  return found !== undefined && decimal(found.filled).gte(filled);
}

function canceledOf(
  answer: unknown,
  { clientOrderId, pair }: Pick<Order, 'clientOrderId' | 'pair'>,
  pairOf: PairOf,
): OrderReport | undefined {
  if (!isWords(answer) || answer['origClientOrderId'] !== clientOrderId) return undefined;
  if (answer['status'] !== 'CANCELED') return undefined;
  const report = reportOf({ ...answer, clientOrderId }, pairOf);
  return report?.pair === pair ? report : undefined;
}
