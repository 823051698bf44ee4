// The commands that read: on a store with every kind of fact in it, while nobody runs.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BREAKER_IDS } from '../../src/domain/breaker.ts';
import { openReader } from '../../src/store/read.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { wholeStory } from '../store/story.ts';
import { speak, valuesOf } from './speak.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-reading-'));
const settings = join(directory, 's.yaml');
const facts = wholeStory().facts;

beforeAll(async () => {
  const url = `sqlite:${directory}/troupe.db`;
  writeFileSync(settings, `store: { url: "${url}" }`);
  const store = await openStore({ ...CONTEXT, url });
  await store.journal.append(facts);
  await store.close();
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const ask = (...args: readonly string[]) => speak(...args, '--settings', settings);

test('positions: what is held, with its stop and target', async () => {
  const { code, out } = await ask('positions');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^BTC\/USDT b [\d.]+ {2}entry 67,005\.00 {2}cost [\d,.]+ {2}stop 66,000\.00 {2}target 69,000\.00\n$/,
  );
  expect(valuesOf(await ask('positions', '--json'))).toMatchObject([
    [{ config_id: 'b', symbol: 'BTC/USDT', stop_loss: '66000' }],
  ]);
});

test('trades: in words, in JSON, and as a table other programs read', async () => {
  expect((await ask('trades')).out).toMatch(
    /^2024-06-01T\S+ {2}BTC\/USDT a .* → 65,980\.00 {2}stop {2}−[\d,.]+ \(−[\d.]+ R\)\n$/,
  );
  const [header, row, rest] = (await ask('trades', '--csv')).out.split('\n');
  const columns = header?.split(',') ?? [];
  const fields = row?.split(',') ?? [];
  expect(columns.slice(0, 4)).toEqual(['id', 'config_id', 'symbol', 'direction']);
  expect(fields).toHaveLength(columns.length);
  expect(rest).toBe('');
  const [[trade]] = valuesOf(await ask('trades', '--json')) as [[Record<string, unknown>]];
  for (const [index, name] of columns.entries()) {
    expect(fields[index]).toBe(trade[name] === null ? '' : String(trade[name]));
  }
});

test('explain: the last signals, one by name, and none by a wrong name', async () => {
  const { out } = await ask('explain', '--last', '3');
  expect(out).toContain('approved');
  expect(out).toContain('refused, sharpe-not-positive: the validated Sharpe ratio is missing');
  expect(out).toMatch(/final size +8,1\d\d\.\d\d/);
  const signals = facts.filter(({ type }) => /^signal\.(approved|refused)$/.test(type));
  expect(signals.length).toBe(3);
  for (const told of signals) {
    if (told.type !== 'signal.approved' && told.type !== 'signal.refused') continue;
    const { id } = told.data.signal;
    const values = valuesOf(await ask('--json', 'explain', id));
    expect(values).toMatchObject([[{ type: told.type, data: told.data }]]);
  }
  const none = await ask('explain', 'a@1');
  expect({ code: none.code, err: none.err }).toEqual({
    code: 1,
    err: 'expected a signal, was a@1\n',
  });
});

test('journal: every fact in order, from wherever one asks', async () => {
  const all = valuesOf(await ask('journal', '--json'));
  expect(all).toMatchObject(facts.map((told, index) => ({ ...told, seq: index + 1 })));
  const tail = valuesOf(await ask('journal', '--json', '--from', String(facts.length)));
  expect(tail).toEqual(all.slice(-1));
  expect((await ask('journal', '--from', '999999')).out).toBe('');
  expect((await ask('journal')).out.split('\n')).toHaveLength(facts.length + 1);
});

test('status: whether an engine runs, and how the book was last marked', async () => {
  expect((await ask('status')).out).toMatch(
    /^no engine is running\ntrading active\n2024-06-01 .* equity [\d,.]+ .*\n1 open position\n$/,
  );
  for (const pid of ['0', '', 'x', '-1', '4194305']) {
    writeFileSync(join(directory, 'troupe.pid'), pid);
    expect(valuesOf(await ask('status', '--json')), pid).toMatchObject([{ running: false }]);
  }
  writeFileSync(join(directory, 'troupe.pid'), `${process.pid}\n`);
  expect(valuesOf(await ask('status', '--json'))).toMatchObject([{ running: true }]);
  rmSync(join(directory, 'troupe.pid'));
});

test('configurations: listed in the order of capital, shown one by one', async () => {
  const { out } = await ask('configurations', 'list');
  expect(out.split('\n').map((line) => line.split(' ')[0])).toEqual(['a', 'b', 'c', '']);
  expect((await ask('configurations', 'show', 'c')).out).toMatch(/^c .* DISCOVERY {2}Sharpe none/);
  expect((await ask('configurations', 'show', 'zz')).code).toBe(1);
});

test('backup: a copy that reads the same, and never over a file', async () => {
  const copy = join(directory, "it's a copy.db");
  const made = await ask('backup', copy);
  expect(made).toMatchObject({ code: 0, out: `wrote ${copy}\n` });
  const reader = openReader(`sqlite:${copy}`);
  expect(await reader.lastSeq()).toBe(facts.length);
  await reader.close();
  const again = await ask('backup', copy);
  expect(again.code).toBe(1);
  expect(again.err).toContain(`expected no file at ${copy}, was one`);
  expect(existsSync(`${copy}.partial-${process.pid}`)).toBe(false);
});

test('a reader that goes away in the middle is no error', async () => {
  const { spawn } = await import('node:child_process');
  const child = spawn(
    'sh',
    ['-c', `node --import tsx src/main.ts journal --settings '${settings}' | head -c 20`],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (text) => {
    said += String(text);
  });
  await new Promise((resolve) => child.once('close', resolve));
  expect(said).toBe('');
});

test('breakers: every one of the catalogue with its trip, value and headroom', async () => {
  const values = valuesOf(await ask('breakers', '--json')) as Record<string, unknown>[];
  expect(values.map(({ id }) => id)).toEqual(['daily-loss', ...BREAKER_IDS, 'kill-switch']);
  for (const { id, value, trip, headroom } of values) {
    if (value === null) continue;
    expect(Number(trip) - Number(value), String(id)).toBeCloseTo(Number(headroom), 12);
  }
  const { code, out } = await ask('breakers');
  expect(code).toBe(0);
  expect(out).toMatch(/^closed {2}drawdown-halt .*\n {8}trips at 0\.1, now \S+, headroom/m);
  expect(out).toMatch(/^open {4}daily-loss .*\n {8}trips at 0\.02, now \S+, headroom/m);
  expect(out).toMatch(
    /^closed {2}feed-silence .*\n.* now known to the running engine alone → no entr/m,
  );
  expect(out).toMatch(/^closed {2}entries-hour .*\n {8}trips at 4, now 1, headroom 3 \(a\) →/m);
  expect(out).toMatch(/kill-switch .* trading is \w+$/m);
  const reset = ['breakers', 'reset', '--by', 'anna', '--reason', 'seen'];
  expect((await ask(...reset, 'no-such')).code).toBe(2);
  expect((await ask(...reset, 'weekly-loss')).err).toContain('expected an engine running');
});
