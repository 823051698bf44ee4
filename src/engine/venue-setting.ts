// What the settings make of the venue: how its clients are built, what they may send together, what the
// gateway lets through, and the paper venue on its prices.

import { decimal } from '../domain/money.ts';
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
import type { GatewayCaps } from '../venue/gateway.ts';
import { loadInstruments } from '../venue/listing.ts';
import { PaperVenue } from '../venue/paper.ts';

export function capsOf({ execution, portfolio, risk }: Settings): GatewayCaps {
  const { entriesPerMinuteMax } = execution;
  // Every position may leave within a minute, each with a stop to cancel and a few tries.
  const sendsPerMinuteMax = entriesPerMinuteMax + 6 * risk.maxPositions;
  return {
    ordersPerMinuteMax: entriesPerMinuteMax,
    // No minute can deploy more than the whole portfolio may ever hold.
    notionalPerMinuteMax: decimal(portfolio.equity).times(risk.maxTotalExposure),
    sendsPerMinuteMax,
    sendsPerMinuteCeiling: 10 * sendsPerMinuteMax,
  };
}

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
  clock: Clock,
): Venue {
  return new PaperVenue({
    name: exchange.name,
    async loadInstruments() {
      const type = await loadExchange(exchange.name);
      const client = await createClient(type, { ...exchange, credentials: null });
      try {
        return await loadInstruments(client);
      } finally {
        await client.close();
      }
    },
    ...{ prices, book, clock, execution },
    quote: portfolio.quote,
    cash: String(portfolio.equity),
  });
}
