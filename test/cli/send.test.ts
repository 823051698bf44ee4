// Commands to an engine that runs, through its inbox; and one that no engine answers.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendCommand } from '../../src/cli/send.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { type Running, startCommand } from '../support/command.ts';
import { place, speak, written } from './speak.ts';

const data = mkdtempSync(join(tmpdir(), 'troupe-send-'));
const settings = join(data, 's.yaml');
let running: Running;

beforeAll(async () => {
  writeFileSync(settings, `mode: live\nstore: { url: "sqlite:${data}/troupe.db" }`);
  rmSync(join(data, 'troupe.db'), { force: true });
  running = startCommand(['--json', 'demo', '--data', data, '--speed', '30']);
  await running.until(({ msg }) => msg === 'stream.live', 25_000);
}, 30_000);
afterAll(async () => {
  running.child.kill('SIGTERM');
  await running.exit;
  rmSync(data, { recursive: true, force: true });
});

const ask = (...args: readonly string[]) => speak(...args, '--settings', settings);
const named = ['--by', 'anna', '--reason', 'a look'];

test('halt is acknowledged, holds by file as well, and resume ends both', {
  timeout: 20_000,
}, async () => {
  expect(await ask('halt', ...named)).toMatchObject({
    code: 0,
    out: 'no new exposure from now on; exits go on\n',
  });
  await running.until(({ msg }) => msg === 'trading.reduced', 5000);
  expect(existsSync(join(data, 'HALT'))).toBe(true);
  expect(await ask('resume', ...named)).toMatchObject({ code: 0, out: 'open for entries again\n' });
  await running.until(({ msg }) => msg === 'trading.resumed', 5000);
  expect(existsSync(join(data, 'HALT'))).toBe(false);
});

test('the file HALT alone halts it', { timeout: 20_000 }, async () => {
  const halts = () => running.lines.filter(({ msg }) => msg === 'trading.reduced').length;
  const before = halts();
  writeFileSync(join(data, 'HALT'), '');
  await running.until(() => halts() > before, 5000);
  expect((await ask('resume', ...named)).code).toBe(0);
});

test('what cannot be done is answered with its reason', { timeout: 20_000 }, async () => {
  expect(await ask('close', 'nobody')).toMatchObject({
    code: 1,
    out: 'nobody holds no position\n',
  });
  expect(await ask('configurations', 'activate', 'zz')).toMatchObject({
    code: 1,
    out: 'no configuration zz\n',
  });
});

test('configurations come and go while it runs', { timeout: 20_000 }, async () => {
  expect((await ask('configurations', 'deactivate', 'sol-sweep')).code).toBe(0);
  expect((await ask('configurations', 'list')).out).not.toContain('sol-sweep');
  expect((await ask('configurations', 'activate', 'sol-sweep')).code).toBe(0);
  const document = written(
    place(),
    'c.json',
    JSON.stringify({
      id: 'eth-sweep',
      strategy_name: 'Liquidity Sweep',
      pair: 'ETH/USDT',
      exchange: 'binance',
      timeframe: '1m',
      lifecycle_stage: 'DISCOVERY',
      performance: { gross_win_rate: 60 },
      validation: { sharpe_ratio: 1 },
      is_active: true,
    }),
  );
  expect(await ask('configurations', 'import', document)).toMatchObject({
    code: 0,
    out: '1 of 1 configurations new or changed\n',
  });
  await running.until(
    ({ msg, stream }) => msg === 'stream.live' && JSON.stringify(stream).includes('ETH/USDT'),
    10_000,
  );
  expect((await ask('configurations', 'list')).out).toMatch(/eth-sweep +ETH\/USDT 1m/);
  expect(readdirSync(join(data, 'inbox'))).toEqual([]);
});

test('a command nobody answers is withdrawn: it is not obeyed tomorrow', async () => {
  const dataDirectory = place();
  const url = `sqlite:${dataDirectory}/troupe.db`;
  const caps = DEFAULT_SIZING.base;
  await (await openStore({ ...CONTEXT, url })).close();
  written(dataDirectory, 'troupe.pid', String(process.pid));
  const draft = { kind: 'flatten', by: 'anna', reason: 'a look' } as const;
  await expect(sendCommand({ url, dataDirectory, caps }, draft, 200)).rejects.toThrow(
    'is withdrawn',
  );
  expect(readdirSync(join(dataDirectory, 'inbox'))).toEqual([]);
  const long = { ...draft, reason: 'x'.repeat(501) };
  await expect(sendCommand({ url, dataDirectory, caps }, long, 200)).rejects.toThrow(
    'expected names',
  );
});
