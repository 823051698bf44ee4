// An order looked up together with its trades: the venue keeps the two in different places, and an
// order that ended without its fills would release what they cost.
import { decimal } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { OrderReport, Timers, VenueNews } from '../ports.ts';
import type { Bookkeeping } from './bookkeeping.ts';

const TRIES = 4;
const settleMs: Millis = 300;

/**
 * The venue's word on an order, after its fills were handed to `tell`; undefined when the venue does
 * not know it. Throws a retryable `VenueFault` while its trades are not all listed.
 */
export async function findWhole(
  order: Pick<Order, 'clientOrderId' | 'pair'>,
  at: {
    books: Pick<Bookkeeping, 'order' | 'tradesOf'>;
    timers: Timers;
    tell(news: VenueNews): void;
  },
): Promise<OrderReport | undefined> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const report = await at.books.order(order);
    if (report === undefined || decimal(report.filled).eq(0)) return report;
    const fills = await at.books.tradesOf(report);
    const traded = fills.reduce((total, { quantity }) => total.plus(quantity), decimal(0));
    if (traded.gte(report.filled)) {
      for (const fill of fills) at.tell({ type: 'fill.reported', fill });
      return report;
    }
    await new Promise<void>((resolve) => {
      at.timers.after(settleMs, resolve);
    });
  }
  throw new VenueFault(`expected every trade of order ${order.clientOrderId}, was a part`, {
    retryable: true,
  });
}
