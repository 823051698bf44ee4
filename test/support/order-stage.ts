// An engine's way of an order, whole: supervisor, journal, gateway, the genuine client, and a sandbox that
// fails by plan. Only the market is left out: it stands still, and a signal is raised by hand. The engine
// waits on a clock of its own that runs faster, so that no test waits for a validity window to pass.
import { EMPTY } from 'rxjs';
import { nodeTimers } from '../../src/clock.ts';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import { type Entry, fact } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { engineId } from '../../src/domain/identity.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { decimal } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION, type Order } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO, type LiveOrder, type Portfolio } from '../../src/domain/portfolio.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { utcDay } from '../../src/domain/time.ts';
import { VenueHealth } from '../../src/domain/venue-health.ts';
import { createCommittedOrders } from '../../src/engine/committed.ts';
import { joinParts } from '../../src/engine/part.ts';
import { compareBalances } from '../../src/engine/recover.ts';
import type { Balance, Clock, Feed, Log, Outcome, Timers } from '../../src/ports.ts';
import type { FaultRule } from '../../src/sandbox/fault-plan.ts';
import { openStore } from '../../src/store/store.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { Gateway } from '../../src/venue/gateway.ts';
import { configurationOf, newcomer, signalOf } from './bench.ts';
import { ownBudget } from './budget.ts';
import { account } from './sandbox/answer.ts';
import { Client } from './sandbox/client.ts';
import { keys, openTime, Stand, standing } from './sandbox/stand.ts';
import { wide } from './stage.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };
const capital = '100000';
const noFeed: Feed = {
  ...{ candles: EMPTY, prices: EMPTY, news: EMPTY },
  start: async () => {},
  add: async () => {},
  stop: async () => {},
};
const configuration = configurationOf('one');
const { id, pair } = configuration;

/** The engine's seconds pass this much faster than the venue's. */
const haste = 40;
const hasty = (isOver: () => boolean): Timers => ({
  after: (delayMs, run) => nodeTimers.after(delayMs / haste, () => isOver() || run()),
  every: () => () => {},
});

/** The market stands: so does its time. */
const patience: Clock = {
  market: () => openTime,
  wall: () => Date.now(),
  monotonic: () => performance.now(),
  observe() {},
};

/** In haste from the first order on: until then a busy machine must not make its decision too old to be sent. */
function hastyClock(): { clock: Clock; hasten(): void } {
  let since = Number.POSITIVE_INFINITY;
  const monotonic = (): number => {
    const now = performance.now();
    return now + Math.max(0, now - since) * (haste - 1);
  };
  return {
    clock: { ...patience, monotonic },
    hasten() {
      since = Math.min(since, performance.now());
    },
  };
}

function openedBook(): Portfolio {
  const postings = transaction([
    { account: 'cash', asset: 'USDT', amount: decimal(capital) },
    { account: 'capital', asset: 'USDT', amount: decimal(capital).negated() },
  ]);
  const data = { quote: 'USDT', capital, engine: engineId('test'), foreign: {}, postings };
  return fold(EMPTY_PORTFOLIO, [
    fact('portfolio.opened', { at: openTime - 1, key: 'USDT' }, data),
    fact('day.opened', { at: openTime - 1, key: 'd' }, { day: utcDay(openTime), equity: capital }),
  ]);
}

export interface OrderStage {
  readonly client: Client;
  /** Everything committed, in order. */
  readonly entries: readonly Entry[];
  book(): Portfolio;
  /** Raises a signal whose entry is sent; resolves with the venue's word, throws when none is sent. */
  enter(): Promise<{ order: Order; outcome: Outcome }>;
  /** Has the position sold. */
  leave(): void;
  /** What the engine does each second: it asks the venue when a round is due, and again for an exit. */
  tick(): void;
  /** The book's only order. */
  live(): LiveOrder;
  /** Resolves when what was decided is committed. */
  settled(): Promise<void>;
  /** What the venue's balances differ from the book's by, of each asset that differs. */
  differences(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

/**
 * `rules` go wrong at the venue; an answer to an order is waited for `placeMsMax`. The market stands still
 * unless it is `moving`: a little up and down, for ten seconds.
 */
export async function startOrderStage(
  rules: readonly FaultRule[],
  placeMsMax: number,
  moving = false,
): Promise<OrderStage> {
  const faults = { seed: 1, rules };
  const { clock, hasten } = hastyClock();
  const stand = await Stand.open(
    { faults, balances: { USDT: capital }, ...(moving ? { speed: 6 } : {}) },
    moving ? { high: 60_010, low: 59_990, close: 60_000 } : undefined,
  );
  const address = `127.0.0.1:${stand.port}`;
  const venue = connectVenue(
    {
      name: 'binance',
      endpoint: { rest: `http://${address}`, stream: `ws://${address}` },
      credentials: keys,
      recvWindowMs: 5000,
      budget: ownBudget(),
    },
    { clock: patience, timers: nodeTimers, log, placeMsMax },
  );
  const instruments = await venue.connect();
  const url = `sqlite:${stand.directory}/troupe.db`;
  const store = await openStore({ url, userId: 'stage', venue: 'binance', isPaper: false });
  const committed = createCommittedOrders(store.journal);
  const entries: Entry[] = [];
  let isOver = false;
  let refused = (_: string): void => {};
  let heard = (_: { order: Order; outcome: Outcome }): void => {};
  const gateway = new Gateway({
    ...{ venue, clock, takeCommitted: committed.take },
    caps: wide,
    mayIncreaseExposure: () => true,
    onBreach: (code, message) => {
      throw new Error(`${code}: ${message}`);
    },
  });
  const place = gateway.place.bind(gateway);
  gateway.place = async (order) => {
    hasten();
    const outcome = await place(order);
    // After the book has heard it, which happens in the same turn.
    setImmediate(() => heard({ order, outcome }));
    return outcome;
  };
  const banks = {
    ...{ journal: committed.journal, tape: store.tape, venue: gateway, clock, log },
    timers: hasty(() => isOver),
    feed: noFeed,
  };
  const rulesOfEngine = {
    ...{ limits: DEFAULT_LIMITS, sizing: DEFAULT_SIZING, execution: DEFAULT_EXECUTION },
    // A market that stands is silent, and its seconds are short.
    breakers: { ...DEFAULT_LEVELS, silenceSeconds: 1e6 },
    lifecycle: DEFAULT_LIFECYCLE,
    protection: { by: 'engine', offset: 0.01 } as const,
    ...{ gatherMs: 0, recvWindowMs: 5000, isRealTime: false, ceiling: capital },
  };
  const start = {
    book: openedBook(),
    seq: 0,
    instruments,
    enrolments: [],
    quarantined: new Map(),
    enrol: async () => newcomer(configuration),
  };
  const parts = joinParts(banks, rulesOfEngine, start, new VenueHealth(), {
    onEntry(entry) {
      entries.push(entry);
      if (entry.type === 'signal.refused') refused(JSON.stringify(entry.data.refusal));
    },
    onFeedNews() {},
    onFatal(reason, error) {
      throw new Error(reason, { cause: error });
    },
    onArchived() {},
    onRestart() {},
  });
  const { supervisor, registry, recorder, watch, streams, reconciliation } = parts;
  const endHearing = reconciliation.listen(venue.news, []);
  watch.update({ pair, price: standing, at: openTime });
  await reconciliation.begin();
  supervisor.actor.send({ type: 'recovery.completed' });
  registry.add(configuration, supervisor.book());
  streams.add(configuration);
  streams.live({ pair, timeframe: configuration.timeframe });
  const client = new Client(stand);

  return {
    ...{ client, entries },
    book: () => supervisor.book(),
    enter: () =>
      new Promise((resolve, reject) => {
        heard = resolve;
        refused = (reason) => reject(new Error(`expected an order, was ${reason}`));
        const signal = signalOf(configuration, { entry: standing, at: openTime });
        registry.send(id, { type: 'signal.raised', signal });
      }),
    leave() {
      const request = { configId: id, reason: 'manual', price: null, at: openTime } as const;
      supervisor.actor.send({ type: 'exit.proposed', request });
    },
    tick() {
      reconciliation.tick();
      supervisor.tick(false);
    },
    live() {
      const [only, ...others] = supervisor.book().orders.values();
      if (only === undefined || others.length > 0) throw new Error('expected one order');
      return only;
    },
    settled: () => recorder.settled(),
    async differences() {
      const { balances } = account.parse(await client.answer('GET /api/v3/account'));
      const held = new Map<string, Balance>(balances.map(({ asset, ...one }) => [asset, one]));
      const compared = compareBalances(supervisor.book(), held);
      return Object.fromEntries(
        compared.flatMap(({ asset, difference }) =>
          difference === '0' ? [] : [[asset, difference]],
        ),
      );
    },
    async close() {
      endHearing();
      isOver = true;
      reconciliation.stop();
      registry.stop();
      await recorder.settled();
      await venue.close();
      await store.close();
      await stand.close();
    },
  };
}
