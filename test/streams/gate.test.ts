// The small judges of the feed: which prices may be acted on, how long silence may last, when to ask
// again, and what counts as a number.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Patience } from '../../src/feed/patience.ts';
import { PriceGate } from '../../src/feed/price-gate.ts';
import { candleOf, numberOf } from '../../src/feed/row.ts';
import { Silence } from '../../src/feed/silence.ts';

const pair = 'BTC/USDT';

test('no price passes that is not one', () => {
  const gate = new PriceGate();
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (let again = 0; again < 20; again += 1) expect(gate.admit(pair, bad, 1000)).toBe(false);
  }
  expect(gate.admit(pair, 100, Number.NaN)).toBe(false);
  expect(gate.admit(pair, 100, 0)).toBe(false);
  expect(gate.admit(pair, 100, 1000)).toBe(true);
});

test('a late or absurd price is held back, each pair by itself', () => {
  const gate = new PriceGate();
  expect(gate.admit(pair, 100, 1000)).toBe(true);
  expect(gate.admit(pair, 100, 999)).toBe(false);
  expect(gate.admit(pair, 1000, 1001)).toBe(false);
  expect(gate.admit(pair, 10, 1001)).toBe(false);
  expect(gate.admit('ETH/USDT', 5, 10)).toBe(true);
  expect(gate.admit(pair, 999, 1001)).toBe(true);
});

test('what the venue repeats is the market: exits are not blind for good', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-8, max: 1e8, noNaN: true }),
      fc.integer({ min: 1, max: 2e12 }),
      (price, at) => {
        const gate = new PriceGate();
        gate.admit(pair, 100, 1e12);
        const passed = Array.from({ length: 5 }, () => gate.admit(pair, price, at));
        expect(passed.at(-1)).toBe(true);
      },
    ),
  );
});

test('silence of the connection is noticed after ten seconds, then ever more patiently', () => {
  const silence = new Silence(0);
  const cuts: number[] = [];
  for (let now = 0; now <= 1_000_000; now += 1000) if (silence.isTooLong(now)) cuts.push(now);
  expect(cuts.slice(0, 4)).toEqual([11_000, 32_000, 73_000, 154_000]);
  expect((cuts.at(-1) ?? 0) - (cuts.at(-2) ?? 0)).toBe(161_000);
  silence.heard(1_000_000);
  expect(silence.isTooLong(1_010_001)).toBe(true);
});

test('one quiet stream cuts the connection of all at most every five minutes', () => {
  const silence = new Silence(0);
  const cuts = [0, 1000, 299_000, 300_001, 300_002].filter((now) => silence.mayCut(now));
  expect(cuts).toEqual([0, 300_001]);
});

test('what failed is asked for again after 1, 1, 2, 4, 8, 8 checks; polls come every 5', () => {
  const wait = (patience: Patience, polling: boolean): number => {
    for (let checks = 1; ; checks += 1) if (patience.isOver(polling)) return checks;
  };
  const patience = new Patience();
  const waits = Array.from({ length: 6 }, () => {
    const checks = wait(patience, false);
    patience.failed();
    return checks;
  });
  expect(waits).toEqual([1, 1, 2, 4, 8, 8]);
  patience.succeeded();
  expect(wait(patience, false)).toBe(1);
  expect(wait(patience, true)).toBe(5);
  expect([patience.silent(), patience.silent()]).toEqual([1, 2]);
  patience.heard();
  expect(patience.silent()).toBe(1);
});

test('numbers are numbers or decimal text; nothing else is, and nothing is zero', () => {
  expect([numberOf('12.50'), numberOf(3), numberOf('1e3')]).toEqual([12.5, 3, 1000]);
  for (const bad of ['', ' ', null, undefined, true, [], [5], {}, '1,5', 'NaN']) {
    expect(numberOf(bad)).toBeNaN();
  }
  expect(candleOf([60_000, '1', 2, '0.5', '1.5', null])).toEqual({
    openTime: 60_000,
    ...{ open: 1, high: 2, low: 0.5, close: 1.5, volume: Number.NaN },
  });
});
