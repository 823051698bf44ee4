// Strategies are found by exact names, and their parameters are bounded, finite and known.
import { describe, expect, test } from 'vitest';
import { findStrategy, STRATEGIES } from '../../src/strategies/registry.ts';
import { warmupBars } from '../../src/strategies/strategy.ts';

describe('a strategy is found', () => {
  test.each([
    ['liquidity_sweep', 'Liquidity Sweep'],
    ['capitulation_reversal', 'Capitulation Reversal'],
    ['failed_breakdown', 'Failed Breakdown'],
  ])('as %s or %s', (key, name) => {
    expect(findStrategy(key)?.key).toBe(key);
    expect(findStrategy(name)?.key).toBe(key);
  });

  test.each([
    ...['', 'liquidity', 'Liquidity', 'liquidity sweep', 'LIQUIDITY_SWEEP', 'liquidity_sweep '],
    ...['liquidity_sweep_v2', 'my Liquidity Sweep', '__proto__', 'constructor', 'toString'],
    ...['capitulation', 'Failed breakdown', 'supply_shock', 'Supply Shock'],
  ])('never as %j', (name) => {
    expect(findStrategy(name)).toBeUndefined();
  });
});

describe.each(STRATEGIES)('$name', (strategy) => {
  const preset = strategy.parameters.parse({});

  test('has defaults for every parameter, and needs no other', () => {
    expect(Object.values(preset).every(Number.isFinite)).toBe(true);
    expect(warmupBars(strategy, preset)).toBe(500 + strategy.lookback(preset));
    expect(strategy.lookback(preset)).toBeGreaterThan(20);
  });

  test.each(Object.keys(preset))('%s takes numbers within bounds only', (name) => {
    for (const value of [Number.NaN, Infinity, -Infinity, 1e9, -1, '1', null, true, [1], {}]) {
      const { success } = strategy.parameters.safeParse({ [name]: value });
      expect(success, `${name} = ${String(value)}`).toBe(false);
    }
  });

  test('refuses what it does not know', () => {
    for (const text of ['{"lookBack":100}', '{"__proto__":{"x":1}}', '[]', 'null', '"x"', '3']) {
      const { success } = strategy.parameters.safeParse(JSON.parse(text));
      expect(success, text).toBe(false);
    }
  });

  test('searches inside its own bounds', () => {
    for (const [name, { from, to }] of Object.entries(strategy.search)) {
      expect(from).toBeLessThan(to);
      for (const value of [from, to]) {
        expect(strategy.parameters.safeParse({ [name]: value }).success, name).toBe(true);
      }
    }
  });
});

test('Liquidity Sweep starts from the defaults of its rules', () => {
  expect(findStrategy('liquidity_sweep')?.parameters.parse({})).toMatchObject({
    pivot_bars: 5,
    lookback: 100,
    level_age_min: 10,
    cluster_tolerance: 0.1,
    reclaim_bars: 3,
    depth_min: 0.1,
    depth_max: 1.5,
    relative_volume_min: 1.5,
    close_location_min: 0.6,
    sweep_window: 48,
    stop_buffer: 0.25,
    target_min_r: 1.5,
    target_r: 2,
    target_max_r: 3,
    bars_max: 30,
    confidence_min: 0.5,
  });
});
