// An engine that is whole but for the network: real store, real gateway, paper venue. Candles, prices and
// the second's tick come in by hand, so that a story runs the same wherever and however often it is told.
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Subject } from 'rxjs';
import { nodeTimers } from '../../src/clock.ts';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import type { Candle, Stream } from '../../src/domain/candle.ts';
import type { Configuration } from '../../src/domain/configuration.ts';
import { type Entry, fact } from '../../src/domain/fact.ts';
import { fold } from '../../src/domain/fold.ts';
import { engineId } from '../../src/domain/identity.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { DEFAULT_LIFECYCLE, type LifecycleRules } from '../../src/domain/lifecycle-rules.ts';
import { decimal } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION, type Order } from '../../src/domain/order.ts';
import { DEFAULT_LIMITS, type RiskLimits } from '../../src/domain/risk.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { createCommittedOrders } from '../../src/engine/committed.ts';
import { Engine } from '../../src/engine/engine.ts';
import { enrol } from '../../src/engine/enrolment.ts';
import { recoverBook } from '../../src/engine/recover.ts';
import type {
  Clock,
  ClosedCandle,
  FeedNews,
  Journal,
  Log,
  Outcome,
  PriceUpdate,
  Timers,
} from '../../src/ports.ts';
import { openStore, type Store } from '../../src/store/store.ts';
import { Gateway, type GatewayCaps } from '../../src/venue/gateway.ts';
import { PaperVenue } from '../../src/venue/paper.ts';
import { instrumentOf } from './bench.ts';

export interface StageOptions {
  readonly directory: string;
  readonly clock: Clock;
  readonly configurations: readonly Configuration[];
  readonly caps?: GatewayCaps;
  readonly gatherMs?: number;
  /** Last word on entries besides the book's. */
  readonly mayEnter?: () => boolean;
  /** What stands between the engine and its journal. */
  readonly around?: (journal: Journal) => Journal;
  readonly timers?: Partial<Timers>;
  readonly onEntry?: (entry: Entry) => void;
  /** Is told of every order in the moment in which it goes to the venue. */
  readonly onPlaced?: (order: Order) => void;
  readonly lifecycle?: LifecycleRules;
  readonly limits?: Partial<RiskLimits>;
  /** What the venue says to an order, where it is not the paper venue's word. */
  readonly answer?: (order: Order) => Outcome | undefined;
  /** What the venue trades, asked whenever the engine asks. */
  readonly listed?: () => ReadonlyMap<string, Instrument>;
}

export interface Stage {
  readonly engine: Engine;
  readonly store: Store;
  /** Everything committed since the start, in order. */
  readonly entries: readonly Entry[];
  /** Orders that reached the venue, in order. */
  readonly placed: readonly Order[];
  /** The feed's word that a stream is live, or is no longer. */
  live(stream: Stream): void;
  stale(stream: Stream): void;
  price(pair: string, price: number): void;
  candle(stream: Stream, candle: Candle, backfilled?: boolean): void;
  /** What the engine does once a second. */
  tick(): void;
  /** Resolves when nothing that was decided waits any more. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} };
const capital = 100_000;
export const wide: GatewayCaps = {
  ...{ ordersPerMinuteMax: 1000, notionalPerMinuteMax: decimal(1e9) },
  ...{ sendsPerMinuteMax: 100_000, sendsPerMinuteCeiling: 1_000_000 },
};

const opening = (at: number) => {
  const postings = transaction([
    { account: 'cash', asset: 'USDT', amount: decimal(capital) },
    { account: 'capital', asset: 'USDT', amount: decimal(-capital) },
  ]);
  const data = { quote: 'USDT', capital: `${capital}`, engine: engineId('test'), foreign: {} };
  return fact('portfolio.opened', { at, key: 'USDT' }, { ...data, postings });
};

/** Recovers what `directory` holds, or opens a book of 100,000 there, and starts. */
export async function startStage(options: StageOptions): Promise<Stage> {
  const { directory, clock, configurations } = options;
  const url = `sqlite:${join(directory, 'troupe.db')}`;
  const store = await openStore({ url, userId: 'stage', venue: 'binance', isPaper: true });
  const entries: Entry[] = [];
  const placed: Order[] = [];
  const recovered = await recoverBook(store.journal);
  if (recovered.at > 0) clock.observe(recovered.at);
  const first = recovered.seq === 0 ? await store.journal.append([opening(clock.market())]) : [];
  const book = fold(recovered.book, first);
  const prices = new Subject<PriceUpdate>();
  const candles = new Subject<ClosedCandle>();
  const news = new Subject<FeedNews>();
  const instruments = new Map(
    configurations.map(({ pair }) => [pair, instrumentOf(pair)] as const),
  );
  const paper = new PaperVenue({
    ...{ name: 'binance', prices, book, clock, quote: 'USDT', cash: `${capital}` },
    loadInstruments: async () => options.listed?.() ?? instruments,
    execution: DEFAULT_EXECUTION,
  });
  await paper.connect();
  const place = paper.place.bind(paper);
  paper.place = (order) => {
    placed.push(order);
    options.onPlaced?.(order);
    const answer = options.answer?.(order);
    return answer === undefined ? place(order) : Promise.resolve(answer);
  };
  const committed = createCommittedOrders(options.around?.(store.journal) ?? store.journal);
  const gateway = new Gateway({
    ...{ venue: paper, clock, caps: options.caps ?? wide },
    mayIncreaseExposure: () => engine.book().trading === 'active' && options.mayEnter?.() !== false,
    takeCommitted: committed.take,
    onBreach: (code, message) => engine.command('reduce', 'gateway', `${code}: ${message}`),
  });
  const ticks: (() => void)[] = [];
  const timers: Timers = {
    ...nodeTimers,
    every(_, run) {
      ticks.push(run);
      return () => ticks.splice(ticks.indexOf(run), 1);
    },
    ...options.timers,
  };
  const { tape, journal: _ } = store;
  const { lifecycle = DEFAULT_LIFECYCLE } = options;
  const enrolments = await Promise.all(
    configurations.map((one) => enrol(store.read, one, lifecycle)),
  );
  const engine: Engine = new Engine(
    {
      ...{ journal: committed.journal, tape, venue: gateway, clock, timers, log: quiet },
      feed: {
        ...{ prices, candles, news },
        start: async () => {},
        add: async () => {},
        stop: async () => {},
      },
    },
    {
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      ...{ sizing: DEFAULT_SIZING, execution: DEFAULT_EXECUTION, lifecycle },
      ...{
        breakers: DEFAULT_LEVELS,
        protection: { by: 'engine', offset: 0.01 } as const,
        isRealTime: false,
        gatherMs: options.gatherMs ?? 0,
        ceiling: `${capital}`,
        recvWindowMs: 5000,
      },
    },
    {
      ...{ book, seq: recovered.seq + first.length, instruments, enrolments },
      quarantined: new Map(
        [...(await store.read.quarantined())].map(([id, { data }]) => [id, data.version]),
      ),
      enrol: (one) => enrol(store.read, one, lifecycle),
    },
    {
      onEntry(entry) {
        entries.push(entry);
        options.onEntry?.(entry);
      },
      onFeedNews() {},
      onFatal(reason, error) {
        throw new Error(reason, { cause: error });
      },
    },
  );
  await engine.start();
  return {
    ...{ engine, store, entries, placed },
    live: (stream) => news.next({ type: 'stream.live', stream }),
    stale: (stream) => news.next({ type: 'stream.stale', stream, reason: 'connection.lost' }),
    price: (pair, price) => prices.next({ pair, price, at: clock.market() }),
    candle: (stream, candle, backfilled = false) => candles.next({ stream, candle, backfilled }),
    tick() {
      for (const run of [...ticks]) run();
    },
    async settled() {
      for (let quietTurns = 0, seen = -1; quietTurns < 20; quietTurns += 1) {
        await turn();
        await engine.record([]);
        if (entries.length !== seen) quietTurns = 0;
        seen = entries.length;
      }
    },
    async stop() {
      await engine.stop();
      await store.close();
    },
  };
}
