// (a) Kline frames from the socket to closed candles and prices, through the genuine client with the tap
// and through assembly, against a bare client that parses each frame and makes its five numbers.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Endpoint } from '../../src/exchange/client.ts';
import { connectFeed } from '../../src/feed/connect.ts';
import { ownBudget } from '../support/budget.ts';
import { type FloodOrder, pairsOf, stepsPerMinute } from './flood.ts';
import { cpuMs, inTurns, type Row } from './measure.ts';

const rounds = 5;
const framesARound = 40_000;

interface Market {
  readonly process: ChildProcess;
  readonly endpoint: Endpoint;
  readonly pairs: readonly string[];
  readonly minutes: number;
}

async function startMarket(count: number): Promise<Market> {
  const path = fileURLToPath(new URL('flood.ts', import.meta.url));
  const child = fork(path, [String(count)], { execArgv: ['--import', 'tsx'] });
  const [endpoint] = await once(child, 'message');
  const minutes = Math.round(framesARound / count / stepsPerMinute);
  return { process: child, endpoint, pairs: pairsOf(count), minutes };
}

/** Microseconds of this process's time for each frame while `isDone` has not come true. */
async function flooded({ process: child, pairs, minutes }: Market, done: Promise<void>) {
  const order = (next: FloodOrder): boolean => child.send(next);
  order({ type: 'prepare', minutes });
  await once(child, 'message');
  const before = cpuMs();
  order({ type: 'send' });
  await done;
  return ((cpuMs() - before) * 1000) / (minutes * pairs.length * stepsPerMinute);
}

async function bare(market: Market): Promise<number> {
  const socket = new WebSocket(`${market.endpoint.stream}/ws`);
  await once(socket, 'open');
  let closed = 0;
  let total = 0;
  const wanted = market.minutes * market.pairs.length;
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const { k } = JSON.parse(String(data));
      if (k === undefined) return;
      total += Number(k.o) + Number(k.h) + Number(k.l) + Number(k.c) + Number(k.v);
      if (k.x === true) closed += 1;
      if (closed === wanted) resolve();
    });
  });
  socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: ['all'], id: 1 }));
  const spent = await flooded(market, done);
  socket.terminate();
  if (!(total > 0)) throw new Error('expected frames');
  return spent;
}

async function troupe(market: Market): Promise<number> {
  const estimate = createClock(1);
  // The machine's clock stands where the market does, which runs a thousand times faster here.
  const clock = { ...estimate, wall: () => estimate.market() };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const feed = connectFeed(
    {
      name: 'binance',
      endpoint: market.endpoint,
      credentials: null,
      recvWindowMs: 5000,
      budget: ownBudget(),
    },
    { clock, timers: nodeTimers, log },
  );
  let closed = 0;
  let prices = 0;
  let start = Number.POSITIVE_INFINITY;
  const wanted = market.minutes * market.pairs.length;
  const done = new Promise<void>((resolve) => {
    feed.prices.subscribe(() => {
      prices += 1;
    });
    feed.candles.subscribe(({ backfilled }) => {
      if (!backfilled) closed += 1;
      if (closed - start === wanted) resolve();
    });
  });
  await feed.start(
    market.pairs.map((pair) => ({ stream: { pair, timeframe: '1m' as const }, bars: 2 })),
  );
  start = closed;
  const spent = await flooded(market, done);
  await feed.stop();
  if (!(prices > wanted)) throw new Error('expected prices');
  return spent;
}

export async function benchFeed(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const count of [1, 50]) {
    const market = await startMarket(count);
    const spent = await inTurns(rounds, {
      bare: () => bare(market),
      troupe: () => troupe(market),
    });
    market.process.disconnect();
    const ratio = spent.troupe / spent.bare;
    rows.push({
      what: `kline frames, ${count} ${count === 1 ? 'pair' : 'pairs'}: socket to candle`,
      measured: `${spent.troupe.toFixed(1)} µs a frame`,
      baseline: `${spent.bare.toFixed(1)} µs, ws + JSON.parse`,
      ratio,
      goal: 'within 2×',
      isMet: ratio <= 2,
    });
  }
  return rows;
}
