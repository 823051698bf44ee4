// How a run ends: whoever asks, it ends in order, says so in its journal, and leaves nothing running.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openReader } from '../../src/store/read.ts';
import { childrenOf, expectGone } from '../support/child.ts';
import { startCommand } from '../support/command.ts';

const data = mkdtempSync(join(tmpdir(), 'troupe-ending-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const demo = ['demo', '--data', data, '--speed', '60'];

async function lastEntry(): Promise<unknown> {
  const reader = openReader(`sqlite:${data}/troupe.db`);
  try {
    return (await reader.journal(await reader.lastSeq(), 1))[0];
  } finally {
    await reader.close();
  }
}

test('a closed terminal ends it in order, and it dies of the signal as is the custom', {
  timeout: 30_000,
}, async () => {
  const running = startCommand(['--json', ...demo]);
  await running.until(({ msg }) => msg === 'stream.live', 20_000);
  const children = childrenOf(running.child.pid);
  running.child.kill('SIGHUP');
  await running.exit;
  expect(running.child.signalCode).toBe('SIGHUP');
  expect(running.lines.at(-1)?.type).toBe('summary');
  expect(await lastEntry()).toMatchObject({
    type: 'engine.stopped',
    data: { reason: 'the terminal was closed' },
  });
  await expectGone(children);
});

test('when nobody reads any more it ends in order', { timeout: 30_000 }, async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--no-json', ...demo], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (text) => String(text).includes('Troupe live') && resolve());
  });
  const children = childrenOf(child.pid);
  child.stdout.destroy();
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
  expect(await lastEntry()).toMatchObject({
    type: 'engine.stopped',
    data: { reason: 'nobody reads the output' },
  });
  await expectGone(children);
});

test('a Ctrl-C that arrives twice ends it once and in order', { timeout: 30_000 }, async () => {
  const running = startCommand(['--json', ...demo]);
  await running.until(({ msg }) => msg === 'stream.live', 20_000);
  running.child.kill('SIGINT');
  await pause(30);
  running.child.kill('SIGINT');
  expect(await running.exit).toBe(0);
  expect(running.lines.at(-1)).toMatchObject({ type: 'summary', reason: 'Ctrl-C' });
});

test('without its exchange the demo ends as failed, and an engine on its data keeps others out', {
  timeout: 30_000,
}, async () => {
  const running = startCommand(['--json', ...demo]);
  await running.until(({ msg }) => msg === 'stream.live', 20_000);
  const second = startCommand([...demo, '--fresh']);
  expect(await second.exit).toBe(1);
  expect(second.text()).toContain('expected no engine here yet, was one running');
  expect(readdirSync(data)).toContain('troupe.db');
  for (const pid of childrenOf(running.child.pid)) process.kill(pid, 'SIGKILL');
  expect(await running.exit).toBe(1);
  expect(running.lines.at(-1)).toMatchObject({
    type: 'summary',
    reason: 'the sandbox exchange ended by itself (SIGKILL)',
  });
});
