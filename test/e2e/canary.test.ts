// Through a life that goes wrong in every way – a venue that repeats the keys, errors that hold them, deaths by
// error and by watchdog – no key, secret or signature is in anything the process leaves behind: its output, its
// files, its command line, its environment.
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { FaultRule } from '../../src/sandbox/fault-plan.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { canaries, expectNone, failures } from '../support/canary.ts';
import { type Line, type Running, runCommand, startCommand } from '../support/command.ts';
import { calm, craftMarket, writeCandles } from '../support/crafted-market.ts';
import { type LivePlace, livePlace } from '../support/live-place.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-canary-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const speed = 120;
/** Half a second each: time to connect. */
const spareBars = 12;
const market = craftMarket(1, ({ entry }, at) => calm(at, entry, 600), spareBars);
const candles = join(directory, 'btc.csv');
writeCandles(candles, market.candles);
/** Outside of what is looked through. */
const words = join(directory, 'words.txt');
writeFileSync(words, `${canaries.key} ${canaries.secret} ?timestamp=1&signature=00c0ffee`);

const saboteur = new URL('../support/saboteur.ts', import.meta.url).href;
const is = (msg: string) => (line: Line) => line.msg === msg;

/** The first few requests of a kind fail, each in another way; what is asked at a start only twice. */
const rules: readonly FaultRule[] = (
  [
    ['GET /api/v3/openOrders', 0, 2],
    ['GET /api/v3/order', 2, 12],
    ['POST /api/v3/order', 12, 40],
  ] as const
).flatMap(([on, from, to]) =>
  failures.slice(from, to).map((fault): FaultRule => ({ on, when: { times: 1 }, do: fault })),
);

function start(place: LivePlace, mode: '--json' | '--no-json', sabotage: string): Running {
  const running = startCommand(
    [mode, '--settings', place.settings, 'run', '--live'],
    { ...place.environment, TROUPE_SABOTAGE: sabotage, TROUPE_SABOTAGE_WORDS: words },
    [saboteur],
  );
  onTestFinished(() => void running.child.kill('SIGKILL'));
  return running;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Resolves once it has said so, in words. */
async function says(running: Running, part: string): Promise<void> {
  await expect.poll(() => running.text(), { timeout: 60_000, interval: 100 }).toContain(part);
}

function expectNoneOutside(pid: number | undefined): void {
  const seen = (name: string): string => readFileSync(`/proc/${pid}/${name}`, 'latin1');
  expect(seen('environ')).toContain('TROUPE_BINANCE_KEY=');
  expectNone(seen('environ'));
  expectNone(seen('cmdline'));
  expect(seen('coredump_filter').trim()).toBe('00000000');
}

test('no secret is in what a life of failures leaves behind', { timeout: 240_000 }, async () => {
  const port = await freePort();
  const more = 'watchdog: { stallMsMax: 2000 }\n';
  const place = livePlace(directory, { port, speed, ...canaries }, more);
  const texts: string[] = [];

  const first = start(place, '--json', 'reject');
  // The market begins when somebody is there to see it, however long a process takes to come up.
  await first.until(({ msg }) => msg?.startsWith('could not connect') === true, 60_000);
  const sandbox = await startSandbox(
    {
      ...{ port, directory, seed: 1, speed, fee: 0.001, ...canaries },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path: candles }],
      balances: { USDT: '100000' },
      faults: { seed: 1, rules },
    },
    () => {},
  );
  onTestFinished(() => sandbox.close());
  await first.until(is('signal.approved'), 40_000);
  await first.until(({ msg }) => msg === 'order.ended' || msg === 'order.unknown', 20_000);
  expectNoneOutside(first.child.pid);
  // A debugger would read all of it.
  first.child.kill('SIGUSR1');
  const asked = ['reconcile', 'status', 'check', 'positions'].flatMap((command) =>
    ['--json', '--no-json'].map((mode) => [mode, '--settings', place.settings, command]),
  );
  for (const args of asked) texts.push((await runCommand(args, place.environment)).text);
  first.child.kill('SIGWINCH');
  expect(await first.exit).toBe(1);
  expect(first.text()).not.toContain('Debugger listening');
  expect(readFileSync(join(place.data, 'HALT'), 'utf8')).toContain('[secret]');

  const second = start(place, '--no-json', 'throw');
  await says(second, 'watching for signals');
  second.child.kill('SIGWINCH');
  expect(await second.exit).toBe(1);

  const third = start(place, '--no-json', 'stall');
  await says(third, 'watching for signals');
  third.child.kill('SIGWINCH');
  await third.exit;
  expect(third.child.signalCode).toBe('SIGKILL');

  for (const text of [...texts, first.text(), second.text(), third.text()]) expectNone(text);
  // What it repeats of the venue shows that there was something to hide.
  expect(first.text()).toContain('[secret]');
  const files = readdirSync(place.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(4);
  for (const file of files) expectNone(readFileSync(file, 'latin1'));
});

test('with --live no debugger may listen', { timeout: 60_000 }, async () => {
  const place = livePlace(mkdtempSync(join(directory, 'inspected-')), {
    ...{ port: 1, speed, ...canaries },
  });
  const running = startCommand(['--settings', place.settings, 'run', '--live'], {
    ...place.environment,
    NODE_OPTIONS: '--inspect=127.0.0.1:0',
  });
  expect(await running.exit).toBe(2);
  expect(running.text()).toContain('expected no debugger with --live');
});
