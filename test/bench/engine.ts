// An engine with many configurations, whole but for the network: real store, real feed with the tap's
// own handlers at its mouth, paper venue. Frames go in as the client would hand them over.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClock, nodeTimers } from '../../src/clock.ts';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import type { Configuration } from '../../src/domain/configuration.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { money, quantity, ZERO_MONEY } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION } from '../../src/domain/order.ts';
import type { Portfolio, Position } from '../../src/domain/portfolio.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { Engine } from '../../src/engine/engine.ts';
import { createClient, loadExchange } from '../../src/exchange/client.ts';
import { createTapHandlers, type TapHandlers } from '../../src/feed/binance-tap.ts';
import { LiveFeed } from '../../src/feed/live-feed.ts';
import type { Timers } from '../../src/ports.ts';
import { openStore } from '../../src/store/store.ts';
import { PaperVenue } from '../../src/venue/paper.ts';
import { configurationOf, instrumentOf, newcomer, openedBook } from '../support/bench.ts';
import { ownBudget } from '../support/budget.ts';

export const pair = 'BTC/USDT';
const start = Date.UTC(2026, 0, 15, 12);

export interface EngineBench {
  readonly engine: Engine;
  readonly handlers: TapHandlers;
  /** Market time; each frame's event time moves it on. */
  readonly start: number;
  stop(): Promise<void>;
}

/** `held`: whether every configuration holds a position, and so has its triggers armed. */
export async function startEngine(count: number, held: boolean): Promise<EngineBench> {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-bench-'));
  const store = await openStore({
    url: `sqlite:${join(directory, 'troupe.db')}`,
    userId: 'bench',
    venue: 'binance',
    isPaper: true,
    // Nothing is dropped, however fast the frames come: a dropped row costs less than a kept one.
    tape: { batchMs: 10, waitingRowsMax: Number.MAX_SAFE_INTEGER },
  });
  const clock = createClock(1);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  // Nothing but frames: what runs once a second is measured by nobody here, and runs once.
  const ticks: (() => void)[] = [];
  const timers: Timers = {
    ...nodeTimers,
    every(_, run) {
      ticks.push(run);
      return () => {};
    },
  };
  let handlers: TapHandlers | undefined;
  const client = await createClient(await loadExchange('binance'), {
    name: 'binance',
    endpoint: null,
    credentials: null,
    recvWindowMs: 5000,
    budget: ownBudget(),
  });
  const feed = new LiveFeed({
    ...{ clock, timers, log },
    async connect(listener) {
      handlers = createTapHandlers(() => pair, listener);
      handlers.onTrade({ s: 'BTCUSDT', p: '100', E: start });
      const source = {
        stamped: true,
        lists: () => false,
        subscribe() {},
        renew() {},
        cut() {},
        async stop() {},
      };
      return { client, source };
    },
  });
  const configurations = Array.from({ length: count }, (_, index) =>
    configurationOf(`c${index}`, { pair, timeframe: '1m' }),
  );
  const instruments = new Map([[pair, instrumentOf(pair)]]);
  const book: Portfolio = {
    ...openedBook(),
    positions: new Map(
      held ? configurations.map((one, index) => [one.id, position(one, index)]) : [],
    ),
  };
  const venue = new PaperVenue({
    ...{ name: 'binance', prices: feed.prices, book, clock, quote: 'USDT', cash: '100000' },
    loadInstruments: async () => instruments,
    execution: DEFAULT_EXECUTION,
  });
  const engine = new Engine(
    { journal: store.journal, tape: store.tape, feed, venue, clock, timers, log },
    {
      limits: DEFAULT_LIMITS,
      sizing: DEFAULT_SIZING,
      execution: DEFAULT_EXECUTION,
      protection: { by: 'engine', offset: 0 },
      breakers: DEFAULT_LEVELS,
      lifecycle: DEFAULT_LIFECYCLE,
      gatherMs: 50,
      ceiling: '100000',
      recvWindowMs: 5000,
      isRealTime: false,
    },
    {
      book,
      seq: 0,
      instruments,
      enrolments: configurations.map(newcomer),
      quarantined: new Map(),
      enrol: async (one) => newcomer(one),
    },
    {
      onEntry() {},
      onFeedNews() {},
      onFatal(reason) {
        throw new Error(reason);
      },
    },
  );
  await engine.start();
  // The venue has spoken: everyone takes a seat with twin and progress.
  for (const tick of ticks) tick();
  if (handlers === undefined) throw new Error('expected a connected feed');
  return {
    ...{ engine, handlers, start },
    async stop() {
      await engine.stop();
      await venue.close();
      await store.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A small position of each configuration, its levels apart from all others'. */
function position({ id, stage }: Configuration, index: number): Position {
  const away = 1 + index / 1000;
  return {
    opening: {
      ...{ configId: id, signalId: `${id}@0`, strategy: 'liquidity_sweep', pair, asset: 'BTC' },
      ...{ stage, confidence: 0.8, entryReference: '100', level: '98', at: start },
      stopLoss: String(99 - away),
      takeProfit: String(101 + away),
      expiresAt: start + 1e9,
    },
    ...{ quantity: quantity('0.01'), bought: quantity('0.01'), sold: quantity('0') },
    ...{ cost: money('1'), paid: money('1'), received: ZERO_MONEY, realised: ZERO_MONEY },
    ...{ fees: ZERO_MONEY, exiting: null, awaiting: null, exits: 0 },
  };
}
