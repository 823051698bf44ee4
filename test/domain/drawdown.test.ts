// The seeded block bootstrap against one that keeps every resample, and the answer that stops early against
// the one that does not.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Bootstrap,
  bootstrapDrawdown,
  bootstrapReaches,
  Drawdown,
  drawdownOf,
} from '../../src/domain/drawdown.ts';
import { chanceOf } from '../../src/domain/statistic.ts';

/** Every drawdown of the resamples, said as simply as possible, smallest first. */
function drawdowns(returns: readonly number[], { block, resamples, seed }: Bootstrap): number[] {
  const chance = chanceOf(seed);
  const starts = Math.max(1, returns.length - block + 1);
  const one = (): number => {
    const drawn: number[] = [];
    while (drawn.length < returns.length) {
      const start = Math.floor(chance() * starts);
      drawn.push(...returns.slice(start, start + block));
    }
    return drawdownOf(drawn.slice(0, returns.length));
  };
  return Array.from({ length: resamples }, one).sort((a, b) => a - b);
}

// Halves: sums of them are exact in whatever order.
const returns = fc.array(
  fc.integer({ min: -6, max: 8 }).map((halves) => halves / 2),
  { minLength: 1, maxLength: 24 },
);
const rules: fc.Arbitrary<Bootstrap> = fc.record({
  block: fc.integer({ min: 1, max: 8 }),
  resamples: fc.integer({ min: 1, max: 40 }),
  quantile: fc.integer({ min: 1, max: 20 }).map((part) => part / 20),
  seed: fc.integer({ min: 1, max: 1000 }),
});

test('the quantile is the nearest rank among all resamples', () => {
  fc.assert(
    fc.property(returns, rules, (values, chosen) => {
      const all = drawdowns(values, chosen);
      const atOrBelow = Math.ceil(chosen.quantile * chosen.resamples);
      expect(bootstrapDrawdown(Float64Array.from(values), chosen)).toBe(all[atOrBelow - 1]);
    }),
  );
});

test('a level is reached exactly when the quantile is not below it', () => {
  fc.assert(
    fc.property(returns, rules, fc.integer({ min: 0, max: 80 }), (values, chosen, halves) => {
      const sample = Float64Array.from(values);
      const level = halves / 2;
      const reached = bootstrapDrawdown(sample, chosen) >= level;
      expect(bootstrapReaches(sample, level, chosen)).toBe(reached);
    }),
    // Once, a resample that stopped early left its chances to the next ones, and the answers differed.
    {
      examples: [
        [[0, 0, 0, 0, 0, 0, 0, -1], { block: 1, resamples: 4, quantile: 0.55, seed: 279 }, 3],
      ],
      numRuns: 500,
    },
  );
});

test('a sample that is one block has one order: its own', () => {
  const sample = Float64Array.of(1, -2, -1, 4, -2.5, 1);
  for (const block of [6, 7, 100]) {
    const chosen = { block, resamples: 20, quantile: 0.05, seed: 3 };
    expect(bootstrapDrawdown(sample, chosen)).toBe(3);
    expect(bootstrapReaches(sample, 3, chosen)).toBe(true);
    expect(bootstrapReaches(sample, 3.01, chosen)).toBe(false);
  }
});

test('a drawdown is the deepest so far, whatever was won back since', () => {
  const drawdown = new Drawdown();
  const seen = [2, -1, -1, 3, -1, 0, -2, 5].map((value) => {
    drawdown.push(value);
    return drawdown.deepest;
  });
  expect(seen).toEqual([0, 1, 2, 2, 2, 2, 3, 3]);
});
