// After a start, when no order is out any more: what the venue holds against what the book trades on. A
// venue that has less keeps entries out until it has not, or a person has looked; it is asked again until
// then, and so is one that does not answer.
import type { Instrument } from '../domain/instrument.ts';
import { hasEnded, type Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, Venue } from '../ports.ts';
import { compareBalances, type Shortage, shortages } from './recover.ts';

/** Between two questions. */
const againMs: Millis = 5000;

export interface Stocktake {
  /** Call it often: it asks when it may, until nothing is missing. Never throws. */
  take(): Promise<void>;
  /** Lots that are missing of whatever most are missing of; undefined before the first answer. */
  missingLots(): number | undefined;
  /** A person has looked: what is missing now is missing no more, until the next start. */
  accept(): void;
}

const isOut = (book: Portfolio): boolean =>
  [...book.orders.values()].some((live) => !hasEnded(live));

export function createStocktake(options: {
  venue: Pick<Venue, 'balances'>;
  clock: Pick<Clock, 'monotonic'>;
  log: Log;
  instruments: ReadonlyMap<string, Instrument>;
  book(): Portfolio;
}): Stocktake {
  const { venue, clock, log, instruments } = options;
  let nextAt = Number.NEGATIVE_INFINITY;
  let missing: readonly Shortage[] | undefined;

  function told(found: readonly Shortage[]): void {
    const isNews = found.length > 0 && (missing === undefined || missing.length === 0);
    if (isNews) log.error({ missing: found }, 'the venue has less than the book: no entries');
    missing = found;
    if (found.length === 0) nextAt = Number.POSITIVE_INFINITY;
  }

  return {
    async take() {
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
      if (nextAt === Number.POSITIVE_INFINITY) return;
      told(shortages(compareBalances(book, balances), book, instruments));
    },
    missingLots: () =>
      missing === undefined ? undefined : Math.max(0, ...missing.map(({ lots }) => lots)),
    accept: () => told([]),
  };
}
