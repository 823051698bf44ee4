// The first thing a newcomer does, twice: the demo trades through sockets, stops, goes on where it was,
// and an audit that knows nothing of the engine finds every number in agreement.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { audit } from '../support/audit/audit.ts';
import { type Line, runCommand, startCommand } from '../support/command.ts';

const data = mkdtempSync(join(tmpdir(), 'troupe-demo-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const count = (lines: readonly Line[], msg: string): number =>
  lines.filter((line) => line.msg === msg).length;

/** What the venue and the store say, compared to the last decimal. */
async function audited(): Promise<{ compared: number; findings: readonly unknown[] }> {
  const [key, secret] = ['sandbox.key', 'sandbox.secret'].map((name) =>
    readFileSync(join(data, name), 'utf8'),
  ) as [string, string];
  const venue = await startSandbox(
    {
      port: 0,
      directory: data,
      seed: 1,
      speed: 1,
      candles: [],
      balances: {},
      fee: 0.001,
      key,
      secret,
    },
    () => {},
  );
  try {
    const rest = `http://127.0.0.1:${venue.port}`;
    const { comparisons, findings } = await audit({
      rest,
      key,
      secret,
      store: join(data, 'troupe.db'),
    });
    return { compared: comparisons.length, findings };
  } finally {
    await venue.close();
  }
}

test('the demo opens and closes positions, and book and venue agree to the last decimal', {
  timeout: 90_000,
}, async () => {
  const { code, lines, text } = await runCommand([
    '--json',
    'demo',
    '--for',
    '25s',
    '--speed',
    '120',
    '--data',
    data,
  ]);
  expect(code, text).toBe(0);
  expect(count(lines, 'position.opened')).toBeGreaterThan(0);
  expect(count(lines, 'position.closed')).toBeGreaterThan(0);
  expect(count(lines, 'configuration.imported')).toBe(4);
  const { compared, findings } = await audited();
  expect(findings).toEqual([]);
  expect(compared).toBeGreaterThan(8);
});

test('started again it resumes, SIGTERM ends it in good order, and nothing is left running', {
  timeout: 90_000,
}, async () => {
  const before = await runCommand(['--json', '--settings', join(data, 'none.yaml'), 'status']);
  expect(before.code).toBe(2);
  const running = startCommand(['--json', 'demo', '--data', data]);
  await running.until((line) => line.msg === 'stream.live', 30_000);
  expect(running.lines.some((line) => line.msg === 'portfolio.opened')).toBe(false);
  const children = readdirSync('/proc').filter((name) => {
    try {
      return (
        readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1] ===
        String(running.child.pid)
      );
    } catch {
      return false;
    }
  });
  running.child.kill('SIGTERM');
  expect(await running.exit).toBe(0);
  const isSummed = running.lines.some(({ type }) => type === 'summary');
  expect(isSummed, running.text()).toBe(true);
  for (const pid of children) expect(() => process.kill(Number(pid), 0)).toThrow();
  expect((await audited()).findings).toEqual([]);
});

test('the secret of the account is nowhere but in its own file', () => {
  const secret = readFileSync(join(data, 'sandbox.secret'), 'utf8');
  const files = readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'sandbox.secret')
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(3);
  for (const file of files) expect(readFileSync(file).includes(secret), file).toBe(false);
});
