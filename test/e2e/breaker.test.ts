// The crash of 5 August 2024, played from real candles through the sandbox to the engine, with every level as
// it comes: breakers trip with their reasons, entries meanwhile are smaller or none, exits go on as if there
// were none, and days later, when the market is calm again, the breakers release by themselves.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Entry, FactType } from '../../src/domain/fact.ts';
import { readCandles } from '../../src/history/csv.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openReader } from '../../src/store/read.ts';
import { startCommand } from '../support/command.ts';
import { writeCandles } from '../support/crafted-market.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-breakers-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const bars = 5 * 60_000;
const volatility = 'volatility-scale';
const speed = 9000;
const assets = { BTC: '20240906', ETH: '20240906', SOL: '20240907' } as const;
const strategies = ['Liquidity Sweep', 'Capitulation Reversal', 'Failed Breakdown'];
/** Two weeks before, so that the measures of a month have their week. */
const historyFrom = Date.UTC(2024, 6, 21);
const liveFrom = Date.UTC(2024, 7, 4, 2);
const until = Date.UTC(2024, 7, 8);

const recordedPath = (asset: keyof typeof assets): string =>
  `../shared/data/binance-${asset}USDT-5m.20240101-${assets[asset]}.csv.gz`;
const names = Object.keys(assets) as (keyof typeof assets)[];
const areThere = names.every((asset) => existsSync(recordedPath(asset)));

/** The days of the crash as a file of their own. */
async function cut(asset: keyof typeof assets): Promise<string> {
  const path = join(directory, `${asset}.csv`);
  const candles = await readCandles(recordedPath(asset));
  writeCandles(
    path,
    candles.filter(({ openTime }) => openTime >= historyFrom && openTime < until),
  );
  return path;
}

function writeSettings(port: number): string {
  const path = join(directory, 'troupe.yaml');
  mkdirSync(join(directory, 'engine'), { recursive: true });
  writeFileSync(
    path,
    `store: { url: "sqlite:${join(directory, 'engine', 'troupe.db')}" }
portfolio: { gatherMs: 0 }
venues: { binance: { endpoint: { rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }, speed: ${speed}, sandbox: true } }
execution: { collar: 0.05, maxSignalAge: 10 }
`,
  );
  const documents = names.flatMap((asset) =>
    strategies.map((strategy) => ({
      id: `${asset}-${strategy.split(' ')[0]}`.toLowerCase(),
      strategy_name: strategy,
      pair: `${asset}/USDT`,
      exchange: 'binance',
      timeframe: '5m',
      lifecycle_stage: 'MATURE',
      parameters: {},
      performance: { gross_win_rate: 68 },
      validation: { sharpe_ratio: 2.1 },
      is_active: true,
    })),
  );
  writeFileSync(join(directory, 'configurations.json'), JSON.stringify(documents));
  return path;
}

async function journalled(): Promise<readonly Entry[]> {
  const reader = openReader(`sqlite:${join(directory, 'engine', 'troupe.db')}`);
  const entries = await reader.journal(1, 1_000_000);
  await reader.close();
  return entries;
}

const of = <T extends FactType>(
  journal: readonly Entry[],
  type: T,
): readonly Extract<Entry, { type: T }>[] =>
  journal.filter((entry): entry is Extract<Entry, { type: T }> => entry.type === type);

test.skipIf(!areThere)(
  'a crash of real candles trips breakers and releases them, while exits go on',
  { timeout: 60_000 },
  async () => {
    const candles = await Promise.all(
      names.map(async (asset) => ({
        ...{ pair: `${asset}/USDT`, timeframe: '5m' as const },
        path: await cut(asset),
      })),
    );
    const sandbox = await startSandbox(
      {
        ...{ port: 0, directory, seed: 1, speed, candles, fee: 0.001, key: 'k', secret: 's' },
        historyBars: (liveFrom - historyFrom) / bars,
        balances: { USDT: '100000' },
      },
      () => {},
    );
    try {
      const run = startCommand([
        '--json',
        '--settings',
        writeSettings(sandbox.port),
        'run',
        '--for',
        '32s',
      ]);
      expect(await run.exit, run.text()).toBe(0);
    } finally {
      await sandbox.close();
    }
    const journal = await journalled();
    const trips = of(journal, 'breaker.tripped').filter(({ data }) => data.id === volatility);
    // Once each, on the day of the crash, with what it measured.
    expect(trips.map(({ data }) => data.on).sort()).toEqual([...names].sort());
    for (const { at, data } of trips) {
      expect(data.value).toBeGreaterThanOrEqual(3);
      expect(at).toBeGreaterThan(Date.UTC(2024, 7, 5));
      expect(at).toBeLessThan(Date.UTC(2024, 7, 6, 6));
    }
    const releases = of(journal, 'breaker.closed').filter(({ data }) => data.id === volatility);
    expect(releases.map(({ data }) => data.on)).toContain('BTC');
    for (const { at, data } of releases) {
      expect(data).toMatchObject({ by: 'engine', reason: 'below 2 for 6 h' });
      expect(at).toBeGreaterThan(Date.UTC(2024, 7, 7));
    }

    const isOpen = (asset: string, at: number): boolean =>
      trips.some(({ data, at: from }) => data.on === asset && from <= at) &&
      !releases.some(({ data, at: to }) => data.on === asset && to <= at);
    const entries = of(journal, 'signal.approved').filter(({ at, data }) => isOpen(data.asset, at));
    for (const { data } of entries) {
      expect(data.waterfall.scale).toEqual({ factor: 0.5, breaker: volatility });
    }
    const ended = of(journal, 'position.closed').filter(({ at, data }) =>
      isOpen(data.trade.asset, at),
    );
    expect([entries.length > 0, ended.length > 0]).toEqual([true, true]);
    expect(of(journal, 'trading.reduced')).toEqual([]);
  },
);
