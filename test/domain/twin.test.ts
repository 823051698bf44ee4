// DOMAIN §4: a twin buys at the price after its signal and sells at the price that ends it, slippage and fees
// taken, in a virtual book of its own.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal, money } from '../../src/domain/money.ts';
import { DEFAULT_EXECUTION } from '../../src/domain/order.ts';
import { DEFAULT_SIZING } from '../../src/domain/sizing.ts';
import {
  closeTwin,
  configurationOfTwin,
  openTwin,
  type TwinBook,
  type TwinTerms,
  twinAfter,
  twinOf,
} from '../../src/domain/twin.ts';
import { configurationOf, NOON, signalOf } from '../support/bench.ts';

const execution = { ...DEFAULT_EXECUTION, fee: 0.001, slippage: 0.0005, collar: 0.002 };
const terms: TwinTerms = { sizing: DEFAULT_SIZING, execution };
const flat: TwinBook = { equity: money(100_000), position: null };
const paper = configurationOf('one', { stage: 'PAPER', sharpe: -3, winRatePercent: 40 });

const opened = (
  price: number,
  changes: { after?: number; terms?: TwinTerms; book?: TwinBook } = {},
) =>
  openTwin(
    changes.book ?? flat,
    signalOf(paper),
    paper,
    { price, at: NOON + (changes.after ?? 1000) },
    changes.terms ?? terms,
  );

test('a PAPER configuration with a bad Sharpe ratio trades in its twin, sized as DISCOVERY', () => {
  // 100,000 × .02 × .5 (the clamp) × confidence 1, at 100 plus slippage.
  expect(opened(100)?.data).toMatchObject({ quantity: '9.99500249', entryPrice: '100.05' });
});

test('the round trip by hand: target 102 after 100, in R of the planned risk of 1', () => {
  const entry = opened(100);
  if (entry === undefined) throw new Error('expected a position');
  const held = twinAfter(flat, entry);
  if (held.position === null) throw new Error('expected a position');
  const exit = { reason: 'target', price: 102, at: NOON + 60_000 } as const;
  const closed = closeTwin(held, held.position, 1, exit, terms);
  // 102 × .9995 = 101.949; less 100.05; less .001 × (101.949 + 100.05).
  expect(closed.data.trade).toMatchObject({ exitPrice: '101.949', exitReason: 'target' });
  expect(closed.data.trade.returnR).toBeCloseTo(101.949 - 100.05 - 0.201999, 12);
  const after = twinAfter(held, closed);
  expect(after.position).toBeNull();
  expect(after.equity.toFixed()).toBe(decimal(100_000).plus(closed.data.trade.profit).toFixed());
});

test('an entry that a real order would not have got is not made', () => {
  expect(opened(100.2)).toBeUndefined();
  expect(opened(100.1)).toBeDefined();
  const market = { ...terms, execution: { ...execution, entry: 'market' as const } };
  expect(opened(100.2, { terms: market })).toBeDefined();
  expect(opened(100, { after: 60_001 })).toBeUndefined();
  expect(opened(100, { after: Number.NaN })).toBeUndefined();
});

test.each([
  ['a confidence above one', { confidence: 1.0000000000000002 }],
  ['a stop above the entry', { stopLoss: '101' }],
  ['a target that is none', { takeProfit: 'NaN' }],
])('%s is no trade of a twin either: nothing of it reaches the store', (_, changes) => {
  const at = { price: 100, at: NOON + 1 };
  expect(openTwin(flat, signalOf(paper, changes), paper, at, terms)).toBeUndefined();
});

test('a return in R needs no size: without capital or a base for it the twin still gathers evidence', () => {
  const none = { ...DEFAULT_SIZING, base: { ...DEFAULT_SIZING.base, DISCOVERY: 0 } };
  const returns = [
    opened(100),
    opened(100, { terms: { ...terms, sizing: none } }),
    opened(100, { book: { equity: money(-5), position: null } }),
  ].map((entry) => {
    const { position } = entry === undefined ? flat : twinAfter(flat, entry);
    if (position === null) throw new Error('expected a position');
    const exit = { reason: 'stop', price: 99, at: NOON } as const;
    return closeTwin(flat, position, 1, exit, terms).data.trade.returnR;
  });
  for (const one of returns) expect(one).toBeCloseTo(returns[0] ?? Number.NaN, 9);
});

test('whatever the prices, profit is what they say and never costs nothing', () => {
  const level = fc.double({ min: 0.001, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(level, fc.double({ min: 0.5, max: 2, noNaN: true }), (entry, move) => {
      const signal = signalOf(paper, { entry });
      const at = { price: entry, at: NOON + 1 };
      const first = openTwin(flat, signal, paper, at, terms);
      if (first === undefined) throw new Error('expected a position');
      const { position } = twinAfter(flat, first);
      if (position === null) throw new Error('expected a position');
      const exit = { reason: 'time', price: entry * move, at: NOON + 2 } as const;
      const { trade } = closeTwin(flat, position, 1, exit, terms).data;
      expect(trade.returnR).toBeLessThan((move - 1) / 0.01);
      expect(Math.sign(Number(trade.profit))).toBe(Math.sign(trade.returnR));
    }),
  );
});

test('a twin is named apart from its configuration', () => {
  expect(configurationOfTwin(twinOf('one'))).toBe('one');
  expect(configurationOfTwin('one')).toBeUndefined();
});
