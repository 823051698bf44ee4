// The gates common to all strategies: each refuses alone, and whatever is not a number is refused.
import { describe, expect, test } from 'vitest';
import type { Setup } from '../../src/domain/signal.ts';
import { failedGates, isGate } from '../../src/strategies/gate.ts';
import { costs } from './run.ts';

const buy: Setup = {
  direction: 'BUY',
  confidence: 0.6,
  components: {},
  entry: 100,
  stop: 98,
  target: 104,
  barsMax: 30,
  level: 98.5,
};

const failed = (change: Partial<Setup>, confidenceMin = 0.5): readonly string[] =>
  failedGates({ ...buy, ...change }, costs, confidenceMin);

describe('a set-up', () => {
  test('that is sound passes, upside down as well', () => {
    expect(failed({})).toEqual([]);
    expect(failed({ direction: 'SELL', stop: 102, target: 96 })).toEqual([]);
  });

  test.each<[string, Partial<Setup>]>([
    ['target-side', { target: 99 }],
    ['risk-below-cost', { stop: 99.11, target: 110 }],
    ['risk-too-wide', { stop: 91.9, target: 130 }],
    // (2.99 − .3) / (2 + .3) is 1.17
    ['reward-to-risk', { target: 102.99 }],
    ['confidence', { confidence: 0.49 }],
  ])('fails %s', (name, change) => {
    expect(failed(change)).toContain(name);
  });

  test('with its stop on the wrong side fails for that first', () => {
    expect(failed({ stop: 101 })[0]).toBe('stop-side');
    expect(failed({ direction: 'SELL' })[0]).toBe('stop-side');
  });

  test('on a threshold passes (A2)', () => {
    // R is 3c = .9 %; (3.06 − .3) / (2 + .3) is 1.2; 8 %.
    expect(failed({ stop: 99.1, target: 102 })).toEqual([]);
    expect(failed({ target: 103.06 })).toEqual([]);
    expect(failed({ stop: 92, target: 112 })).toEqual([]);
    expect(failed({ confidence: 0.5 })).toEqual([]);
  });

  test('needs a tenth of a percent of risk even where trading is free', () => {
    const free = { fee: 0, slippage: 0 };
    expect(failedGates({ ...buy, stop: 99.91, target: 101 }, free, 0.5)).toEqual([
      'risk-below-cost',
    ]);
    expect(failedGates({ ...buy, stop: 99.9, target: 101 }, free, 0.5)).toEqual([]);
  });

  test.each(['entry', 'stop', 'target', 'confidence'] as const)('without a %s is denied', (key) => {
    expect(failed({ [key]: Number.NaN })).not.toEqual([]);
  });
});

test('every gate is known by its name, and a condition is none', () => {
  // On the wrong side of everything, with no confidence.
  const names = [...failed({ stop: 101, target: 99, confidence: 0 }), ...failed({ stop: 80 })];
  expect(new Set(names).size).toBe(6);
  expect(names.filter((name) => !isGate(name))).toEqual([]);
  expect(['depth', 'bullish', 'close-above', 'climax-low'].filter(isGate)).toEqual([]);
});
