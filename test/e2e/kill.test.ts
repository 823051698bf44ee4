// kill -9 while a position is held: the same position and stop after the restart, and the stop fires on
// the next price through it, though the position's configuration has been archived meanwhile.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openReader } from '../../src/store/read.ts';
import { audit } from '../support/audit/audit.ts';
import { type Line, runCommand, startCommand } from '../support/command.ts';
import { calm, craftMarket, writeCandles } from '../support/crafted-market.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-kill-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const [key, secret] = ['kill-test-key', 'kill-test-secret'];
const speed = 120;
const minuteMs = 60_000;
/** Bars of calm after the entry: time to be killed and to come back. */
const calmBars = 25;

const market = craftMarket(1, ({ entry, stop }, at) => [
  ...calm(at, entry, calmBars),
  ...calm(at + calmBars * minuteMs, stop * 0.99, 60),
]);
const candleFile = join(directory, 'btc.csv');
writeCandles(candleFile, market.candles);

const settingsFile = join(directory, 'troupe.yaml');
const storeFile = join(directory, 'data', 'troupe.db');

function writeSettings(port: number): void {
  mkdirSync(join(directory, 'data'), { recursive: true });
  writeFileSync(
    settingsFile,
    `mode: live
store: { url: "sqlite:${storeFile}" }
venues: { binance: { endpoint: { rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }, speed: ${speed}, sandbox: true } }
execution: { collar: 0.02 }
`,
  );
  writeFileSync(
    join(directory, 'configurations.json'),
    JSON.stringify({
      id: 'btc-sweep',
      strategy_name: 'Liquidity Sweep',
      pair: 'BTC/USDT',
      exchange: 'binance',
      timeframe: '1m',
      lifecycle_stage: 'MATURE',
      parameters: {},
      performance: { gross_win_rate: 68 },
      validation: { sharpe_ratio: 2.1 },
      is_active: true,
    }),
  );
}

const start = () =>
  startCommand(['--json', '--settings', settingsFile, 'run', '--live'], {
    TROUPE_BINANCE_KEY: key,
    TROUPE_BINANCE_SECRET: secret,
  });

async function position() {
  const reader = openReader(`sqlite:${storeFile}`);
  try {
    const [row] = await reader.positions();
    return row;
  } finally {
    await reader.close();
  }
}

const is = (msg: string) => (line: Line) => line.msg === msg;

test('a held position survives kill -9 and leaves at its stop', { timeout: 120_000 }, async () => {
  const venue = await startSandbox(
    {
      port: 0,
      directory,
      seed: 1,
      speed,
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path: candleFile }],
      balances: { USDT: '100000' },
      fee: 0.001,
      key,
      secret,
    },
    () => {},
  );
  try {
    writeSettings(venue.port);
    const first = start();
    await first.until(is('fill.recorded'), 60_000);
    const asked = [
      '--json',
      '--settings',
      settingsFile,
      'configurations',
      'deactivate',
      'btc-sweep',
    ];
    expect((await runCommand(asked)).code).toBe(0);
    const held = await position();
    expect(held?.stop_loss).toBe(String(market.setup.stop));
    first.child.kill('SIGKILL');
    await first.exit;

    const second = start();
    await second.until(is('engine.started'), 30_000);
    expect(await position()).toEqual(held);
    const left = await second.until(is('exit.ordered'), 60_000);
    expect(left).toMatchObject({ data: { reason: 'stop' } });
    expect(Number((left['data'] as { price: string }).price)).toBeLessThanOrEqual(
      market.setup.stop,
    );
    await second.until(is('position.closed'), 10_000);
    second.child.kill('SIGINT');
    expect(await second.exit).toBe(0);

    const rest = `http://127.0.0.1:${venue.port}`;
    expect((await audit({ rest, key, secret, store: storeFile })).findings).toEqual([]);
  } finally {
    await venue.close();
  }
});
