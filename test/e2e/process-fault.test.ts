// A process that cannot be trusted any more ends, leaves word, and the next start protects what is held
// without taking anything new; none of its ends leaves the exchange's process behind.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { fact } from '../../src/domain/fact.ts';
import { openReader } from '../../src/store/read.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { childrenOf, expectGone } from '../support/child.ts';
import { type Running, runCommand, startCommand } from '../support/command.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newData(): string {
  const data = mkdtempSync(join(tmpdir(), 'troupe-process-'));
  directories.push(data);
  return data;
}

const saboteur = new URL('../support/saboteur.ts', import.meta.url).href;

async function startDemo(data: string, sabotage = ''): Promise<Running> {
  const args = ['--json', 'demo', '--data', data, '--speed', '60'];
  const running = startCommand(args, { TROUPE_SABOTAGE: sabotage }, [saboteur]);
  onTestFinished(() => void running.child.kill('SIGKILL'));
  await running.until(({ msg }) => msg === 'stream.live', 30_000);
  return running;
}

/** Wakes processes that were stopped, if they are still there. */
function goOn(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {}
  }
}

async function lastEntry(data: string) {
  const reader = openReader(`sqlite:${data}/troupe.db`);
  try {
    return (await reader.journal(await reader.lastSeq(), 1))[0];
  } finally {
    await reader.close();
  }
}

/** The next start says why it takes nothing new, and has it in its journal. */
async function expectLatched(data: string, reason: RegExp): Promise<void> {
  const next = await startDemo(data);
  const word = await next.until(({ msg }) => msg === 'trading.reduced', 10_000);
  expect(word).toMatchObject({ data: { by: 'engine', reason: expect.stringMatching(reason) } });
  next.child.kill('SIGTERM');
  expect(await next.exit).toBe(0);
}

test.each([
  ['reject', /^unhandled rejection: Error: sabotage$/],
  ['throw', /^uncaught exception: TypeError: sabotage$/],
  ['supervisor', /^the portfolio supervisor failed: /],
])(
  '%s: it ends at once as failed, and the next start is a careful one',
  {
    timeout: 90_000,
  },
  async (sabotage, reason) => {
    const data = newData();
    const running = await startDemo(data, sabotage);
    const children = childrenOf(running.child.pid);
    running.child.kill('SIGWINCH');
    expect(await running.exit).toBe(1);
    expect(running.lines.at(-1)?.type).not.toBe('summary');
    expect(running.text()).toContain('the process ends, and recovers');
    expect(readFileSync(join(data, 'HALT'), 'utf8')).toMatch(/^engine: /);
    await expectGone(children);
    await expectLatched(data, reason);
  },
);

test('an event loop that stands is ended from beside, and the next start tells of it', {
  timeout: 90_000,
}, async () => {
  const data = newData();
  const running = await startDemo(data, 'stall');
  const children = childrenOf(running.child.pid);
  const begun = performance.now();
  running.child.kill('SIGWINCH');
  await running.exit;
  expect(running.child.signalCode).toBe('SIGKILL');
  // Ten seconds by default; a machine under load looks later.
  expect(performance.now() - begun).toBeGreaterThan(9000);
  expect(running.text()).toContain('the event loop stood still');
  await expectGone(children);
  await expectLatched(data, /^the event loop stood still for \d+\.\d s/);
});

test('SIGTERM ends it in order within ten seconds', { timeout: 60_000 }, async () => {
  const data = newData();
  const running = await startDemo(data);
  const children = childrenOf(running.child.pid);
  const begun = performance.now();
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  expect(performance.now() - begun).toBeLessThan(10_000);
  expect(await lastEntry(data)).toMatchObject({
    type: 'engine.stopped',
    data: { reason: 'SIGTERM' },
  });
  expect(existsSync(join(data, 'HALT'))).toBe(false);
  await expectGone(children);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)(
  'a second %s does not wait, and nothing is left behind',
  {
    timeout: 60_000,
  },
  async (signal, code) => {
    const data = newData();
    const running = await startDemo(data);
    const children = childrenOf(running.child.pid);
    // The exchange does not answer any more: an orderly end would take its time.
    for (const pid of children) process.kill(pid, 'SIGSTOP');
    onTestFinished(() => goOn(children));
    // Its streams are shared with the exchange's process, which stands.
    const ended = new Promise((resolve) =>
      running.child.once('exit', (exitCode, by) => resolve(by ?? exitCode)),
    );
    // More often than not needed: two that a busy machine hears at once are one that echoes.
    const asking = setInterval(() => running.child.kill(signal), 600);
    onTestFinished(() => clearInterval(asking));
    // Either way a shell sees the same.
    expect([signal, code]).toContain(await ended);
    goOn(children);
    await expectGone(children);
  },
);

test('kill -9 leaves no exchange behind; six starts without an orderly end protect and take nothing new', {
  timeout: 120_000,
}, async () => {
  const data = newData();
  const first = await startDemo(data);
  const children = childrenOf(first.child.pid);
  first.child.kill('SIGKILL');
  await first.exit;
  await expectGone(children);
  const store = await openStore({ ...CONTEXT, url: `sqlite:${data}/troupe.db` });
  const crashed = { mode: 'live', venue: 'binance', version: '1', wall: Date.now() } as const;
  await store.journal.append(
    Array.from({ length: 4 }, () => fact('engine.started', { at: 0, key: 'binance' }, crashed)),
  );
  await store.close();
  const sixth = await startDemo(data);
  const word = await sixth.until(({ msg }) => msg === 'trading.reduced', 10_000);
  expect(word).toMatchObject({
    data: { by: 'engine', reason: expect.stringContaining('crash loop: 6 starts') },
  });
  sixth.child.kill('SIGTERM');
  expect(await sixth.exit).toBe(0);
  const settings = ['--settings', join(data, 'demo.yaml')];
  const resumed = await runCommand([...settings, 'resume', '--by', 'anna', '--reason', 'fixed']);
  expect(resumed.code).toBe(0);
  const seventh = await startDemo(data);
  seventh.child.kill('SIGTERM');
  expect(await seventh.exit).toBe(0);
  expect(seventh.text()).not.toContain('trading.reduced');
});
