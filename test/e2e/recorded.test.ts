// Recorded candles through the whole road: a sandbox plays files, the engine trades on it through the
// genuine client, and what reached its strategies and what they decided is what the files say. Real
// candles where they are at hand; made ones on the same ground elsewhere.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Candle } from '../../src/domain/candle.ts';
import type { Entry } from '../../src/domain/fact.ts';
import type { Setup } from '../../src/domain/signal.ts';
import { readCandles } from '../../src/history/csv.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openReader } from '../../src/store/read.ts';
import { openTapeReader } from '../../src/store/tape-reading.ts';
import { startCommand } from '../support/command.ts';
import { decisionsOn, writeCandles } from '../support/crafted-market.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-recorded-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const minuteMs = 60_000;
const speed = 1800;
const pairs = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'];
/** Low enough that candles of a minute bring decisions. */
const costs = { fee: 0.0001, slippage: 0 };

const recordedPath = (pair: string): string =>
  `../shared/data/binance-${pair.replace('/', '')}-1m.20210610-20210710.csv.gz`;
const areThere = pairs.every((pair) => existsSync(recordedPath(pair)));

/** A day and a bit of the generated market as a file. */
function generatedPath(pair: string): string {
  const path = join(directory, `${pair.replace('/', '')}.csv`);
  const source = generatedMarket(3);
  const from = source.live - 1000 * minuteMs;
  const candles = Array.from({ length: 3000 }, (_, bar) =>
    source.candle(pair, from + bar * minuteMs),
  ).filter((candle) => candle !== undefined);
  writeCandles(path, candles);
  return path;
}

const idOf = (pair: string): string => `${pair.slice(0, 3).toLowerCase()}-sweep`;

function writeSettings(port: number): string {
  const path = join(directory, 'troupe.yaml');
  const store = join(directory, 'engine', 'troupe.db');
  mkdirSync(join(directory, 'engine'), { recursive: true });
  writeFileSync(
    path,
    `store: { url: "sqlite:${store}" }
venues: { binance: { endpoint: { rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }, speed: ${speed}, sandbox: true } }
execution: { fee: ${costs.fee}, slippage: ${costs.slippage}, collar: 0.02, maxSignalAge: 10 }
`,
  );
  const documents = pairs.map((pair) => ({
    id: idOf(pair),
    strategy_name: 'Liquidity Sweep',
    pair,
    exchange: 'binance',
    timeframe: '1m',
    lifecycle_stage: 'MATURE',
    parameters: {},
    performance: { gross_win_rate: 68 },
    validation: { sharpe_ratio: 2.1 },
    is_active: true,
  }));
  writeFileSync(join(directory, 'configurations.json'), JSON.stringify(documents));
  return path;
}

/** What the tape has of a pair: every candle in the order in which it came. */
function taped(pair: string): { all: readonly Candle[]; live: readonly Candle[] } {
  const tape = openTapeReader(join(directory, 'engine', 'tape.db'));
  const records = [...tape.records()]
    .flatMap((record) => (record.kind === 'candle' ? [record.closed] : []))
    .filter(({ stream }) => stream.pair === pair && stream.timeframe === '1m');
  tape.close();
  return {
    all: records.map(({ candle }) => candle),
    live: records.filter(({ backfilled }) => !backfilled).map(({ candle }) => candle),
  };
}

async function journalled(): Promise<readonly Entry[]> {
  const reader = openReader(`sqlite:${join(directory, 'engine', 'troupe.db')}`);
  const entries = await reader.journal(1, 1_000_000);
  await reader.close();
  return entries;
}

const priced = ({ entry, stop, target }: Setup) => [entry, stop, target].map(String);

/** Signals of a configuration as close time, direction and prices. */
const signalsOf = (journal: readonly Entry[], configId: string): (readonly unknown[])[] =>
  journal.flatMap((entry) => {
    if (entry.type !== 'signal.approved' && entry.type !== 'signal.refused') return [];
    const { signal } = entry.data;
    if (signal.configId !== configId) return [];
    const { at, direction, entryPrice, stopLoss, takeProfit } = signal;
    return [[at, direction, entryPrice, stopLoss, takeProfit]];
  });

/** Whether the configuration held a position at a time, by the journal. */
function wasHeld(journal: readonly Entry[], configId: string, at: number): boolean {
  let held = false;
  for (const entry of journal) {
    if (entry.at > at) break;
    if (entry.type === 'position.opened' && entry.data.configId === configId) held = true;
    if (entry.type === 'position.closed' && entry.data.trade.configId === configId) held = false;
  }
  return held;
}

test(`${areThere ? 'real' : 'made'} candles at ${speed} times: none missing, none twice, and the decisions of the files`, {
  timeout: 120_000,
}, async () => {
  const candles = pairs.map((pair) => ({
    pair,
    timeframe: '1m' as const,
    path: areThere ? recordedPath(pair) : generatedPath(pair),
  }));
  const sandbox = await startSandbox(
    {
      port: 0,
      directory,
      seed: 1,
      speed,
      candles,
      balances: { USDT: '100000' },
      fee: costs.fee,
      key: 'k',
      secret: 's',
    },
    () => {},
  );
  try {
    const settings = writeSettings(sandbox.port);
    const run = startCommand(['--json', '--settings', settings, 'run', '--for', '25s']);
    expect(await run.exit, run.text()).toBe(0);
  } finally {
    await sandbox.close();
  }
  const journal = await journalled();
  let decisions = 0;
  for (const { pair, path } of candles) {
    const file = await readCandles(path);
    const { all, live } = taped(pair);
    const first = file.findIndex(({ openTime }) => openTime === all[0]?.openTime);
    const played = file.slice(first, first + all.length);
    expect(all).toEqual(played);
    expect(live.length).toBeGreaterThan(400);

    const liveFrom = live[0]?.openTime ?? 0;
    const expected = [...decisionsOn(played, costs)]
      .map(([bar, setup]) => ({ openTime: played[bar]?.openTime ?? 0, setup }))
      // A SELL of what is held is an exit, not a signal.
      .filter(
        ({ openTime, setup }) =>
          setup.direction === 'BUY' || !wasHeld(journal, idOf(pair), openTime + minuteMs),
      )
      .map(({ openTime, setup }) => [openTime + minuteMs, setup.direction, ...priced(setup)]);
    const decided = signalsOf(journal, idOf(pair));
    // What closes while the engine stops may not be decided any more.
    const until = (all.at(-1)?.openTime ?? 0) - 20 * minuteMs;
    const isLive = ([at]: readonly unknown[]): boolean =>
      Number(at) > liveFrom && Number(at) <= until;
    expect(decided.filter(isLive)).toEqual(expected.filter(isLive));
    // The last candles of the history may be young enough to be decided on; then as the file has it.
    for (const early of decided.filter((one) => !isLive(one)))
      expect(expected).toContainEqual(early);
    decisions += decided.length;
  }
  expect(decisions).toBeGreaterThan(0);
  expect(journal.filter(({ type }) => type === 'stream.gapped')).toEqual([]);
});
