// `strategies`: the list is the registry's, a check says every decision with its parts, a plot draws each.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { writeCandles } from '../support/crafted-market.ts';
import { speak, valuesOf } from './speak.ts';

const directory = mkdtempSync(join(tmpdir(), 'troupe-strategies-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const file = join(directory, 'eth.csv');
const market = generatedMarket(2, ['ETH/USDT']);
writeCandles(
  file,
  Array.from({ length: 4000 }, (_, bar) =>
    market.candle('ETH/USDT', market.start + bar * 60_000),
  ).filter((candle) => candle !== undefined),
);
const study = ['--pair', 'ETH/USDT', '--timeframe', '1m', '--strategy'];

test('list has every strategy with its defaults and search ranges', async () => {
  const values = valuesOf(await speak('--json', 'strategies', 'list'));
  expect(values).toEqual(
    STRATEGIES.map(({ key, name, parameters, search }) => ({
      ...{ key, name, search },
      parameters: parameters.parse({}),
    })),
  );
  const { out } = await speak('strategies', 'list');
  expect(out).toMatch(/relative_volume_min +1.5 {2}searched from 1 to 3/);
});

test.each(STRATEGIES.map(({ key }) => key))(
  'check tells what %s decides, and what it nearly did',
  async (key) => {
    const values = valuesOf(await speak('--json', 'strategies', 'check', file, ...study, key));
    const setups = values.filter((value) => 'direction' in Object(value));
    const near = values.filter((value) => 'missed' in Object(value));
    const { bars, BUY, SELL } = values.at(-1) as { bars: number; BUY: number; SELL: number };
    expect(bars).toBe(4000);
    expect(setups).toHaveLength(BUY + SELL);
    expect(near.length).toBeGreaterThan(0);
    expect(values.at(-1)).toHaveProperty('gated', expect.any(Number));
    for (const setup of setups) {
      const { confidence, components } = setup as {
        confidence: number;
        components: Record<string, number>;
      };
      const sum = Object.values(components).reduce((total, part) => total + part, 0);
      expect(sum).toBeCloseTo(confidence, 9);
    }
  },
);

test('a parameter changes what is decided, and one that is none is refused', async () => {
  const ask = (param: string) =>
    speak('--json', 'strategies', 'check', file, ...study, 'liquidity_sweep', '--param', param);
  const strict = valuesOf(await ask('confidence_min=1')).at(-1);
  expect(strict).toMatchObject({ BUY: 0, SELL: 0 });
  for (const param of ['confidence_min', 'confidence_min=2', 'lookBack=3', 'confidence_min=x']) {
    expect((await ask(param)).code, param).toBe(2);
  }
});

test('wrong use is named', async () => {
  const check = (...args: string[]) => speak('strategies', 'check', file, ...args);
  const wrong = [
    ['--pair', 'ETH/USDT', '--timeframe', '2m', '--strategy', 'liquidity_sweep'],
    ['--pair', 'ETH/USDT', '--timeframe', '1m', '--strategy', 'sweep'],
    ['--pair', 'ETH/USDT', '--timeframe', '1m'],
  ];
  for (const args of wrong) expect((await check(...args)).code).toBe(2);
  const none = join(directory, 'none.csv');
  expect((await speak('strategies', 'check', none, ...study, 'liquidity_sweep')).code).toBe(1);
});

test('plot draws every decision as a picture of its own', async () => {
  const out = join(directory, 'plots');
  await speak(
    'strategies',
    'plot',
    file,
    ...study,
    'liquidity_sweep',
    '--out',
    out,
    '--limit',
    '3',
  );
  const names = readdirSync(out);
  expect(names).toHaveLength(3);
  for (const name of names) {
    expect(name).toMatch(/^liquidity_sweep-ETHUSDT-1m-[-\d]+-(BUY|SELL)\.svg$/);
    const picture = readFileSync(join(out, name), 'utf8');
    expect(picture).toMatch(/^<svg /);
    for (const line of ['level', 'entry', 'stop', 'target']) expect(picture).toContain(`>${line} `);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/);
  }
});
