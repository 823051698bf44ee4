// The independent audit: what the venue states and what the books state, recomputed with arithmetic of
// its own and compared to the last decimal. It imports nothing of the program whose books it reads.
import { checkBalances } from './check-balance.ts';
import { checkBook } from './check-book.ts';
import { checkOrders } from './check-order.ts';
import { checkTrades } from './check-trade.ts';
import type { BookStatement, Report, VenueStatement } from './statement.ts';
import { readStore } from './store-reading.ts';
import { Tally } from './tally.ts';
import type { VenueAccess } from './venue-client.ts';
import { readVenue } from './venue-reading.ts';

/** Compares two statements; no findings means that they agree and that the books add up. */
export function examine(venue: VenueStatement, book: BookStatement): Report {
  const tally = new Tally();
  checkTrades(tally, venue, book);
  checkOrders(tally, venue, book);
  checkBalances(tally, venue, book);
  checkBook(tally, book);
  return tally.report();
}

export interface AuditOptions extends VenueAccess {
  /** Path of the trader's SQLite file. */
  readonly store: string;
}

/** Audits a store against its venue. Best done at rest: a fill between the two readings is a finding. */
export async function audit(options: AuditOptions): Promise<Report> {
  const book = readStore(options.store);
  const traded = new Set(book.intents.map(({ symbol }) => symbol));
  return examine(await readVenue(options, traded), book);
}
