// From settings to an engine that is ready to start: opens the real banks (store, exchange, the machine's
// clock and timers) and joins the engine to them.
import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { createClock, nodeTimers } from '../clock.ts';
import { isHalted } from '../control/halt-file.ts';
import { recoverBook } from '../engine/recover.ts';
import { type Joined, joinEngine, type StartOptions } from '../engine/start.ts';
import type { Credentials } from '../exchange/client.ts';
import { connectFeed } from '../feed/connect.ts';
import type { Clock, Venue } from '../ports.ts';
import { type Settings, venueOf } from '../settings/settings.ts';
import { openStore, type Store } from '../store/store.ts';
import { connectVenue } from '../venue/ccxt.ts';
import { budgetOf, exchangeOf, paperVenue } from './venue-setting.ts';

export interface LaunchOptions extends StartOptions {
  readonly credentials: Credentials | undefined;
}

export interface Started extends Joined {
  readonly store: Store;
  readonly venue: Venue;
  readonly clock: Clock;
  readonly dataDirectory: string;
}

/** An event may be ahead of its time by as much as a network can have held back those before it. */
const leapMs = 10_000;

/** Directory that holds everything of one engine. */
export const dataDirectoryOf = ({ store }: Settings): string =>
  dirname(store.url.slice('sqlite:'.length));

/**
 * Opens everything and recovers; the engine is ready to `start()`. Waits for a venue that does not answer.
 * Throws what the banks throw.
 */
export async function prepareEngine(options: LaunchOptions): Promise<Started> {
  const { settings, live, log } = options;
  const { name, venue: venueSettings } = venueOf(settings);
  const store = await openStore({
    url: settings.store.url,
    userId: settings.portfolio.userId,
    venue: name,
    isPaper: !live,
    onTapeFault: (fault) => log.warn({ error: fault.message }, 'the tape could not be written'),
  });
  const endings: (() => Promise<void>)[] = [() => store.close()];
  try {
    const clock = createClock(venueSettings.speed, undefined, leapMs);
    const bench = { clock, timers: nodeTimers, log };
    const recovered = await recoverBook(store.journal);
    const exchange = exchangeOf(options, budgetOf(bench));
    const feed = connectFeed({ ...exchange, credentials: null }, bench);
    const venue = live
      ? connectVenue(exchange, bench)
      : paperVenue(settings, exchange, recovered.book, feed.prices, bench);
    endings.unshift(() => venue.close());
    const dataDirectory = dataDirectoryOf(settings);
    const joined = await joinEngine(options, {
      ...{ ...bench, store, recovered, feed, venue },
      isHalted: () => isHalted(dataDirectory),
      mark: () => randomBytes(16).toString('hex'),
    });
    return { ...joined, store, venue, clock, dataDirectory };
  } catch (error) {
    for (const end of endings) await end();
    throw error;
  }
}
