// One connected account at the venue: its client, its ear on the wire, its books and its stream.
import type { Subject } from 'rxjs';
import type { Instrument } from '../domain/instrument.ts';
import type { Millis } from '../domain/time.ts';
import { createClient, type ExchangeSettings, loadExchange } from '../exchange/client.ts';
import { withDeadline } from '../exchange/deadline.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Wish } from '../exchange/rate-budget.ts';
import type { Clock, Log, Timers, VenueNews } from '../ports.ts';
import { createAccountNews } from './account-news.ts';
import { checkKey } from './admission.ts';
import { createAsking } from './asking.ts';
import { type Bookkeeping, createBookkeeping } from './bookkeeping.ts';
import { createDealing, type Dealing } from './dealing.ts';
import { loadInstruments } from './listing.ts';
import { createUserStream } from './user-stream.ts';
import { createVenueTime } from './venue-time.ts';
import { wired } from './wired-client.ts';

/** What a connection is made with. */
export interface Bench {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** How long the answer to an order is waited for before its outcome is unknown; 10 s. */
  readonly placeMsMax?: Millis;
}

export interface Connection extends Dealing {
  readonly books: Bookkeeping;
  /** Loads the rules, checks the key, aligns time and opens the stream. Throws `VenueFault`. */
  open(): Promise<ReadonlyMap<string, Instrument>>;
  /** Loads the rules anew. Throws `VenueFault`. */
  instruments(): Promise<ReadonlyMap<string, Instrument>>;
  close(): Promise<void>;
}

const PROTOCOL = 'binance';
/** A subscription counts as two of the venue's request weight. */
const subscription: Wish = { urgency: 'reconcile', weight: 2, isOrder: false };
const subscribeMsMax: Millis = 15_000;
const alignEveryMs: Millis = 5 * 60_000;

/** A connection that is not open yet. Throws `VenueFault` for settings it cannot trade with. */
export async function createConnection(
  settings: ExchangeSettings,
  bench: Bench,
  news: Subject<VenueNews>,
): Promise<Connection> {
  const { clock, timers, log, placeMsMax = 10_000 } = bench;
  const { name, credentials, budget } = settings;
  if (name !== PROTOCOL) throw refused(`expected ${PROTOCOL} for live orders, was ${name}`);
  if (credentials === null) throw refused('expected a key for live orders, was none');

  const pairs = new Map<string, string>();
  const pairOf = (symbol: string): string | undefined => pairs.get(symbol);
  const account = createAccountNews({ news, pairOf, log, learn: (report) => books.learn(report) });
  const ear = { ...account, onSubscribed: () => stream.confirmed() };
  const time = createVenueTime({
    ask: async () => Number(await asking.ask('the time of the venue', () => client.fetchTime())),
    clock,
    timers,
    log,
  });
  const wire = wired(await loadExchange(name), ear, time);
  const client = await createClient(wire.type, settings, wire.urgencyOf);
  const asking = createAsking(credentials, timers.after);
  const books = createBookkeeping(client, asking, pairOf);
  const stream = createUserStream({
    client,
    timers,
    async leave() {
      await time.settled();
      (await budget.leave(subscription)).done();
    },
    onFailed(error) {
      if (error instanceof Error && error.name === 'InvalidNonce') time.doubt();
    },
    words: asking.words,
    onLive: () => news.next({ type: 'reports.live' }),
    onLost: (reason) => news.next({ type: 'reports.lost', reason }),
  });
  const way = { client, wire, asking, books, pairOf, news, timers, placeMsMax };
  const dealing = createDealing(way);
  const stopHeeding = budget.onBan((forMs) => news.next({ type: 'requests.banned', forMs }));
  let stopAligning = (): void => {};

  async function instruments(): Promise<ReadonlyMap<string, Instrument>> {
    const found = await loadInstruments(client, timers.after);
    for (const pair of found.keys()) pairs.set(String(client.market(pair).id), pair);
    return found;
  }

  return {
    ...dealing,
    books,
    instruments,
    async open() {
      const found = await instruments();
      await time.align();
      await checkKey(client, asking);
      stream.open();
      const live = 'the stream of own orders';
      await withDeadline(stream.live(), subscribeMsMax, live, timers.after);
      stopAligning = timers.every(alignEveryMs, time.alignSoon);
      return found;
    },
    async close() {
      stopAligning();
      stopHeeding();
      stream.stop();
      await client.close();
    },
  };
}

const refused = (message: string): VenueFault => new VenueFault(message, { retryable: false });
