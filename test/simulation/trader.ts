// One life of a trader: the genuine start, recovery, engine, feed and adapters of the venue, joined to the simulated
// world instead of sockets, clocks and chance.
import { Subject } from 'rxjs';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Entry } from '../../src/domain/fact.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { recoverBook } from '../../src/engine/recover.ts';
import { joinEngine } from '../../src/engine/start.ts';
import { withDeadline } from '../../src/exchange/deadline.ts';
import { VenueFault } from '../../src/exchange/fault.ts';
import { LiveFeed } from '../../src/feed/live-feed.ts';
import type { ClosedCandle, Log, PriceUpdate, Tape, Venue, VenueNews } from '../../src/ports.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { createAccountNews } from '../../src/venue/account-news.ts';
import { createAsking } from '../../src/venue/asking.ts';
import { createBookkeeping } from '../../src/venue/bookkeeping.ts';
import { createDealing } from '../../src/venue/dealing.ts';
import { createUserStream } from '../../src/venue/user-stream.ts';
import type { Binance, Wire } from '../../src/venue/wired-client.ts';
import type { Life } from './life.ts';
import { MarketWire, type MarketWorld } from './market-wire.ts';
import { OrderWire, symbolOf, type WireWorld } from './order-wire.ts';
import type { StoreGround } from './store-ground.ts';

export interface TraderWorld extends WireWorld, MarketWorld {
  readonly settings: Settings;
  readonly configurations: readonly Configuration[];
  readonly store: StoreGround;
  /** The venue's rules of trading as it tells them now. */
  instruments(): ReadonlyMap<string, Instrument>;
  isHalted(): boolean;
  onCandle(candle: ClosedCandle): void;
  onPrice(update: PriceUpdate): void;
  onEntry(entry: Entry): void;
  /** The engine says that it cannot go on. */
  onFatal(reason: string, error: unknown): void;
}

export interface Trader {
  readonly engine: Engine;
  readonly wire: OrderWire;
}

const connectMsMax = 15_000;

/** Starts a trader; resolves once it is joined, and its engine starts by itself then. Throws what a start throws. */
export async function startTrader(world: TraderWorld, life: Life): Promise<Trader> {
  const { settings, configurations, store, trace } = world;
  const { clock, timers } = life;
  const log = logOf(world);
  const recovered = await recoverBook(store.journal);
  const { venue, wire } = venueOf(world, life, log);
  const feed = new LiveFeed({
    ...{ clock, timers, log },
    connect: async (listener) => new MarketWire(world, life, listener).connected(),
  });
  const tape: Tape = {
    candle: (candle) => world.onCandle(candle),
    price: (update) => world.onPrice(update),
    close: async () => {},
  };
  const { engine } = await joinEngine(
    {
      ...{ settings, configurations, log, live: true, version: 'simulated' },
      onEntry: (entry) => world.onEntry(entry),
      onFeedNews: (news) => trace.met(`feed ${news.type}`),
      onFatal: (reason, error) => world.onFatal(reason, error),
    },
    {
      ...{ store: { ...store, tape }, recovered, clock, timers, feed, venue },
      isHalted: () => world.isHalted(),
      mark: () => 'simulated',
    },
  );
  engine.start().catch((error: unknown) => {
    if (!life.isOver) world.onFatal('the start failed', error);
  });
  return { engine, wire };
}

const logOf = ({ trace, queue }: TraderWorld): Log => {
  const say =
    (level: string) =>
    (data: object, message: string): void =>
      trace.write(queue.now, `${level} ${message} ${JSON.stringify(data)}`);
  return { debug() {}, info: say('info'), warn: say('warn'), error: say('error') };
};

function venueOf(world: TraderWorld, life: Life, log: Log): { venue: Venue; wire: OrderWire } {
  const { timers } = life;
  const { recvWindowMs } = world.settings.execution;
  const news = new Subject<VenueNews>();
  const pairs = new Map([...world.instruments().keys()].map((pair) => [symbolOf(pair), pair]));
  const pairOf = (symbol: string): string | undefined => pairs.get(symbol);
  const asking = createAsking({ key: 'simulated-key', secret: 'simulated-secret' }, timers.after);
  const wire = new OrderWire(world, life, {
    recvWindowMs,
    onEvent: (words) =>
      words['e'] === 'balanceUpdate' ? account.onBalance(words) : account.onExecution(words),
    onSubscribed: () => stream.confirmed(),
  });
  const client = wire as unknown as Binance;
  const books = createBookkeeping(client, asking, pairOf);
  const account = createAccountNews({ news, pairOf, log, learn: books.learn });
  const stream = createUserStream({
    ...{ client, timers, words: asking.words },
    leave: async () => {},
    onFailed: () => {},
    onLive: () => news.next({ type: 'reports.live' }),
    onLost: (reason) => news.next({ type: 'reports.lost', reason }),
  });
  const dealing = createDealing({
    ...{ client, asking, books, pairOf, news, timers, placeMsMax: 10_000 },
    wire: { passages: wire.passages } as unknown as Wire,
  });
  const rules = async (): Promise<ReadonlyMap<string, Instrument>> => {
    if (world.fate.strikes('requestLost')) {
      throw new VenueFault('expected the rules of trading, was no answer', { retryable: true });
    }
    return world.instruments();
  };
  let isOpen = false;
  const venue: Venue = {
    ...dealing,
    ...{ name: 'binance', news, instruments: rules, balances: books.balances },
    async connect() {
      const found = await rules();
      if (!isOpen) stream.open();
      isOpen = true;
      await withDeadline(stream.live(), connectMsMax, 'the stream of own orders', timers.after);
      return found;
    },
    fills: books.trades,
    openOrders: books.openOrders,
    close: async () => stream.stop(),
  };
  return { venue, wire };
}
