// Many days of one life in which nothing fails: whether what the engine keeps in memory grows with its age. What the
// simulated world itself remembers is let go of every day.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Millis } from '../../src/domain/time.ts';
import { EventQueue } from './event-queue.ts';
import { SimulatedExchange } from './exchange.ts';
import { Life } from './life.ts';
import { hourMs, minuteMs, PairMarket, stepMs } from './market.ts';
import { configurationsOf, FIRST_PRICES, instrumentsOf, PAIRS, settingsOf } from './scene.ts';
import { openGround } from './store-ground.ts';
import { Fate } from './swarm.ts';
import { Trace } from './trace.ts';
import { startTrader } from './trader.ts';

const dayMs: Millis = 24 * hourMs;
const begunAt: Millis = Date.UTC(2026, 2, 10, 0, 0, 0, 700);
const [by, reason] = ['anna', 'a look'];
const historyMs: Millis = 720 * minuteMs;

export interface Day {
  readonly day: number;
  /** After a full collection of garbage. */
  readonly heapMegabytes: number;
  readonly orders: number;
}

/** Plays `days`; tells of each, and throws where the engine gives up. */
export async function playDays(
  days: number,
  directory: string,
  onDay: (day: Day) => void,
): Promise<readonly Day[]> {
  const fate = new Fate({ seed: 1, rates: new Map() });
  const trace = new Trace(0);
  const queue = new EventQueue(begunAt);
  const markets = new Map(
    PAIRS.map((pair) => {
      const origin = begunAt - historyMs - (begunAt % hourMs);
      // Who loses for long is taken off its capital.
      const market = { origin, liveAt: begunAt, first: FIRST_PRICES[pair], rises: 0.9 };
      return [pair, new PairMarket(1, pair, market)] as const;
    }),
  );
  let orders = 0;
  const exchange: SimulatedExchange = new SimulatedExchange({
    ...{ pairs: PAIRS, feeRate: '0.0005', feeAsset: undefined, balances: { USDT: '100000' } },
    price: (pair) => markets.get(pair as (typeof PAIRS)[number])?.price(queue.now) ?? 0,
    now: () => Math.floor(queue.now),
    liquidity: () => ({ pieces: 1, share: 1 }),
    onEvent(event) {
      if (event.type === 'order' && event.what === 'NEW') orders += 1;
      trader?.wire.tell(event);
    },
  });
  const life = new Life(
    { queue, rate: 1, wallOffset: 0 },
    {
      doom: undefined,
      mayCrash: () => false,
      onEnd: (step) => {
        throw new Error(`expected a life of ${days} days, ended at ${step}`);
      },
    },
  );
  const nothing = (): void => {};
  const store = await openGround(join(directory, 'days.db'), join(directory, 'empty.db'), life, {
    ...{ queue, fate, trace, onCommitted: nothing, onTrouble: nothing, onAppending: nothing },
    onRefused: fail,
  });
  const world = {
    ...{ queue, fate, trace, exchange, markets, store, settings: settingsOf(fate) },
    configurations: configurationsOf().filter(({ id }) => id.endsWith('-2')),
    instruments: () => instrumentsOf(exchange.rules),
    isHalted: () => false,
    ...{ onOrderLeaves: nothing, onTradeTold: nothing, onEntry: nothing },
    ...{ onCandle: nothing, onPrice: nothing },
    onFatal: (_: string, error: unknown) => fail(error),
  };
  let trader: Awaited<ReturnType<typeof startTrader>> | undefined;
  void startTrader(world, life).then((started) => {
    trader = started;
  }, fail);
  const step = (): void => {
    for (const pair of PAIRS) exchange.move(pair);
    queue.after(stepMs, step);
  };
  queue.at(Math.ceil(begunAt / stepMs) * stepMs, step);
  // Somebody who keeps it trading whatever it loses.
  const look = (): void => {
    queue.after(hourMs / 4, look);
    const engine = trader?.engine;
    for (const one of engine?.book().breakers.values() ?? []) engine?.resetBreaker(one, by, reason);
    if (engine?.book().trading !== 'active') engine?.command('resume', by, reason);
  };
  look();
  const found: Day[] = [];
  for (let day = 1; day <= days; day += 1) {
    await queue.play(begunAt + day * dayMs, () => true);
    exchange.forget(queue.now - hourMs);
    const told = { day, heapMegabytes: heapMegabytes(), orders };
    found.push(told);
    onDay(told);
  }
  store.release();
  return found;
}

/** Megabytes a day by which the heap grows, by least squares, the first fifth left out: caches fill. */
export function slopeOf(days: readonly Day[]): number {
  const settled = days.slice(Math.floor(days.length / 5));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [
    mean(settled.map(({ day }) => day)),
    mean(settled.map(({ heapMegabytes: heap }) => heap)),
  ];
  const over = settled.reduce((sum, one) => sum + (one.day - x) * (one.heapMegabytes - y), 0);
  return over / settled.reduce((sum, { day }) => sum + (day - x) ** 2, 0);
}

const fail = (error: unknown): never => {
  throw error;
};

function heapMegabytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed / 1e6;
}
