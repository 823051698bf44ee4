// Every command there is: its help, its words, its JSON, and an exit code that says whether it was
// done (0), failed (1) or asked wrongly (2).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLE_CONFIGURATIONS } from '../../src/cli/example.ts';
import { startCommand } from '../support/command.ts';
import { place, speak, valuesOf, written } from './speak.ts';

const commands: readonly (readonly [command: string, options: readonly string[]])[] = [
  ['init', []],
  ['check', ['--effective']],
  ['run', ['--live', '--for']],
  ['demo', ['--for', '--speed', '--seed', '--fresh', '--data', '--faults', '--fault-seed']],
  ['sandbox', ['--port', '--candles', '--speed', '--seed', '--faults', '--fault-seed']],
  ['configurations', ['import', 'list', 'show', 'validate', 'activate', 'deactivate']],
  ['configurations import', ['<file>']],
  ['configurations list', ['--all']],
  ['configurations show', ['<id>']],
  ['configurations validate', ['<file>']],
  ['configurations activate', ['<id>']],
  ['configurations deactivate', ['<id>']],
  ['positions', []],
  ['trades', ['--csv']],
  ['close', ['<id>']],
  ['halt', ['--by', '--reason']],
  ['resume', ['--by', '--reason']],
  ['flatten', ['--by', '--reason']],
  ['size', ['--stage', '--sharpe', '--win-rate', '--confidence', '--equity']],
  ['explain', ['[signal]', '--last']],
  ['status', []],
  ['journal', ['--from']],
  ['backup', ['<file>']],
  ['breakers', []],
  ['breakers reset', ['<breaker>', '--on', '--by', '--reason']],
  ['strategies list', []],
  ['strategies check', ['<file>', '--pair', '--timeframe', '--strategy', '--param']],
  ['strategies plot', ['<file>', '--out', '--limit']],
  ['lifecycle simulate', ['--edge', '--runs', '--seed', '--profile']],
];

test.each(commands)(
  '%s explains itself, its options and the ones of all commands',
  async (command, options) => {
    const { code, out } = await speak(...command.split(' '), '--help');
    expect(code).toBe(0);
    expect(out).toContain(`Usage: troupe ${command}`);
    for (const part of [...options, '--json', '--settings']) expect(out).toContain(part);
  },
);

test('the overview names every command', async () => {
  const { code, out } = await speak('--help');
  expect(code).toBe(0);
  for (const [command] of commands)
    expect(out).toMatch(new RegExp(`^  ${command.split(' ')[0]}\\b`, 'm'));
  expect((await speak('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

const sized = ['size', '--stage', 'MATURE', '--sharpe', '2', '--win-rate', '60'];
const wrong: readonly (readonly string[])[] = [
  [],
  ['nonsense'],
  ['size'],
  ['size', '--stage', 'MATURE'],
  [...sized, '--confidence', 'NaN', '--equity', '1'],
  [...sized, '--confidence', '1e999', '--equity', '1'],
  [...sized, '--confidence', '', '--equity', '1'],
  [...sized, '--confidence', '1.1', '--equity', '1'],
  [...sized, '--confidence', '1', '--equity', '-1'],
  [...sized, '--confidence', '1', '--equity', '1', '--win-rate', '0.6'],
  [...sized, '--confidence', '1', '--equity', '1', '--stage', 'ARCHIVED'],
  ['demo', '--speed', 'fast'],
  ['demo', '--speed', '0'],
  ['demo', '--for', '60'],
  ['demo', '--for', '60 s'],
  ['demo', '--for', '25d'],
  ['demo', '--seed', '1.5'],
  ['sandbox', '--port', '70000'],
  ['sandbox', '--fault-seed', 'one'],
  ['sandbox', '--faults', 'no-such-plan.yaml'],
  ['demo', '--faults', 'package.json'],
  ['demo', '--faults', 'package.json', '--fault-seed', '1'],
  ['sandbox', '--candles', 'BTC/USDT=x.csv'],
  ['sandbox', '--candles', 'BTC/USDT:7m=x.csv'],
  ['halt'],
  ['halt', '--by', 'me'],
  ['halt', '--by', ' ', '--reason', 'x'],
  ['halt', '--by', 'x'.repeat(81), '--reason', 'x'],
  ['resume'],
  ['resume', '--by', 'me'],
  ['resume', '--reason', 'looked at it'],
  ['resume', '--by', '', '--reason', 'looked at it'],
  ['resume', '--by', 'me', '--reason', ' '],
  ['flatten', '--by', 'me'],
  ['trades', '--last', '0'],
  ['trades', '--last', 'all'],
  ['journal', '--from', '-1'],
  ['configurations'],
  ['configurations', 'show'],
  ['status', '--settings', '/no/such/file.yaml'],
  ['positions', 'surplus'],
];

test.each(wrong.map((args) => [args.join(' ') || 'nothing', args] as const))(
  'asked wrongly: %s',
  async (_, args) => {
    const { code, out, err } = await speak(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
    expect(err).not.toMatch(/\n\s+at /);
  },
);

test('settings with mistakes are wrong use, every mistake on its line', async () => {
  const settings = written(place(), 'x.yaml', 'mode: fast\nrisk: { maxPositions: 0 }');
  const { code, err } = await speak('status', '--settings', settings);
  expect(code).toBe(2);
  expect(err).toBe(
    `${settings}: mode: expected one of paper, live, was "fast"\n${settings}: risk.maxPositions: expected at least 1, was 0\n`,
  );
});

test.each([
  ['positions'],
  ['trades'],
  ['status'],
  ['journal'],
  ['explain'],
  ['configurations list'],
  ['configurations show a'],
  ['configurations deactivate a'],
  ['backup copy.db'],
  ['close a'],
  ['flatten --by me --reason why'],
])('where no engine ever ran, %s fails in words', async (command) => {
  const directory = place();
  const settings = written(directory, 's.yaml', `store: { url: "sqlite:${directory}/none/t.db" }`);
  const { code, out, err } = await speak(...command.split(' '), '--settings', settings);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/expected .*, was none/);
  expect(err).not.toMatch(/\n\s+at /);
});

test('halt needs nothing: the file stands before any engine does, and resume takes it away', async () => {
  const directory = place();
  const settings = written(directory, 's.yaml', `store: { url: "sqlite:${directory}/none/t.db" }`);
  const named = ['--by', 'anna', '--reason', 'a look', '--settings', settings];
  const halted = await speak('halt', '--json', ...named);
  expect(halted.code).toBe(0);
  expect(valuesOf(halted)).toMatchObject([{ ok: true }]);
  expect(readFileSync(join(directory, 'none', 'HALT'), 'utf8')).toBe('anna: a look\n');
  expect((await speak('resume', ...named)).code).toBe(0);
  expect(existsSync(join(directory, 'none', 'HALT'))).toBe(false);
});

test('validate names what is good and what is not', async () => {
  const directory = place();
  const sound = written(directory, 'a.json', EXAMPLE_CONFIGURATIONS);
  const fine = await speak('configurations', 'validate', sound);
  expect(fine.code).toBe(0);
  expect(fine.out.split('\n').filter((line) => line.startsWith('✓'))).toHaveLength(4);
  const flawed = written(directory, 'b.json', EXAMPLE_CONFIGURATIONS.replace('68', '0.68'));
  const { code, out } = await speak('configurations', 'validate', flawed);
  expect(code).toBe(1);
  expect(out).toContain(
    `✗ ${flawed}: [0].performance.gross_win_rate ("btc-sweep"): expected a percentage from 0 to 100 (was a fraction meant?), was 0.68`,
  );
  expect(valuesOf(await speak('--json', 'configurations', 'validate', flawed))).toMatchObject([
    { problems: [{ file: flawed, path: '[0].performance.gross_win_rate ("btc-sweep")' }] },
  ]);
  const unknown = EXAMPLE_CONFIGURATIONS.replace('Failed Breakdown', 'Supply Shock');
  const refused = await speak('configurations', 'validate', written(directory, 'c.json', unknown));
  expect(refused.out).toContain('✗');
  expect(refused.out).toContain('was "Supply Shock"');
  expect(refused.out.split('\n').filter((line) => line.startsWith('✓'))).toHaveLength(3);
  expect((await speak('configurations', 'validate', join(directory, 'none'))).code).toBe(1);
  expect((await speak('configurations', 'validate', directory)).code).toBe(2);
});

test('init writes two files once, and overwrites neither', async () => {
  const directory = place();
  const before = process.cwd();
  process.chdir(directory);
  try {
    expect((await speak('init')).code).toBe(0);
    const first = readFileSync('troupe.yaml', 'utf8');
    expect((await speak('configurations', 'list')).err).toContain('data/mine/troupe.db');
    const again = await speak('init');
    expect(again.code).toBe(1);
    expect(again.err).toBe('troupe.yaml: expected no such file yet; nothing was written\n');
    expect(readFileSync('troupe.yaml', 'utf8')).toBe(first);
  } finally {
    process.chdir(before);
  }
});

test('where a file is in the way, init writes nothing at all', async () => {
  const directory = place();
  const before = process.cwd();
  written(directory, 'configurations.json', 'mine');
  process.chdir(directory);
  try {
    expect((await speak('init')).code).toBe(1);
    expect(existsSync('troupe.yaml')).toBe(false);
    expect(readFileSync('configurations.json', 'utf8')).toBe('mine');
  } finally {
    process.chdir(before);
  }
});

test('live needs both the settings and the word, and keys', async () => {
  const directory = place();
  const paper = written(directory, 'p.yaml', 'mode: paper');
  const live = written(directory, 'l.yaml', 'mode: live');
  const cases = [
    [['run', '--live', '--settings', paper], 'expected live for --live, was paper'],
    [['run', '--settings', live], 'expected --live as well'],
    [
      ['run', '--live', '--settings', live],
      'expected TROUPE_BINANCE_KEY and TROUPE_BINANCE_SECRET',
    ],
  ] as const;
  for (const [args, words] of cases) {
    const { code, err } = await speak(...args);
    expect(code, err).toBe(2);
    expect(err).toContain(words);
  }
});

test('as a process of its own: the same words, the same code', { timeout: 30_000 }, async () => {
  const running = startCommand(['halt', '--by', 'me']);
  expect(await running.exit).toBe(2);
  expect(running.text()).toContain("required option '--reason <text>' not specified");
});
