// `check` against a real exchange on a socket: what would stop the engine from trading is said before it
// does, and no key is ever part of the words.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { speak, valuesOf } from './speak.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-check-'));
const [key, secret] = ['canary-key-0123456789', 'canary-secret-0123456789'];
let sandbox: Sandbox;

beforeAll(async () => {
  const options = { port: 0, directory, seed: 1, speed: 1, candles: [], fee: 0.001, key, secret };
  sandbox = await startSandbox({ ...options, balances: { USDT: '100000' } }, () => {});
});
afterAll(async () => {
  await sandbox.close();
  rmSync(directory, { recursive: true, force: true });
});
const environment = { ...process.env };
beforeEach(() => {
  process.env['TROUPE_BINANCE_KEY'] = key;
  process.env['TROUPE_BINANCE_SECRET'] = secret;
});
afterEach(() => {
  process.env = { ...environment };
});

const one = (id: string, changes: object = {}) => ({
  id,
  strategy_name: 'Liquidity Sweep',
  pair: 'BTC/USDT',
  exchange: 'binance',
  timeframe: '1m',
  lifecycle_stage: 'MATURE',
  performance: { gross_win_rate: 68 },
  validation: { sharpe_ratio: 2.1 },
  is_active: true,
  ...changes,
});

/** Settings and configurations in files, as a person has them. */
function files(configurations: readonly object[], more = '', port = sandbox.port): string {
  const settings = join(directory, 's.yaml');
  writeFileSync(join(directory, 'c.json'), JSON.stringify(configurations));
  writeFileSync(
    settings,
    `configurations: c.json
venues: { binance: { endpoint: { rest: "http://127.0.0.1:${port}", stream: "ws://127.0.0.1:${port}" }, sandbox: true } }
${more}`,
  );
  return settings;
}

test('where nothing stands in the way, it says what it looked at, and exits 0', async () => {
  const settings = files([one('a'), one('p', { lifecycle_stage: 'PAPER' })], 'mode: live');
  const { code, out } = await speak('check', '--settings', settings);
  expect(out.replaceAll(/clock within \d+ ms/g, 'clock within N ms')).toBe(
    [
      `✓ settings: ${settings}, mode live, data in data`,
      '✓ binance: 4 pairs',
      '✓ clock within N ms',
      '✓ key accepted, no withdrawal rights, 1 balances',
      '✓ a: full size 9,020.00, smallest possible 100.00',
      '✓ p: PAPER holds no capital',
      '',
    ].join('\n'),
  );
  expect(code).toBe(0);
  // Once read, the keys are out of the environment.
  expect(process.env['TROUPE_BINANCE_KEY']).toBeUndefined();
  expect(process.env['TROUPE_BINANCE_SECRET']).toBeUndefined();
});

test('everything that would stop a configuration is said by its name', async () => {
  const settings = files([
    one('kraken', { exchange: 'kraken' }),
    one('quote', { pair: 'BTC/EUR' }),
    one('pair', { pair: 'NOPE/USDT' }),
    one('sharpe', { validation: { sharpe_ratio: -1 } }),
    one('nothing', { strategy_name: 'Nothing' }),
  ]);
  const { code, out } = await speak('check', '--settings', settings);
  expect(code).toBe(1);
  for (const line of [
    '✗ kraken: expected exchange binance, was kraken',
    '✗ quote: expected a pair quoted in USDT, was BTC/EUR',
    '✗ pair: expected a pair binance trades, was NOPE/USDT',
    '✗ sharpe: the Sharpe ratio is not above zero',
  ]) {
    expect(out).toContain(`${line}\n`);
  }
  expect(out).toContain('c.json: [4].strategy_name ("nothing"): expected one of the strategies');
});

test('a book too small to trade is said to be', async () => {
  const settings = files([one('a')], 'portfolio: { equity: 900 }');
  const spoken = await speak('check', '--json', '--settings', settings);
  expect(spoken.code).toBe(1);
  expect(valuesOf(spoken)[0]).toContainEqual({
    ok: false,
    what: 'a: full size 81.18, smallest possible 100.00: it could never trade',
  });
});

test('a wrong key, no keys for live, and keys that are no file are findings, without the key', async () => {
  process.env['TROUPE_BINANCE_SECRET'] = 'canary-wrong';
  const wrong = await speak('check', '--settings', files([one('a')]));
  expect(wrong.code).toBe(1);
  expect(wrong.out).toMatch(/^✗ key refused: /m);

  delete process.env['TROUPE_BINANCE_KEY'];
  delete process.env['TROUPE_BINANCE_SECRET'];
  const none = await speak('check', '--settings', files([one('a')], 'mode: live'));
  expect(none.code).toBe(1);
  expect(none.out).toContain('✗ no keys: live needs TROUPE_BINANCE_KEY and _SECRET');

  process.env['TROUPE_BINANCE_KEY'] = key;
  process.env['TROUPE_BINANCE_SECRET_FILE'] = join(directory, 'none');
  const gone = await speak('check', '--settings', files([one('a')]));
  expect(gone.code).toBe(1);
  expect(gone.out).toContain('✗ key refused: ');
  expect(gone.out).toContain('expected a file that can be read at');
  for (const { out, err } of [wrong, none, gone]) expect(out + err).not.toContain('canary');
});

test('a venue that does not answer is a finding', async () => {
  const { code, out } = await speak('check', '--settings', files([one('a')], '', 1));
  expect(code).toBe(1);
  expect(out).toMatch(/^✗ binance does not answer: /m);
  expect(out).not.toContain('canary');
});

test('the settings in force are printed whole, and hold no secret', async () => {
  const spoken = await speak('check', '--effective', '--json', '--settings', files([]));
  expect(valuesOf(spoken)[0]).toMatchObject({
    settings: { mode: 'paper', risk: { maxDailyLoss: 0.02 }, execution: { fee: 0.001 } },
  });
  expect(spoken.out).not.toContain('canary');
});

test('run: a refused key ends it with words, and the key is in none of them', async () => {
  process.env['TROUPE_BINANCE_SECRET'] = 'canary-wrong';
  const store = `store: { url: "sqlite:${directory}/run/troupe.db" }`;
  const settings = files([one('a')], `mode: live\n${store}`);
  const { code, out, err } = await speak('--json', 'run', '--live', '--settings', settings);
  expect(code).toBe(1);
  expect(err).not.toBe('');
  expect(out + err).not.toContain('canary');
});
