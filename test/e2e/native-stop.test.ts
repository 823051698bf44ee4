// The engine is dead while the market falls: the stop at the venue sells for it, and the next start books
// that, once, as the position's end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openReader } from '../../src/store/read.ts';
import { audit } from '../support/audit/audit.ts';
import { type Line, runCommand } from '../support/command.ts';
import { calm, craftMarket, writeCandles } from '../support/crafted-market.ts';
import { configurationOf, livePlace, startLive } from '../support/live-place.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-native-stop-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const [key, secret] = ['native-stop-key', 'native-stop-secret'];
const speed = 120;
const minuteMs = 60_000;
/** Bars of calm after the entry, in which the engine dies. */
const calmBars = 12;

const market = craftMarket(1, ({ entry, stop }, at) => [
  ...calm(at, entry, calmBars),
  // Through the engine's stop and the venue's, which stands one per cent below.
  ...calm(at + calmBars * minuteMs, stop * 0.97, 200),
]);
const candleFile = join(directory, 'btc.csv');
writeCandles(candleFile, market.candles);

const storeFile = join(directory, 'data', 'troupe.db');

const is = (msg: string) => (line: Line) => line.msg === msg;

test('while the engine is dead the venue’s stop sells for it', { timeout: 120_000 }, async () => {
  const venue = await startSandbox(
    {
      ...{ port: 0, directory, seed: 1, speed, key, secret, fee: 0.001 },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path: candleFile }],
      balances: { USDT: '100000' },
    },
    () => {},
  );
  try {
    // Two of one pair: the one stop at the venue is both positions'.
    const configurations = [
      configurationOf({}),
      configurationOf({ id: 'second-sweep', lifecycle_stage: 'VALIDATION' }),
    ];
    const place = livePlace(directory, { port: venue.port, speed, key, secret, configurations });
    const first = startLive(place);
    const stop = await first.until(is('protection.ordered'), 60_000);
    const { clientOrderId, quantity } = (stop['data'] as { order: Record<string, string> }).order;
    await first.until(
      (line) => line.msg === 'order.accepted' && line['key'] === clientOrderId,
      10_000,
    );
    const bought = first.lines.filter(is('position.opened')).length;
    expect(bought).toBe(2);
    first.child.kill('SIGKILL');
    await first.exit;
    // The market goes on without us, well past the fall.
    await new Promise((resolve) => setTimeout(resolve, (calmBars * minuteMs) / speed + 3000));

    const second = startLive(place);
    await second.until(is('position.closed'), 30_000);
    await second.until(() => second.lines.filter(is('position.closed')).length === 2, 10_000);
    const sold = second.lines.filter(is('fill.recorded'));
    expect(sold.every(({ data }) => (data as { purpose: string }).purpose === 'protection')).toBe(
      true,
    );
    expect(second.lines.some(is('exit.ordered'))).toBe(false);
    second.child.kill('SIGINT');
    expect(await second.exit).toBe(0);

    const reader = openReader(`sqlite:${storeFile}`);
    const trades = await reader.trades('portfolio', 10);
    const [ours] = (await reader.orders('all', 10)).filter(
      ({ client_order_id: id }) => id === clientOrderId,
    );
    await reader.close();
    expect(trades.map(({ exit_reason: reason }) => reason)).toEqual(['stop', 'stop']);
    expect(ours).toMatchObject({ state: 'filled', filled: quantity, purpose: 'protection' });
    const rest = `http://127.0.0.1:${venue.port}`;
    expect((await audit({ rest, key, secret, store: storeFile })).findings).toEqual([]);
    const shown = await runCommand(
      ['--json', '--settings', place.settings, 'reconcile'],
      place.environment,
    );
    expect(shown.code, shown.text).toBe(0);
  } finally {
    await venue.close();
  }
});
