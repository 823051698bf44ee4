// Binance's words on orders, trades and transfers, each read whole or not at all: what is half understood
// is no report.
import { describe, expect, test } from 'vitest';
import type { OrderReport } from '../../src/ports.ts';
import {
  executionOf,
  fillsOf,
  isWords,
  reportOf,
  tradeOf,
  transferOf,
  type Words,
} from '../../src/venue/wire.ts';
import { entry, filledAnswer } from './sample.ts';

const pairOf = (symbol: string) => (symbol === 'BTCUSDT' ? 'BTC/USDT' : undefined);
const { clientOrderId } = entry;
const at = 1_700_000_000_000;

const answer = (change: object = {}): Words => ({ ...filledAnswer, ...change });
const report: OrderReport = {
  ...{ clientOrderId, venueOrderId: '28', pair: 'BTC/USDT' },
  ...{ state: 'filled', filled: '0.5', at },
};

/** What cannot be an id, an amount or an instant, whatever the field. */
const wrong = {
  id: [-1, 1.5, 2 ** 53, '-1', '1.5', '28x', 'x28', '', null, undefined, {}, true, [28]],
  amount: ['-0.1', 'NaN', 'Infinity', '', '1,5', ' 1', null, undefined, {}, true],
  instant: [0, -1, 1.5, 2 ** 53, `${at}`, Number.NaN, null, undefined],
  symbol: ['ETHUSDT', 7, null, undefined],
  text: [7, null, undefined, {}],
};

const cases = (kinds: Readonly<Record<string, keyof typeof wrong>>) =>
  Object.entries(kinds).flatMap(([field, kind]) =>
    wrong[kind].map((value) => ({ field, value, change: { [field]: value } })),
  );

test.each([
  [{}, true],
  [{ code: 1 }, true],
  [[], false],
  [null, false],
  ['{}', false],
  [undefined, false],
])('%j is words: %s', (value, expected) => {
  expect(isWords(value)).toBe(expected);
});

describe('an order as REST tells it', () => {
  test('is read whole', () => {
    expect(reportOf(answer(), pairOf)).toEqual(report);
  });

  test.each(
    cases({ clientOrderId: 'text', orderId: 'id', symbol: 'symbol', executedQty: 'amount' }),
  )('is nothing with $field $value', ({ change }) => {
    expect(reportOf(answer(change), pairOf)).toBeUndefined();
  });

  test.each([
    ['NEW', 'open'],
    ['PENDING_NEW', 'open'],
    ['PENDING_CANCEL', 'open'],
    ['PARTIALLY_FILLED', 'partial'],
    ['FILLED', 'filled'],
    ['CANCELED', 'canceled'],
    ['EXPIRED', 'canceled'],
    ['EXPIRED_IN_MATCH', 'canceled'],
    ['REJECTED', 'rejected'],
    ['DREAMING', undefined],
    [7, undefined],
    [['NEW'], undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
    [undefined, undefined],
  ])('%s is %s', (status, state) => {
    expect(reportOf(answer({ status }), pairOf)?.state).toBe(state);
  });

  test('happened when it was transacted, else when it was updated, else when it was made', () => {
    const times = { transactTime: 3, updateTime: 2, time: 1 };
    expect(reportOf(answer(times), pairOf)?.at).toBe(3);
    expect(reportOf(answer({ ...times, transactTime: 0 }), pairOf)?.at).toBe(2);
    expect(reportOf(answer({ transactTime: 0, updateTime: 0, time: 1 }), pairOf)?.at).toBe(1);
    for (const value of wrong.instant) {
      expect(reportOf(answer({ transactTime: value }), pairOf)).toBeUndefined();
    }
  });

  test('may have filled nothing, and names itself by a number or by digits', () => {
    expect(reportOf(answer({ executedQty: '0.00' }), pairOf)?.filled).toBe('0');
    expect(reportOf(answer({ orderId: '280' }), pairOf)?.venueOrderId).toBe('280');
    expect(reportOf(answer({ orderId: 0 }), pairOf)?.venueOrderId).toBe('0');
  });
});

describe('the trades in an answer', () => {
  const [first] = filledAnswer.fills;
  const withTrade = (change: object) => answer({ fills: [{ ...first, ...change }] });

  test('may be none', () => {
    expect(fillsOf(answer({ fills: undefined }), report)).toEqual([]);
    expect(fillsOf(answer({ fills: [] }), report)).toEqual([]);
  });

  test.each([[{}], ['none'], [null], [7]])('are not %j', (fills) => {
    expect(fillsOf(answer({ fills }), report)).toBeUndefined();
  });

  test('are of one side', () => {
    expect(fillsOf(answer({ side: 'SELL' }), report)?.map(({ side }) => side)).toEqual([
      'sell',
      'sell',
    ]);
    for (const side of ['buy', '', 7, undefined]) {
      expect(fillsOf(answer({ side }), report)).toBeUndefined();
    }
  });

  test.each(cases({ tradeId: 'id', price: 'amount', qty: 'amount', commission: 'amount' }))(
    'cannot be read with one of $field $value',
    ({ change }) => {
      expect(fillsOf(withTrade(change), report)).toBeUndefined();
    },
  );

  test('cannot be read with one of nothing, for nothing, or that is none', () => {
    for (const change of [{ qty: '0' }, { price: '0.00' }]) {
      expect(fillsOf(withTrade(change), report)).toBeUndefined();
    }
    for (const part of [null, 7, 'trade', [first]]) {
      expect(fillsOf(answer({ fills: [first, part] }), report)).toBeUndefined();
    }
  });

  test('cost nothing in the quote where no fee is named', () => {
    const free = { commission: '0.00', commissionAsset: null };
    expect(fillsOf(withTrade(free), report)).toMatchObject([{ fee: '0', feeAsset: 'USDT' }]);
    expect(fillsOf(withTrade({ ...free, commissionAsset: '' }), report)).toMatchObject([
      { feeAsset: 'USDT' },
    ]);
    expect(fillsOf(withTrade({ ...free, commissionAsset: 'BNB' }), report)).toMatchObject([
      { feeAsset: 'BNB' },
    ]);
    expect(fillsOf(withTrade({ commissionAsset: null }), report)).toBeUndefined();
  });
});

describe('a row of the account’s trades', () => {
  const row = (change: object = {}): Words => ({
    ...{ symbol: 'BTCUSDT', id: 56, orderId: 28, price: '100.10', qty: '0.30' },
    ...{ commission: '0.00030', commissionAsset: 'BTC', time: at, isBuyer: true },
    ...change,
  });
  const read = (change: object = {}) => tradeOf(row(change), clientOrderId, pairOf);

  test('is read whole, on either side', () => {
    const trade = {
      ...{ tradeId: '56', clientOrderId, pair: 'BTC/USDT', side: 'buy', price: '100.1' },
      ...{ quantity: '0.3', fee: '0.0003', feeAsset: 'BTC', at },
    };
    expect(read()).toEqual(trade);
    expect(read({ isBuyer: false })).toEqual({ ...trade, side: 'sell' });
    expect(read({ commission: '0', commissionAsset: '' })?.feeAsset).toBe('USDT');
  });

  test.each([
    ...cases({ id: 'id', symbol: 'symbol', price: 'amount', qty: 'amount', time: 'instant' }),
    ...cases({ commission: 'amount', commissionAsset: 'text', isBuyer: 'text' }),
  ])('is nothing with $field $value', ({ change }) => {
    expect(read(change)).toBeUndefined();
  });

  test('is nothing without a pair, though it took no fee', () => {
    expect(read({ symbol: 'X', commission: '0', commissionAsset: null })).toBeUndefined();
  });
});

describe('an event on an order', () => {
  const event = (change: object = {}): Words => ({
    ...{ e: 'executionReport', E: at + 1, T: at, s: 'BTCUSDT', c: clientOrderId, C: '' },
    ...{ S: 'BUY', x: 'TRADE', X: 'PARTIALLY_FILLED', i: 28, t: 56, l: '0.30', z: '0.30' },
    ...{ L: '100.10', n: '0.0003', N: 'BTC' },
    ...change,
  });
  const read = (change: object = {}) => executionOf(event(change), pairOf);
  const told = { ...report, state: 'partial', filled: '0.3' };

  test('is read whole, with its trade', () => {
    expect(read()).toEqual({
      report: told,
      fill: {
        ...{ tradeId: '56', clientOrderId, pair: 'BTC/USDT', side: 'buy', price: '100.1' },
        ...{ quantity: '0.3', fee: '0.0003', feeAsset: 'BTC', at },
      },
    });
    expect(read({ S: 'SELL' })?.fill?.side).toBe('sell');
    expect(read({ n: '0', N: null })?.fill?.feeAsset).toBe('USDT');
  });

  test('that is no trade brings none, whatever else it says', () => {
    expect(read({ x: 'NEW' })).toEqual({ report: told, fill: undefined });
    expect(read({ x: 'NEW', t: -1, l: '0', L: '0' })).toEqual({ report: told, fill: undefined });
  });

  test('of a cancel is named by the order’s own id', () => {
    expect(read({ c: 'cancel', C: clientOrderId })?.report.clientOrderId).toBe(clientOrderId);
    expect(read({ C: null })?.report.clientOrderId).toBe(clientOrderId);
    expect(read({ c: 7 })).toBeUndefined();
  });

  test('happened when it was transacted, else when it was told', () => {
    expect(read({ T: 0 })?.report.at).toBe(at + 1);
    expect(read({ T: 0, E: 0 })).toBeUndefined();
  });

  test.each([
    ...cases({ i: 'id', s: 'symbol', X: 'text', z: 'amount' }),
    ...cases({ t: 'id', S: 'text', L: 'amount', l: 'amount', n: 'amount', N: 'text' }),
  ])('is nothing with $field $value', ({ change }) => {
    expect(read(change)).toBeUndefined();
  });

  test('is nothing when its trade is one of nothing', () => {
    expect(read({ l: '0' })).toBeUndefined();
    expect(read({ L: '0' })).toBeUndefined();
  });
});

describe('a transfer', () => {
  test('comes, or goes with a minus', () => {
    expect(transferOf({ a: 'USDT', d: '12.50', T: 2, E: 1 })).toEqual({
      ...{ asset: 'USDT', delta: '12.5', at: 2 },
    });
    expect(transferOf({ a: 'BTC', d: '-1', E: 1 })).toEqual({ asset: 'BTC', delta: '-1', at: 1 });
  });

  test.each([
    { a: '', d: '1', T: 1 },
    { a: 7, d: '1', T: 1 },
    { a: 'BTC', d: 1, T: 1 },
    { a: 'BTC', d: 'much', T: 1 },
    { a: 'BTC', d: '1', T: 0 },
    { a: 'BTC', d: '1' },
  ])('%j is none', (words) => {
    expect(transferOf(words)).toBeUndefined();
  });
});
