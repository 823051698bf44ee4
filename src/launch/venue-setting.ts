// What the settings make of the venue: how its clients are built, what they may send together, and the
// paper venue on its prices.
import type { Portfolio } from '../domain/portfolio.ts';
import {
  type Credentials,
  createClient,
  type ExchangeSettings,
  loadExchange,
} from '../exchange/client.ts';
import { RateBudget } from '../exchange/rate-budget.ts';
import type { Clock, Feed, Log, Timers, Venue } from '../ports.ts';
import { type Settings, venueOf } from '../settings/settings.ts';
import { loadInstruments } from '../venue/listing.ts';
import { PaperVenue } from '../venue/paper.ts';

export function exchangeOf(
  { settings, credentials }: { settings: Settings; credentials: Credentials | undefined },
  budget: RateBudget,
): ExchangeSettings {
  const { name, venue } = venueOf(settings);
  const { recvWindowMs } = settings.execution;
  return { name, endpoint: venue.endpoint, credentials: credentials ?? null, recvWindowMs, budget };
}

/** One for every client: the venue counts what comes from this address together. */
export function budgetOf({
  clock,
  timers,
  log,
}: {
  clock: Clock;
  timers: Timers;
  log: Log;
}): RateBudget {
  const budget = new RateBudget({ monotonic: clock.monotonic, after: timers.after });
  budget.onBan((forMs) =>
    log.error({ forMs }, 'banned by the venue; nothing is sent before that is over'),
  );
  return budget;
}

/** Simulated fills on the real venue's prices and rules; its public side needs no key. */
export function paperVenue(
  { portfolio, execution }: Settings,
  exchange: ExchangeSettings,
  book: Portfolio,
  prices: Feed['prices'],
  { clock, timers }: { clock: Clock; timers: Timers },
): Venue {
  return new PaperVenue({
    name: exchange.name,
    async loadInstruments() {
      const type = await loadExchange(exchange.name);
      const client = await createClient(type, { ...exchange, credentials: null });
      try {
        return await loadInstruments(client, timers.after);
      } finally {
        await client.close();
      }
    },
    ...{ prices, book, clock, execution },
    quote: portfolio.quote,
    cash: String(portfolio.equity),
  });
}
