// (c) A close on which every configuration signals at once: how long the loop is busy in one piece, and how
// long an exit that falls into it takes to reach the venue. Whole engine, real store, paper venue.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import { createClock } from '../../src/clock.ts';
import { configurationOf, newcomer } from '../support/bench.ts';
import { craftMarket } from '../support/crafted-market.ts';
import { type Stage, startStage } from '../support/stage.ts';
import { median, type Row } from './measure.ts';

const rounds = 3;
const crowd = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const holder = { pair: 'ETH/USDT', timeframe: '1m' } as const;
const minuteMs = 60_000;
/** More than a warm-up, as little as possible of it: everyone lives through all of it. */
const history = 640;

const market = craftMarket(2, () => []);
const candles = market.candles.slice(-history);
const buy = candles.at(-1);

interface Measured {
  /** Milliseconds of the close before, on which nobody signals, and of the one on which all do. */
  readonly quiet: { readonly totalMs: number; readonly longestMs: number };
  readonly loud: { readonly totalMs: number; readonly longestMs: number };
  readonly exitMs: number;
}

/** Runs `act` until `isDone`, turn after turn; the longest turn and all of them. */
async function watch(act: () => void, isDone: () => boolean) {
  const before = performance.now();
  let longestMs = 0;
  let last = before;
  const look = (): void => {
    const now = performance.now();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  act();
  do {
    look();
    await turn();
  } while (!isDone());
  look();
  return { totalMs: last - before, longestMs };
}

/** Lives through the history, and has `held` hold a position. */
async function seated(directory: string, count: number, clock: ReturnType<typeof createClock>) {
  const first = configurationOf('c0', crowd);
  const held = configurationOf('held', holder);
  const stage = await startStage({ directory, clock, configurations: [first, held], gatherMs: 50 });
  for (const candle of candles.slice(0, -2)) {
    clock.observe(candle.openTime + minuteMs);
    stage.candle(crowd, candle, true);
    stage.candle(holder, candle, true);
  }
  for (const stream of [crowd, holder]) stage.live(stream);
  for (const { pair } of [crowd, holder]) stage.price(pair, market.setup.entry);
  for (let index = 1; index < count; index += 1) {
    await stage.engine.add(newcomer(configurationOf(`c${index}`, crowd)));
  }
  return stage;
}

async function measure(count: number): Promise<Measured> {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-crowd-'));
  let now = 0;
  const clock = createClock(1, () => now);
  const stage = await seated(directory, count, clock);
  const close = (stream: typeof crowd | typeof holder, back: number) => {
    const candle = candles.at(-back);
    if (candle === undefined) throw new Error('expected a candle');
    clock.observe(candle.openTime + minuteMs);
    stage.candle(stream, candle);
  };
  const holds = () => stage.engine.status().counters.holds;
  const before = holds();
  const quiet = await watch(
    () => close(crowd, 2),
    () => holds() === before + count,
  );
  close(holder, 2);
  close(holder, 1);
  while (!stage.engine.book().positions.has('held')) await turn();
  await stage.settled();
  const { loud, exitMs } = await loudClose(stage, count, () => close(crowd, 1));
  now += 1;
  await stage.stop();
  rmSync(directory, { recursive: true });
  return { quiet, loud, exitMs };
}

/** The loud close; the holder's stop is run through when most is decided and not yet journalled. */
async function loudClose(stage: Stage, count: number, close: () => void) {
  const decided = () => {
    const { approvals, refusals } = stage.engine.status().counters;
    return approvals + refusals;
  };
  const before = decided();
  const [spentBefore, waiting] = [stage.engine.book().decided.size, Math.min(1000, count / 2)];
  const wasSent = () => stage.placed.some(({ purpose }) => purpose === 'exit');
  let proposedAt = 0;
  let sentAt = 0;
  const loud = await watch(close, () => {
    const backlog = stage.engine.book().decided.size - spentBefore - (decided() - before);
    if (proposedAt === 0 && backlog >= waiting) {
      proposedAt = performance.now();
      stage.price(holder.pair, market.setup.stop * 0.99);
    }
    if (sentAt === 0 && wasSent()) sentAt = performance.now();
    return sentAt > 0 && decided() >= before + count;
  });
  return { loud, exitMs: sentAt - proposedAt };
}

export async function benchCrowd(): Promise<readonly Row[]> {
  if (buy === undefined) throw new Error('expected a market');
  const rows: Row[] = [];
  for (const count of [1000, 10_000]) {
    const all: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) all.push(await measure(count));
    const of = (value: (one: Measured) => number) => median(all.map(value));
    const longest = of(({ loud }) => loud.longestMs);
    const quiet = of(({ quiet }) => quiet.longestMs);
    const exit = of(({ exitMs }) => exitMs);
    rows.push({
      what: `a close on which ${count.toLocaleString('en')} configurations signal`,
      measured: `longest piece ${longest.toFixed(1)} ms of ${of(({ loud }) => loud.totalMs).toFixed(0)} ms, an exit in it at the venue after ${exit.toFixed(1)} ms`,
      baseline: `${quiet.toFixed(1)} ms, the longest piece of a close on which none does`,
      ratio: longest / quiet,
      goal: 'an exit within 100 ms',
      isMet: exit <= 100,
    });
  }
  return rows;
}
