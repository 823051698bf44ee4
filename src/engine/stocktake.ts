// Once after a start, when no order is out any more: what the venue holds against what the book trades on.
// A venue that has less keeps entries out until a person has looked; one that does not answer is asked
// again.
import type { Instrument } from '../domain/instrument.ts';
import { hasEnded, type Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, Venue } from '../ports.ts';
import { type Comparison, compareBalances, shortages } from './recover.ts';

/** Between two questions, where the first brought nothing. */
const againMs: Millis = 5000;

const isOut = (book: Portfolio): boolean =>
  [...book.orders.values()].some((live) => !hasEnded(live));

/** Call it often: it asks when it may, until it has its answer. Never throws. */
export function createStocktake(options: {
  venue: Pick<Venue, 'balances'>;
  clock: Pick<Clock, 'monotonic'>;
  log: Log;
  instruments: ReadonlyMap<string, Instrument>;
  book(): Portfolio;
  onMissing(missing: readonly Comparison[]): void;
}): () => Promise<void> {
  const { venue, clock, log, instruments } = options;
  let nextAt = Number.NEGATIVE_INFINITY;
  return async () => {
    const before = options.book();
    // What is still out may explain a difference, and is being asked about.
    if (clock.monotonic() < nextAt || isOut(before)) return;
    nextAt = clock.monotonic() + againMs;
    const balances = await venue.balances().catch((error: unknown) => {
      log.warn({ error: String(error) }, 'the venue did not tell its balances; asking again');
    });
    const book = options.book();
    // What was booked or sent meanwhile is not in the answer: ask again.
    if (balances === undefined || book.balances !== before.balances || isOut(book)) return;
    nextAt = Number.POSITIVE_INFINITY;
    const missing = shortages(compareBalances(book, balances), book, instruments);
    if (missing.length > 0) options.onMissing(missing);
  };
}
