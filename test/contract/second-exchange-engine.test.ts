// The whole engine, unchanged, on an exchange that shares no code with ours: it trades, an audit that
// shares no code with either finds nothing, and a second start finds the venue as the books say.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Entry } from '../../src/domain/fact.ts';
import { hasEnded } from '../../src/domain/portfolio.ts';
import { prepareEngine, type Started } from '../../src/launch/launch.ts';
import { readDocument } from '../../src/settings/document.ts';
import { checkSettings, type Settings } from '../../src/settings/settings.ts';
import { audit } from '../support/audit/audit.ts';
import { type SecondExchange, startSecondExchange } from '../support/second-exchange/exchange.ts';
import type { CandleText, MarketOptions } from '../support/second-exchange/market.ts';

const credentials = { key: 'engine-key-0123456789', secret: 'engine-secret-0123456789' };
const minuteMs = 60_000;
const [history, played] = [700, 400];
const candleWallMs = 50;

/** A nervous market that keeps returning to its mean, so that old lows are swept and reclaimed often. */
function nervous(base: number, seed: number): CandleText[] {
  let state = seed;
  const chance = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  let last = base;
  return Array.from({ length: history + played }, (_, index) => {
    const open = last;
    const close = open * (1 + (chance() - 0.5) * 0.02) * (base / open) ** 0.08;
    const [top, bottom] = [Math.max(open, close), Math.min(open, close)];
    last = Number(close.toFixed(2));
    return {
      openTime: 1_704_067_200_000 + index * minuteMs,
      open: open.toFixed(2),
      high: (top * (1 + chance() * 0.006)).toFixed(2),
      low: (bottom * (1 - chance() * 0.006)).toFixed(2),
      close: last.toFixed(2),
      volume: (50 + Math.floor(chance() ** 4 * 400)).toFixed(5),
    };
  });
}

const market = (base: string, price: number, seed: number): MarketOptions => ({
  base,
  quote: 'USDT',
  tickSize: '0.01',
  stepSize: '0.00001',
  minNotional: '5',
  candles: nervous(price, seed),
  history,
});

const configuration = (id: string, pair: string, stage: string): object => ({
  id,
  strategy_name: 'Liquidity Sweep',
  pair,
  exchange: 'binance',
  timeframe: '1m',
  lifecycle_stage: stage,
  parameters: {
    relative_volume_min: 0.5,
    close_location_min: 0.4,
    confidence_min: 0.05,
    sweep_window: 3,
    depth_max: 5,
    bars_max: 6,
  },
  performance: { gross_win_rate: 60 },
  validation: { sharpe_ratio: 2 },
  regime: null,
  is_active: true,
});

const { configurations } = readDocument(
  JSON.stringify([
    configuration('btc', 'BTC/USDT', 'MATURE'),
    configuration('btc-too', 'BTC/USDT', 'DISCOVERY'),
    configuration('eth', 'ETH/USDT', 'VALIDATION'),
    configuration('sol', 'SOL/USDT', 'MATURE'),
  ]),
  'configurations.json',
);

let directory: string;
let exchange: SecondExchange;
let settings: Settings;
let faults: string[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'troupe-second-'));
  faults = [];
  exchange = await startSecondExchange({
    credentials,
    markets: [market('BTC', 60_000, 1), market('ETH', 2_500, 2), market('SOL', 150, 3)],
    balances: { USDT: '150000', DOGE: '3.5', BTC: '0.5' },
    candleWallMs,
  });
  const address = `127.0.0.1:${exchange.port}`;
  const checked = checkSettings(
    {
      mode: 'live',
      portfolio: { gatherMs: 0 },
      store: { url: `sqlite:${join(directory, 'troupe.db')}` },
      venues: {
        binance: {
          endpoint: { rest: `http://${address}`, stream: `ws://${address}` },
          speed: minuteMs / candleWallMs,
        },
      },
      // A market minute is a twentieth of a second here: what is late is a matter of market time.
      execution: { collar: 0.01, maxSignalAge: 10 },
    },
    'settings',
  );
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  settings = checked.settings;
});

afterEach(async () => {
  await exchange.close();
  rmSync(directory, { recursive: true, force: true });
});

const prepare = (onEntry: (entry: Entry) => void): Promise<Started> =>
  prepareEngine({
    settings,
    credentials,
    live: true,
    configurations,
    version: 'test',
    log: {
      debug() {},
      info() {},
      warn() {},
      error: (details, message) => faults.push(`${message}: ${JSON.stringify(details)}`),
    },
    onEntry,
    onFeedNews() {},
    onFatal: (reason, error) => faults.push(`${reason}: ${String(error)}`),
  });

async function stop({ engine, venue, store }: Started): Promise<void> {
  await engine.stop();
  await venue.close();
  await store.close();
}

test('trades there, audited clean, and finds itself again', async () => {
  let closed = 0;
  const first = await prepare(({ type }) => {
    if (type === 'position.closed') closed += 1;
  });
  await first.engine.start();
  await expect.poll(() => closed, { timeout: 20_000 }).toBeGreaterThanOrEqual(3);
  // At rest the audit's two readings, of the venue and of the books, are of one moment.
  exchange.freeze();
  const inFlight = (): unknown[] =>
    [...first.engine.book().orders.values()].filter((live) => !hasEnded(live));
  await expect.poll(inFlight, { timeout: 5_000 }).toEqual([]);
  await stop(first);

  const { rest } = settings.venues['binance']?.endpoint ?? { rest: '' };
  const report = await audit({ rest, ...credentials, store: join(directory, 'troupe.db') });
  expect(report.findings).toEqual([]);
  expect(report.comparisons.filter(({ name }) => name.endsWith('profit')).length).toBe(closed);
  expect(exchange.trades().length).toBeGreaterThan(2 * closed);
  expect(exchange.refusals()).toEqual([]);

  const second = await prepare(() => {});
  expect(second.facts.fresh).toBe(false);
  expect(second.facts.differences).toEqual([]);
  expect(second.facts.configurations.map(({ id }) => id).sort()).toEqual([
    'btc',
    'btc-too',
    'eth',
    'sol',
  ]);
  await stop(second);
  expect(faults).toEqual([]);
}, 40_000);
