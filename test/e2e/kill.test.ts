// kill -9 while a position is held: the same position and stop after the restart, and the stop fires on
// the next price through it, though the position's configuration has been archived meanwhile.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openReader } from '../../src/store/read.ts';
import { audit } from '../support/audit/audit.ts';
import { type Line, runCommand } from '../support/command.ts';
import { calm, craftMarket, writeCandles } from '../support/crafted-market.ts';
import { livePlace, startLive } from '../support/live-place.ts';

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

const storeFile = join(directory, 'data', 'troupe.db');

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
    const place = livePlace(directory, { port: venue.port, speed, key, secret });
    const first = startLive(place);
    await first.until(is('fill.recorded'), 60_000);
    const asked = [
      '--json',
      '--settings',
      place.settings,
      'configurations',
      'deactivate',
      'btc-sweep',
    ];
    expect((await runCommand(asked)).code).toBe(0);
    const held = await position();
    expect(held?.stop_loss).toBe(String(market.setup.stop));
    first.child.kill('SIGKILL');
    await first.exit;

    const second = startLive(place);
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
