// A venue on a scripted exchange, and the orders the tests hand to it.
import { afterEach, beforeEach } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { ExchangeSettings } from '../../src/exchange/client.ts';
import type { Log, Venue, VenueNews } from '../../src/ports.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { ownBudget } from '../support/budget.ts';
import { type ScriptedExchange, startScriptedExchange } from '../support/scripted-exchange.ts';

export { entry, filledAnswer } from './sample.ts';

export const credentials = { key: 'key-of-the-test', secret: 'secret-of-the-test' };

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const settingsFor = ({
  endpoint,
}: Pick<ScriptedExchange, 'endpoint'>): ExchangeSettings => ({
  name: 'binance',
  endpoint,
  credentials,
  recvWindowMs: 5000,
  budget: ownBudget(),
});

/** A venue on a fresh scripted exchange around each test; `at` holds them. */
export function eachWithVenue(placeMsMax = 400) {
  const at = {
    connect: (settings: ExchangeSettings): Venue => {
      const bench = { clock: createClock(1), timers: nodeTimers, log: silentLog, placeMsMax };
      const venue = connectVenue(settings, bench);
      venue.news.subscribe((one) => at.news.push(one));
      return venue;
    },
  } as {
    exchange: ScriptedExchange;
    venue: Venue;
    news: VenueNews[];
    /** Another venue on the same exchange. */
    connect(settings: ExchangeSettings): Venue;
  };
  beforeEach(async () => {
    at.exchange = await startScriptedExchange();
    at.news = [];
    at.venue = at.connect(settingsFor(at.exchange));
  });
  afterEach(async () => {
    await at.venue.close();
    await at.exchange.close();
  });
  return at;
}
