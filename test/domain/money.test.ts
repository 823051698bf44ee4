// Amounts: exact, finite, and rounded in one direction only, each time the one that costs nobody anything.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ceilMoney,
  decimal,
  floorMoney,
  floorToStep,
  isDecimal,
  least,
  money,
  notional,
  parseDecimal,
  price,
  quantity,
  roundToTick,
  share,
  sum,
  text,
} from '../../src/domain/money.ts';

describe('what comes from outside', () => {
  test.each([
    ['1.50', '1.5'],
    ['-0.1', '-0.1'],
    ['1e-8', '0.00000001'],
    ['2E+3', '2000'],
    ['1e300', `1${'0'.repeat(300)}`],
    [0.1, '0.1'],
    [-7, '-7'],
  ])('%s is a number', (value, expected) => {
    expect(parseDecimal(value)?.toFixed()).toBe(expected);
  });

  test.each([
    ...['', ' ', ' 1', '1 ', '+1', '.5', '5.', '1.2.3', '1,5', '0x10', '1e', '1e1234', 'e5', '--1'],
    ...['NaN', 'Infinity', '-Infinity', '1e5x', 'x1', '__proto__', '1_000'],
    ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ...[null, undefined, true, {}, [], ['1'], 1n],
  ])('%s is none', (value) => {
    expect(parseDecimal(value)).toBeUndefined();
  });
});

describe('what is minted', () => {
  test('is finite, and a price above zero, or a bug', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => decimal(value)).toThrow('expected a finite decimal');
    }
    expect(() => price(0)).toThrow('expected a price above zero');
    expect(() => price('-1')).toThrow('expected a price above zero');
    expect(price('0.01').toFixed()).toBe('0.01');
  });

  test('is exact: more digits than the library keeps by itself', () => {
    const exact = 12345612345678n * 6723412345678n;
    const product = notional(price('123456.12345678'), quantity('67234.12345678'));
    expect(product.times('1e16').toFixed()).toBe(exact.toString());
  });

  test.each(['0.000000000000000001', `1${'0'.repeat(45)}`, '-0.00000001'])(
    '%s is written in digits alone',
    (value) => {
      expect(text(decimal(value))).toBe(value);
    },
  );

  test('is told from what is none', () => {
    expect([decimal(1), 1, '1', null].map(isDecimal)).toEqual([true, false, false, false]);
  });
});

test('sums start at nothing, and of two the least is the least', () => {
  expect(sum([]).toFixed()).toBe('0');
  expect(sum([money('0.1'), money('0.2'), money('-1')]).toFixed()).toBe('-0.7');
  const [small, large] = [money(1), money(2)];
  expect([least(small, large), least(large, small)]).toEqual([small, small]);
});

const cents = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((one) => decimal(one).div(1e9));
const steps = fc.constantFrom('0.001', '0.01', '0.05', '1', '2.5').map((step) => decimal(step));
const amounts = fc.integer({ min: 1, max: 1_000_000 }).map((one) => decimal(one).div(777));

describe('rounding', () => {
  test('of money is to eight decimals, down or up, by less than one of them', () => {
    fc.assert(
      fc.property(cents, (value) => {
        const [down, up] = [floorMoney(money(value)), ceilMoney(money(value))];
        expect(down.lte(value) && up.gte(value)).toBe(true);
        expect(value.minus(down).lt('1e-8') && up.minus(value).lt('1e-8')).toBe(true);
        expect(Math.max(down.dp(), up.dp())).toBeLessThanOrEqual(8);
      }),
    );
  });

  test('of lots is down to a whole number of steps', () => {
    fc.assert(
      fc.property(amounts, steps, (value, step) => {
        const lots = floorToStep(quantity(value), step);
        expect(lots.mod(step).isZero() && lots.lte(value)).toBe(true);
        expect(lots.plus(step).gt(value)).toBe(true);
      }),
    );
    expect(() => floorToStep(quantity(1), decimal(0))).toThrow('expected a lot step above zero');
  });

  test('of prices is to whole ticks, the way that is asked for', () => {
    fc.assert(
      fc.property(amounts, steps, (value, tick) => {
        fc.pre(value.gt(tick));
        const at = price(value);
        const [down, up] = [roundToTick(at, tick, 'down'), roundToTick(at, tick, 'up')];
        expect(down.mod(tick).isZero() && up.mod(tick).isZero()).toBe(true);
        expect(down.lte(at) && up.gte(at)).toBe(true);
        expect(at.minus(down).lt(tick) && up.minus(at).lt(tick)).toBe(true);
      }),
    );
    expect(() => roundToTick(price(1), decimal(0), 'up')).toThrow('expected a price tick above');
  });
});

describe('the share of a cost', () => {
  test('is in proportion, cut to twelve decimals; of the whole it is the whole', () => {
    expect(share(money(100), quantity(1), quantity(3)).toFixed()).toBe('33.333333333333');
    expect(share(money(200), quantity(1), quantity(3)).toFixed()).toBe('66.666666666666');
    const cost = money('0.12345678901234567');
    expect(share(cost, quantity(3), quantity(3))).toBe(cost);
  });

  test('of more than there is, or of nothing, is a bug', () => {
    expect(() => share(money(1), quantity(2), quantity(1))).toThrow('expected a part of 1');
    expect(() => share(money(1), quantity(-1), quantity(0))).toThrow('expected a part of 0');
  });
});
