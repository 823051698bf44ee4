// A fill of the stop at the venue, split among the positions of its pair: who leaves first, what each pays
// of the fee, and that nothing of the trade is lost or made.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import {
  decimal,
  money,
  quantity,
  text,
  ZERO_MONEY,
  ZERO_QUANTITY,
} from '../../src/domain/money.ts';
import type { Order, OrderState } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO, type LiveOrder, type Position } from '../../src/domain/portfolio.ts';
import { portions } from '../../src/domain/portion.ts';
import { NOON, signalOf } from '../support/bench.ts';

const pair = 'BTC/USDT';

interface Held {
  readonly held: string;
  readonly stop?: number;
  readonly pair?: string;
  /** The state of its own exit. */
  readonly exit?: OrderState;
}

function positionOf(configId: string, { held, stop = 99, pair: of = pair }: Held): Position {
  const { id: signalId, ...signal } = signalOf({ id: configId, pair: of });
  return {
    opening: {
      ...{ configId, signalId, pair: of, asset: 'BTC', strategy: 'liquidity_sweep' },
      ...{
        stage: 'MATURE',
        confidence: 1,
        entryReference: signal.entryPrice,
        takeProfit: signal.takeProfit,
      },
      ...{ stopLoss: String(stop), expiresAt: signal.expiresAt, at: NOON, level: signal.level },
    },
    ...{ quantity: quantity(held), cost: money(100), bought: quantity(1), paid: money(100) },
    ...{ sold: ZERO_QUANTITY, received: ZERO_MONEY, realised: ZERO_MONEY, fees: ZERO_MONEY },
    ...{ exiting: null, awaiting: null, exits: 0 },
  };
}

function exitOf(configId: string, state: OrderState): LiveOrder {
  const order: Order = {
    ...{ clientOrderId: `exit of ${configId}`, configId, signalId: configId, pair, side: 'sell' },
    ...{ purpose: 'exit', type: 'market', quantity: '1', limitPrice: null, stopPrice: null },
    ...{ stage: 'MATURE', reserved: '0', exitReason: 'manual', at: NOON },
  };
  return {
    ...{ order, state, filled: ZERO_QUANTITY, trades: [], asset: 'BTC' },
    ...{ reference: null, value: ZERO_MONEY, opening: null },
  };
}

function bookOf(holders: Readonly<Record<string, Held>>): Draft {
  const draft = draftOf(EMPTY_PORTFOLIO);
  for (const [id, held] of Object.entries(holders)) {
    draft.positions.set(id, positionOf(id, held));
    if (held.exit !== undefined) draft.orders.set(id, exitOf(id, held.exit));
  }
  return draft;
}

const fillOf = (amount: string, fee = '0'): Fill => ({
  ...{ tradeId: '7', clientOrderId: 'stop', pair, side: 'sell', price: '98' },
  ...{ quantity: amount, fee, feeAsset: 'USDT', at: NOON },
});

const split = (holders: Readonly<Record<string, Held>>, amount: string, fee?: string) =>
  portions(bookOf(holders), fillOf(amount, fee)).map(
    ({ configId, fill }) => `${configId}: ${fill.quantity}, ${fill.fee}, ${fill.tradeId}`,
  );

test.each<[string, Readonly<Record<string, Held>>, string, readonly string[]]>([
  [
    'the highest stop leaves first, and takes no more than it has',
    { low: { held: '1', stop: 97 }, high: { held: '1', stop: 99 }, mid: { held: '1', stop: 98 } },
    '1.5',
    ['high: 1, 0, 7', 'mid: 0.5, 0, 7.2'],
  ],
  [
    'stops are compared as numbers, not as text',
    { small: { held: '1', stop: 99 }, large: { held: '1', stop: 100 } },
    '1',
    ['large: 1, 0, 7'],
  ],
  [
    'equal stops leave in the order of their names, however they came',
    { b: { held: '1' }, c: { held: '1' }, a: { held: '1' } },
    '3',
    ['a: 1, 0, 7', 'b: 1, 0, 7.2', 'c: 1, 0, 7.3'],
  ],
  [
    'who has an exit of its own out comes last',
    { high: { held: '1', stop: 99, exit: 'open' }, low: { held: '1', stop: 90 } },
    '2',
    ['low: 1, 0, 7', 'high: 1, 0, 7.2'],
  ],
  [
    'whose exit has ended does not',
    { high: { held: '1', stop: 99, exit: 'canceled' }, low: { held: '1', stop: 90 } },
    '2',
    ['high: 1, 0, 7', 'low: 1, 0, 7.2'],
  ],
  [
    'what nobody holds is the last one’s',
    { high: { held: '1', stop: 99 }, low: { held: '1', stop: 90 } },
    '2.5',
    ['high: 1, 0, 7', 'low: 1.5, 0, 7.2'],
  ],
  [
    'who has sold everything has nothing more to sell',
    { high: { held: '0', stop: 99 }, low: { held: '1', stop: 90 } },
    '2',
    ['low: 2, 0, 7'],
  ],
  [
    'unless all have: then it is the first one’s and only one’s',
    { high: { held: '0', stop: 99 } },
    '2',
    ['high: 2, 0, 7'],
  ],
  [
    'other pairs are not asked',
    { other: { held: '5', stop: 99, pair: 'ETH/USDT' }, low: { held: '1', stop: 90 } },
    '2',
    ['low: 2, 0, 7'],
  ],
  ['where nobody holds anything there is nobody', {}, '2', []],
])('%s', (_, holders, amount, expected) => {
  expect(split(holders, amount)).toEqual(expected);
});

test('the fee is split as the trade is, and the last one pays the crumbs', () => {
  const thirds = { a: { held: '1' }, b: { held: '1' }, c: { held: '1' } };
  expect(split(thirds, '3', '0.1')).toEqual([
    'a: 1, 0.033333333333333333, 7',
    'b: 1, 0.033333333333333333, 7.2',
    'c: 1, 0.033333333333333334, 7.3',
  ]);
});

test('the portions are the trade: not a coin and not a crumb of fee more or less', () => {
  const amount = fc.integer({ min: 1, max: 9999 }).map((mills) => text(decimal(mills).div(1000)));
  const holders = fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    fc.record({ held: amount, stop: fc.integer({ min: 90, max: 99 }) }),
    { minKeys: 1 },
  );
  fc.assert(
    fc.property(holders, amount, amount, (held, traded, fee) => {
      const parts = portions(bookOf(held), fillOf(traded, fee)).map(({ fill }) => fill);
      const total = (values: readonly string[]) =>
        text(values.reduce((sum, value) => sum.plus(value), decimal(0)));
      expect(total(parts.map((part) => part.quantity))).toBe(traded);
      expect(total(parts.map((part) => part.fee))).toBe(fee);
      expect(new Set(parts.map((part) => part.tradeId)).size).toBe(parts.length);
    }),
  );
});
