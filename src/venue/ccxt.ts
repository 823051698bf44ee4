// A real exchange as a venue, through the genuine ccxt.pro client. Orders go to Binance spot, and to
// what speaks its protocol: of no other exchange is it known which of its answers are final.
import { Subject } from 'rxjs';
import type { ExchangeSettings } from '../exchange/client.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Venue, VenueNews } from '../ports.ts';
import { type Bench, type Connection, createConnection } from './connection.ts';
import { discreet } from './discretion.ts';

/** The venue behind `settings`. Nothing is sent before `connect`, which can be tried again. */
export function connectVenue(settings: ExchangeSettings, bench: Bench): Venue {
  const { key = '', secret = '' } = settings.credentials ?? {};
  return discreet(venueOf(settings, bench), [key, secret]);
}

function venueOf(settings: ExchangeSettings, bench: Bench): Venue {
  const news = new Subject<VenueNews>();
  let connection: Connection | undefined;
  /** Not open yet: whoever closes the venue meanwhile closes it too. */
  let opening: Connection | undefined;
  let isClosed = false;

  const connected = (): Connection => {
    if (connection !== undefined) return connection;
    throw new VenueFault('expected a connected venue, was one not connected', { retryable: true });
  };

  async function disconnect(): Promise<void> {
    const former = [connection, opening];
    connection = undefined;
    opening = undefined;
    for (const one of former) await one?.close();
  }

  return {
    name: settings.name,
    news: news.asObservable(),
    async connect() {
      await disconnect();
      const next = await createConnection(settings, bench, news);
      opening = next;
      try {
        const instruments = await next.open();
        if (isClosed) throw closedMeanwhile();
        connection = next;
        return instruments;
      } catch (error) {
        await next.close();
        throw error;
      } finally {
        opening = undefined;
      }
    },
    instruments: async () => connected().instruments(),
    balances: async () => connected().books.balances(),
    async place(order) {
      if (connection !== undefined) return connection.place(order);
      return { kind: 'not-sent', code: 'not-connected', message: 'the venue is not connected' };
    },
    async cancel(order) {
      if (connection !== undefined) return connection.cancel(order);
      return { kind: 'unknown', reason: 'the venue is not connected' };
    },
    find: async (order) => connected().find(order),
    fills: async (pair, since) => connected().books.trades(pair, since),
    openOrders: async () => connected().books.openOrders(),
    async close() {
      isClosed = true;
      await disconnect();
      news.complete();
    },
  };
}

const closedMeanwhile = (): VenueFault =>
  new VenueFault('expected a venue to connect to, was closed meanwhile', { retryable: true });
