// The settings file: every default is the domain's, every mistake is named by its path, and nothing a
// person can write makes reading it throw.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { EXAMPLE_SETTINGS } from '../../src/cli/example.ts';
import { DEFAULT_EXECUTION } from '../../src/domain/order.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import { describeProblem } from '../../src/settings/problem.ts';
import { checkSettings, readSettings, venueOf } from '../../src/settings/settings.ts';

const complaints = (text: string): readonly string[] => {
  const result = readSettings(text, 'f');
  return result.ok ? [] : result.problems.map(describeProblem);
};

test('an empty file is the default settings, and those are the domain’s numbers', () => {
  const result = readSettings('', 'f');
  if (!result.ok) throw new Error('expected the defaults');
  const { settings } = result;
  expect(settings.risk).toEqual(DEFAULT_LIMITS);
  expect(settings.sizing).toEqual(DEFAULT_SIZING);
  expect(settings.execution).toMatchObject(DEFAULT_EXECUTION);
  expect(settings.risk).toEqual({
    maxTotalExposure: 0.5,
    stageCaps: { MATURE: 0.3, VALIDATION: 0.15, DISCOVERY: 0.05, DECAY: 0.1, PAPER: 0 },
    maxAssetExposure: 0.2,
    cashReserve: 0.3,
    maxDailyLoss: 0.02,
    maxPositions: 10,
    minPosition: 100,
    maxCorrelatedExposure: null,
  });
  expect(settings.mode).toBe('paper');
  expect(settings.portfolio).toEqual({
    userId: 'user_1',
    quote: 'USDT',
    equity: 100_000,
    gatherMs: 50,
  });
  expect(venueOf(settings)).toEqual({
    name: 'binance',
    venue: { endpoint: null, speed: 1, sandbox: false },
  });
});

test('the example of `init` says of every line what the default is, but for the store it names', () => {
  const example = readSettings(EXAMPLE_SETTINGS, 'f');
  const defaults = checkSettings({}, 'f');
  if (!example.ok || !defaults.ok) throw new Error('expected sound settings');
  const own = { ...defaults.settings.store, url: 'sqlite:data/mine/troupe.db' };
  expect(example.settings).toEqual({ ...defaults.settings, store: own });
});

test('what is read, written and read again is the same', () => {
  const text = `mode: live
portfolio: { userId: me, quote: USDC, equity: 5000.5, gatherMs: 0 }
venues: { binance: { endpoint: { rest: "http://localhost:9100", stream: "ws://[::1]:9100" }, speed: 60, sandbox: true } }
risk: { maxTotalExposure: 0.7, maxCorrelatedExposure: 0.4 }`;
  const first = readSettings(text, 'f');
  if (!first.ok) throw new Error('expected sound settings');
  expect(first.settings.risk.maxCorrelatedExposure).toBe(0.4);
  expect(readSettings(stringify(first.settings), 'f')).toEqual(first);
});

const refused: readonly (readonly [text: string, complaint: string | RegExp])[] = [
  ['mode: fast', 'f: mode: expected one of paper, live, was "fast"'],
  ['mdoe: paper', 'f: mdoe: expected no such key, was "mdoe"'],
  ['risk: { maxPosition: 3 }', 'f: risk.maxPosition: expected no such key, was "maxPosition"'],
  ['portfolio: { equity: many }', 'f: portfolio.equity: expected a number, was "many"'],
  ['portfolio: { equity: "100" }', 'f: portfolio.equity: expected a number, was "100"'],
  ['portfolio: { equity: .nan }', 'f: portfolio.equity: expected a finite number, was NaN'],
  ['portfolio: { equity: .inf }', 'f: portfolio.equity: expected a finite number, was Infinity'],
  ['portfolio: { equity: 1e999 }', 'f: portfolio.equity: expected a finite number, was Infinity'],
  ['portfolio: { equity: 0 }', 'f: portfolio.equity: expected more than 0, was 0'],
  ['portfolio: { equity: -1 }', 'f: portfolio.equity: expected more than 0, was -1'],
  [
    'portfolio: { equity: 2e12 }',
    'f: portfolio.equity: expected at most 1000000000000, was 2000000000000',
  ],
  ['portfolio: { gatherMs: 1.5 }', 'f: portfolio.gatherMs: expected a whole number, was 1.5'],
  ['portfolio: { quote: usdt }', 'f: portfolio.quote: expected a currency code, was "usdt"'],
  [
    'portfolio: { userId: "../x" }',
    'f: portfolio.userId: expected letters, digits, . _ -, was "../x"',
  ],
  ['portfolio: [1]', 'f: portfolio: expected an object, was [1]'],
  ['store: { url: "postgres://x" }', 'f: store.url: expected sqlite:PATH, was "postgres://x"'],
  ['risk: { maxAssetExposure: 1.1 }', 'f: risk.maxAssetExposure: expected at most 1, was 1.1'],
  ['risk: { maxTotalExposure: -0.1 }', 'f: risk.maxTotalExposure: expected at least 0, was -0.1'],
  ['risk: { maxTotalExposure: -0 }', 'f: risk.maxTotalExposure: expected a number or 0, was -0'],
  ['risk: { maxDailyLoss: 0 }', 'f: risk.maxDailyLoss: expected more than 0, was 0'],
  ['risk: { maxPositions: 0 }', 'f: risk.maxPositions: expected at least 1, was 0'],
  ['risk: { stageCaps: { PAPER: 0.1 } }', 'f: risk.stageCaps.PAPER: expected 0, was 0.1'],
  [
    'risk: { maxTotalExposure: 0.8 }',
    'f: risk.maxTotalExposure: expected a total that leaves the cash reserve: their sum at most 1, was 0.8',
  ],
  [
    'risk: { stageCaps: { MATURE: 0.09 } }',
    "f: risk.stageCaps.MATURE: expected at least the stage's position cap 0.1, was 0.09",
  ],
  [
    'sizing: { base: { DISCOVERY: 0.06 } }',
    "f: risk.stageCaps.DISCOVERY: expected at least the stage's position cap 0.06, was nothing",
  ],
  [
    'sizing: { factorMin: 2 }',
    'f: sizing.factorMin: expected a lower bound not above factorMax, was 2',
  ],
  ['venues: {}', 'f: venues: expected exactly one venue, was {}'],
  [
    'venues: { binance: {}, kraken: {} }',
    'f: venues: expected exactly one venue, was {"binance":{},"kraken":{}}',
  ],
  ['venues: { "Bi nance": {} }', /^f: venues\.Bi nance: expected an exchange as ccxt names it/],
  [
    'venues: { binance: { endpoint: { rest: "http://10.0.0.1:1", stream: "ws://127.0.0.1:1" } } }',
    'f: venues.binance.endpoint.rest: expected a http:// address on this machine, was "http://10.0.0.1:1"',
  ],
  [
    'venues: { binance: { endpoint: { rest: "http://127.0.0.1.evil.com", stream: "ws://127.0.0.1:1" } } }',
    /endpoint\.rest: expected a http:\/\/ address on this machine/,
  ],
  [
    'venues: { binance: { endpoint: { rest: "http://127.0.0.1@evil.com", stream: "ws://127.0.0.1:1" } } }',
    /endpoint\.rest: expected a http:\/\/ address on this machine/,
  ],
  [
    'venues: { binance: { endpoint: { rest: "http://127.0.0.1:1", stream: "wss://stream.binance.com" } } }',
    /endpoint\.stream: expected a ws:\/\/ address on this machine/,
  ],
  [
    'venues: { binance: { speed: 60 } }',
    'f: venues.binance.speed: expected 1: only a sandbox at an endpoint runs faster, was 60',
  ],
  ['venues: { binance: { key: abc } }', 'f: venues.binance.key: expected no such key, was "key"'],
  ['execution: { entry: maybe }', 'f: execution.entry: expected one of limit, market, was "maybe"'],
  ['execution: { collar: 0.5 }', 'f: execution.collar: expected at most 0.1, was 0.5'],
  ['configurations: ""', 'f: configurations: expected at least 1, was ""'],
  ['mode: paper\nmode: live', /^f: document: expected YAML, was Map keys must be unique/],
  ['mode: [', /^f: document: expected YAML, was /],
  ['--- {}\n--- {}', /^f: document: expected YAML, was /],
  ['mode: !!js/function "x"', /^f: document: expected YAML, was Unresolved tag/],
  ['- 1', 'f: document: expected an object, was [1]'],
  ['7', 'f: document: expected an object, was 7'],
  ['__proto__: { mode: live }', 'f: __proto__: expected no such key, was "__proto__"'],
  [
    'venues: { __proto__: {}, binance: {} }',
    'f: venues.__proto__: expected no such key, was "__proto__"',
  ],
  ['constructor: { prototype: 1 }', 'f: constructor: expected no such key, was "constructor"'],
  ['a: &a [*a]', /^f: document: expected nesting of at most 32 levels/],
  [
    `a: &a [1,1,1,1,1]\nb: &b [${'*a,'.repeat(9)}]\nc: &c [${'*b,'.repeat(9)}]\nd: [${'*c,'.repeat(9)}]`,
    /^f: document: expected YAML, was Excessive alias count/,
  ],
  ['['.repeat(100_000), /^f: document: expected YAML, was /],
  ['x'.repeat(300_000), /^f: document: expected YAML, was 300000 characters/],
];

const titled = refused.map(([text, complaint]) => [text.slice(0, 60), text, complaint] as const);

test.each(titled)('%s is refused', (_, text, complaint) => {
  const found = complaints(text);
  expect(found.length).toBeGreaterThan(0);
  if (typeof complaint === 'string') expect(found).toEqual([complaint]);
  else expect(found[0]).toMatch(complaint);
});

test('every mistake is named at once, one a line', () => {
  const found = complaints('mode: x\nrisk: { maxPositions: 0 }\nportfolio: { equity: no }');
  expect(found).toHaveLength(3);
  expect(found.every((line) => !line.includes('\n'))).toBe(true);
});

test('what a hostile file holds cannot move a cursor or forge a line', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not come out
  const obeyed = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/;
  const hostile = ['\\e[2J', '\\x9b31m', 'a\\nok: all is well', '\\u202e'];
  for (const text of hostile) {
    for (const line of complaints(`"${text}": "${text}"\nmode: "${text}"`)) {
      expect(line).not.toMatch(obeyed);
    }
  }
  for (const line of complaints('\u0000\u001b[31m: [')) expect(line).not.toMatch(obeyed);
});

test('no value and no text makes reading throw, or changes what an object is', () => {
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.object({ withNullPrototype: true })), (value) => {
      checkSettings(value, 'f');
      readSettings(JSON.stringify(value) ?? '', 'f');
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      readSettings(text, 'f');
    }),
    { numRuns: 300 },
  );
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('any one number out of place is refused, never taken', () => {
  const bad = fc.oneof(
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
    fc.double({ max: -Number.MIN_VALUE, noNaN: true }),
    fc.string(),
    fc.boolean(),
  );
  const places = fc.constantFrom(
    ...Object.keys(DEFAULT_LIMITS)
      .filter((key) => key !== 'stageCaps')
      .map((key) => ['risk', key] as const),
    ...Object.keys(DEFAULT_SIZING)
      .filter((key) => key !== 'base' && key !== 'capital')
      .map((key) => ['sizing', key] as const),
    ['portfolio', 'equity'] as const,
    ['execution', 'fee'] as const,
  );
  fc.assert(
    fc.property(places, bad, ([part, key], value) => {
      const result = checkSettings({ [part]: { [key]: value } }, 'f');
      expect(result.ok).toBe(false);
      if (!result.ok) expect(result.problems[0]?.path).toBe(`${part}.${key}`);
    }),
  );
});
