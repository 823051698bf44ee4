// Configuration documents: the good ones load, each bad one is refused by name with what was expected
// and what was there, and no document makes reading it throw.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXAMPLE_CONFIGURATIONS } from '../../src/cli/example.ts';
import { readDocument } from '../../src/settings/document.ts';
import { duplicateKeys } from '../../src/settings/duplicate-key.ts';
import { describeProblem } from '../../src/settings/problem.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';

const good = {
  id: 'btc-1',
  strategy_name: 'Liquidity Sweep',
  pair: 'BTC/USDT',
  exchange: 'binance',
  timeframe: '1m',
  lifecycle_stage: 'MATURE',
  parameters: {},
  performance: { gross_win_rate: 68 },
  validation: { sharpe_ratio: 2.1 },
  regime: null,
  is_active: true,
};

const read = (value: unknown) => readDocument(JSON.stringify(value), 'f');
const complaints = (text: string): readonly string[] =>
  readDocument(text, 'f').problems.map(describeProblem);

test('a document becomes a configuration, its parameters filled from the strategy’s own schema', () => {
  const { configurations, problems } = read({ ...good, parameters: { lookback: 150 } });
  expect(problems).toEqual([]);
  expect(configurations).toEqual([
    {
      id: 'btc-1',
      version: 1,
      strategy: 'liquidity_sweep',
      pair: 'BTC/USDT',
      exchange: 'binance',
      timeframe: '1m',
      stage: 'MATURE',
      parameters: { ...STRATEGIES[0]?.parameters.parse({}), lookback: 150 },
      winRatePercent: 68,
      sharpe: 2.1,
      isActive: true,
      performance: { gross_win_rate: 68 },
      validation: { sharpe_ratio: 2.1 },
      regime: null,
      evidence: null,
    },
  ]);
});

test('one object or a list, further metrics, a regime of any shape, evidence, a byte-order mark', () => {
  const rich = {
    ...good,
    performance: { gross_win_rate: 0, profit_factor: 1.4 },
    regime: { trend: 'up' },
    evidence: { returns_r: [1, -1.2], trials: 40, sharpe_variance: 0.1 },
  };
  const { configurations, problems } = readDocument(`\ufeff${JSON.stringify([rich])}`, 'f');
  expect(problems).toEqual([]);
  expect(configurations[0]).toMatchObject({
    performance: { profit_factor: 1.4 },
    regime: '{"trend":"up"}',
    evidence: { trials: 40 },
  });
  expect(read([]).problems).toEqual([]);
});

test('every example configuration reads, but for strategies that are not there yet', () => {
  const { problems } = readDocument(EXAMPLE_CONFIGURATIONS, 'f');
  expect(problems.filter(({ path }) => !path.includes('strategy_name'))).toEqual([]);
});

const missing = (key: string) =>
  Object.fromEntries(Object.entries(good).filter(([k]) => k !== key));

const refused: readonly (readonly [value: unknown, complaint: string | RegExp])[] = [
  [{ ...good, id: 7 }, 'f: id: expected text, was 7'],
  [missing('id'), 'f: id: expected text, was nothing'],
  [
    { ...good, id: '../../etc/passwd' },
    'f: id ("../../etc/passwd"): expected an id of letters, digits, . _ - (64 at most), was "../../etc/passwd"',
  ],
  [{ ...good, id: 'x'.repeat(65) }, /expected an id of letters/],
  [{ ...good, id: '<img onerror=x>' }, /expected an id of letters/],
  [{ ...good, id: '' }, /expected an id of letters/],
  [
    { ...good, strategy_name: 'liquidity' },
    /^f: strategy_name \("btc-1"\): expected one of the strategies /,
  ],
  [{ ...good, strategy_name: 'LIQUIDITY SWEEP' }, /expected one of the strategies /],
  [{ ...good, strategy_name: 'toString' }, /expected one of the strategies /],
  [
    { ...good, pair: 'BTCUSDT' },
    'f: pair ("btc-1"): expected a pair such as BTC/USDT, was "BTCUSDT"',
  ],
  [{ ...good, pair: 'BTC/USDT:USDT' }, /expected a pair such as BTC\/USDT/],
  [{ ...good, pair: 'BTC/USDT\u001b[2J' }, /expected a pair such as BTC\/USDT/],
  [
    { ...good, exchange: '../x' },
    'f: exchange ("btc-1"): expected an exchange as ccxt names it, was "../x"',
  ],
  [
    { ...good, timeframe: '7m' },
    'f: timeframe ("btc-1"): expected one of 1m, 5m, 15m, 1h, 4h, 1d, was "7m"',
  ],
  [
    { ...good, lifecycle_stage: 'ARCHIVED' },
    'f: lifecycle_stage ("btc-1"): expected one of MATURE, VALIDATION, DISCOVERY, DECAY, PAPER, was "ARCHIVED"',
  ],
  [missing('lifecycle_stage'), /^f: lifecycle_stage \("btc-1"\): expected one of .*, was nothing$/],
  [
    { ...good, performance: { gross_win_rate: 0.68 } },
    'f: performance.gross_win_rate ("btc-1"): expected a percentage from 0 to 100 (was a fraction meant?), was 0.68',
  ],
  [{ ...good, performance: { gross_win_rate: 1 } }, /was a fraction meant\?\), was 1$/],
  [{ ...good, performance: { gross_win_rate: 101 } }, /expected at most 100, was 101$/],
  [{ ...good, performance: { gross_win_rate: -1 } }, /expected at least 0, was -1$/],
  [{ ...good, performance: { gross_win_rate: '68' } }, /expected a number, was "68"$/],
  [{ ...good, performance: { gross_win_rate: null } }, /expected a number, was null$/],
  [
    { ...good, performance: {} },
    'f: performance.gross_win_rate ("btc-1"): expected a number, was nothing',
  ],
  [missing('performance'), 'f: performance ("btc-1"): expected an object, was nothing'],
  [
    { ...good, validation: {} },
    'f: validation.sharpe_ratio ("btc-1"): expected a number, was nothing',
  ],
  [{ ...good, is_active: 'yes' }, 'f: is_active ("btc-1"): expected true or false, was "yes"'],
  [{ ...good, is_actve: true }, 'f: is_actve ("btc-1"): expected no such key, was "is_actve"'],
  [
    { ...good, parameters: { lookbak: 3 } },
    'f: parameters.lookbak ("btc-1"): expected no such key, was "lookbak"',
  ],
  [
    { ...good, parameters: { lookback: '100' } },
    'f: parameters.lookback ("btc-1"): expected a number, was "100"',
  ],
  [
    { ...good, parameters: { lookback: -5 } },
    /^f: parameters\.lookback \("btc-1"\): expected at least /,
  ],
  [{ ...good, parameters: ['eval("1")'] }, /^f: parameters \("btc-1"\): expected an object, was /],
  [
    { ...good, evidence: { returns_r: [1, 'x'] } },
    'f: evidence.returns_r[1] ("btc-1"): expected a number, was "x"',
  ],
  [
    { ...good, performance: { gross_win_rate: 68, note: 'x'.repeat(1_000_000) } },
    /^f: document \("btc-1"\): expected at most 900000 characters, was \d+$/,
  ],
  [null, 'f: document: expected an object, was null'],
  [42, 'f: document: expected an object, was 42'],
];

const titled = refused.map(
  ([value, complaint]) => [String(complaint).slice(0, 70), value, complaint] as const,
);

test.each(titled)('%s: refused, and its good neighbours load', (_, value, complaint) => {
  const alone = read(value);
  expect(alone.configurations).toEqual([]);
  const lines = alone.problems.map(describeProblem);
  if (typeof complaint === 'string') expect(lines).toEqual([complaint]);
  else expect(lines[0]).toMatch(complaint);

  const among = read([{ ...good, id: 'before' }, value, { ...good, id: 'after' }]);
  expect(among.configurations.map(({ id }) => id)).toEqual(['before', 'after']);
  expect(among.problems).toHaveLength(alone.problems.length);
  for (const { path } of among.problems) expect(path).toMatch(/^\[1\]/);
});

test('an id used twice is refused the second time', () => {
  const { configurations, problems } = read([good, { ...good, pair: 'ETH/USDT' }, good]);
  expect(configurations.map(({ pair }) => pair)).toEqual(['BTC/USDT']);
  expect(problems.map(describeProblem)).toEqual([
    'f: [1].id ("btc-1"): expected an id used once, was "btc-1"',
    'f: [2].id ("btc-1"): expected an id used once, was "btc-1"',
  ]);
});

const text = JSON.stringify(good);

test.each([
  [
    '1e999',
    text.replace('68', '1e999'),
    /performance\.gross_win_rate \("btc-1"\): expected a finite number, was Infinity$/,
  ],
  [
    '1e999 where no schema looks',
    text.replace('68', '68,"x":[-1e999]'),
    /performance\.x\[0\] .* expected a finite number, was -Infinity$/,
  ],
  ['-0', text.replace('2.1', '-0'), /validation\.sharpe_ratio .* was -0$/],
  [
    '__proto__ where no schema looks',
    text.replace('68', '68,"__proto__":{"a":1}'),
    /performance\.__proto__ .*: expected no such key/,
  ],
  [
    '__proto__ among the parameters',
    text.replace('"parameters":{', '"parameters":{"__proto__":{"lookback":1}'),
    /parameters\.__proto__ .*: expected no such key/,
  ],
  [
    'constructor.prototype',
    text.replace('68', '68,"constructor":{"prototype":{}}'),
    /performance\.constructor .*: expected no such key/,
  ],
  [
    'a key twice',
    text.replace('"id"', '"lifecycle_stage":"PAPER","id"'),
    /lifecycle_stage .*: expected a key once, was twice$/,
  ],
  [
    'a key twice in disguise',
    text.replace('"id"', '"lifecycle\\u005fstage":"PAPER","id"'),
    /lifecycle_stage .*: expected a key once, was twice$/,
  ],
  ['NaN', text.replace('68', 'NaN'), /gross_win_rate .*: expected a finite number, was Infinity$/],
  [
    '-Infinity',
    text.replace('68', '-Infinity'),
    /gross_win_rate .*: expected a finite number, was -Infinity$/,
  ],
  ['a million levels', '['.repeat(1e6) + ']'.repeat(1e6), /expected nesting of at most 32 levels/],
  [
    'levels inside',
    text.replace('68', `68,"x":${'{"x":'.repeat(5000)}1${'}'.repeat(5000)}`),
    /expected nesting of at most 32 levels/,
  ],
  ['no JSON', '{', /^f: document: expected JSON, was /],
  ['nothing', '', /^f: document: expected JSON, was /],
  ['escape codes', '\u001b[2J\u009b', /^f: document: expected JSON, was /],
])('%s is refused in words', (_, hostile, complaint) => {
  const { configurations } = readDocument(hostile, 'f');
  expect(configurations).toEqual([]);
  const lines = complaints(hostile);
  expect(lines[0]).toMatch(complaint);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out
  for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('a file beyond any sense of size is refused before it is parsed', () => {
  const huge = `[${' '.repeat(64 * 1024 * 1024)}]`;
  expect(complaints(huge)).toEqual([
    `f: document: expected at most 64 MB of JSON, was ${huge.length} characters`,
  ]);
});

test('doubled keys are found exactly where JSON.parse loses one', () => {
  /** A document by hand, keys possibly doubled, and how many it loses. */
  const node: fc.Memo<{ text: string; lost: number }> = fc.memo((depth) =>
    depth <= 1
      ? leaf
      : fc.oneof(
          leaf,
          fc.array(node(depth - 1), { maxLength: 3 }).map((items) => ({
            text: `[${items.map((one) => one.text).join(' , ')}]`,
            lost: items.reduce((sum, one) => sum + one.lost, 0),
          })),
          fc
            .array(fc.tuple(fc.constantFrom('a', 'b', '"', '\\', ','), node(depth - 1)), {
              maxLength: 4,
            })
            .map((fields) => ({
              text: `{ ${fields.map(([key, one]) => `${JSON.stringify(key)} : ${one.text}`).join(',')} }`,
              lost:
                fields.length -
                new Set(fields.map(([key]) => key)).size +
                fields.reduce((sum, [, one]) => sum + one.lost, 0),
            })),
        ),
  );
  const leaf = fc
    .oneof(fc.integer(), fc.constant(null), fc.string(), fc.constant('{"a":1,"a":2}'))
    .map((value) => ({ text: JSON.stringify(value), lost: 0 }));
  fc.assert(
    fc.property(node(4), ({ text: written, lost }) => {
      JSON.parse(written);
      expect(duplicateKeys(written)).toHaveLength(lost);
    }),
    { numRuns: 300 },
  );
  expect(duplicateKeys('{"x":[{"a":1},{"a":{"b":1,"b":2}}]}')).toEqual([['x', 1, 'a', 'b']]);
});

test('no value and no text makes reading throw; what loads is finite and has its parameters', () => {
  const near = fc.record(
    Object.fromEntries(
      Object.entries(good).map(([key, value]) => [
        key,
        fc.oneof({ weight: 6, arbitrary: fc.constant(value as unknown) }, fc.jsonValue()),
      ]),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(near, fc.array(near, { maxLength: 4 }), fc.jsonValue()), (value) => {
      const { configurations, problems } = read(value);
      const brought = Array.isArray(value) ? value.length : 1;
      const named = new Set(problems.map(({ path }) => /^\[\d+\]/.exec(path)?.[0] ?? ''));
      expect(configurations.length + named.size).toBe(brought);
      for (const one of configurations) {
        expect(Number.isFinite(one.winRatePercent) && Number.isFinite(one.sharpe)).toBe(true);
        expect(Object.values(one.parameters).every(Number.isFinite)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (hostile) => {
      readDocument(hostile, 'f');
    }),
  );
});
