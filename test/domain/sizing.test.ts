// DOMAIN §2: the golden sizes, digit for digit, and the formula's shape.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { decimal, money } from '../../src/domain/money.ts';
import { DEFAULT_SIZING, size } from '../../src/domain/sizing.ts';

const sized = (
  stage: Stage,
  sharpe: number,
  winRatePercent: number,
  confidence: number,
  capital = 100_000,
) => size({ stage, sharpe, winRatePercent, confidence, capital: money(capital) }, DEFAULT_SIZING);

describe('golden sizes', () => {
  test.each<[Stage, number, number, number, string]>([
    ['MATURE', 2.1, 68, 0.9, '8118'],
    ['VALIDATION', 1.4, 62, 0.7, '2338'],
    ['DISCOVERY', 0.8, 55, 0.6, '600'],
    ['MATURE', -3, 40, 1, '5000'],
    ['MATURE', 3, 68, 1, '10000'],
    ['MATURE', 3, 68, 0.5, '5860'],
    ['PAPER', 3, 68, 1, '0'],
  ])('%s, Sharpe %d, %d %%, confidence %d: %s', (stage, sharpe, winRate, confidence, expected) => {
    expect(sized(stage, sharpe, winRate, confidence).size).toBe(expected);
  });

  test('the three of the card add up to 11,056', () => {
    const sizes = [
      sized('MATURE', 2.1, 68, 0.9),
      sized('VALIDATION', 1.4, 62, 0.7),
      sized('DISCOVERY', 0.8, 55, 0.6),
    ];
    const total = sizes.reduce((sum, formula) => sum.plus(formula.size), decimal(0));
    expect(total.toFixed(2)).toBe('11056.00');
  });

  // Sharpe 2 and a win rate of 100 % make the raw factor exactly 1.
  test.each<[Stage, number, string]>([
    ['MATURE', 0.87, '8700'],
    ['VALIDATION', 0.72, '3600'],
    ['DISCOVERY', 0.65, '1300'],
  ])('with factor 1 %s at %d is %s', (stage, confidence, expected) => {
    const formula = sized(stage, 2, 100, confidence);
    expect(formula.rawFactor).toBe('1');
    expect(formula.size).toBe(expected);
  });

  test('every step of the first is on record', () => {
    expect(sized('MATURE', 2.1, 68, 0.9)).toEqual({
      stage: 'MATURE',
      capital: '100000',
      base: '0.1',
      sharpe: 2.1,
      sharpeTerm: '0.63',
      winRatePercent: 68,
      winRateTerm: '0.272',
      rawFactor: '0.902',
      factor: '0.902',
      confidence: 0.9,
      rawSize: '8118',
      cap: '10000',
      size: '8118',
    });
  });
});

/** Doubles of fast-check are mostly next to nothing: every second one is of even steps instead. */
const between = (min: number, max: number) =>
  fc.oneof(
    fc.double({ min, max, noNaN: true }),
    fc.integer({ min: 0, max: 997 }).map((part) => min + ((max - min) * part) / 997),
  );

const inputs = fc.record({
  stage: fc.constantFrom(...STAGES),
  sharpe: between(-10, 10),
  winRate: between(0, 100),
  confidence: between(0, 1),
  capital: between(0, 1e9),
});

test('a size is never negative and never above its stage’s share of capital', () => {
  fc.assert(
    fc.property(inputs, ({ stage, sharpe, winRate, confidence, capital }) => {
      const formula = sized(stage, sharpe, winRate, confidence, capital);
      const amount = decimal(formula.size);
      return amount.gte(0) && amount.lte(decimal(capital).times(DEFAULT_SIZING.base[stage]));
    }),
  );
});

test('a size grows with Sharpe, win rate, confidence and capital', () => {
  const more = between(0, 5);
  fc.assert(
    fc.property(
      inputs,
      more,
      more,
      more,
      more,
      ({ stage, sharpe, winRate, confidence, capital }, a, b, c, d) => {
        const smaller = sized(stage, sharpe, winRate, confidence, capital);
        const larger = sized(
          stage,
          sharpe + a,
          Math.min(100, winRate + b),
          Math.min(1, confidence + c),
          capital + d,
        );
        return decimal(larger.size).gte(smaller.size);
      },
    ),
  );
});
