// Double entry by hand: what does not balance is a bug, what is nothing is left out, and what the venue holds
// is the engine's, its dust and what is foreign.
import { describe, expect, test } from 'vitest';
import {
  type Account,
  type Balances,
  balanceOf,
  holdings,
  post,
  transaction,
} from '../../src/domain/ledger.ts';
import { decimal } from '../../src/domain/money.ts';

const line = (account: Account, asset: string, amount: number | string) => ({
  ...{ account, asset, amount: decimal(amount) },
});
const shown = (balances: Balances) =>
  Object.fromEntries([...balances].map(([key, amount]) => [key, amount.toFixed()]));

describe('a transaction', () => {
  test.each([
    ['one line', [line('cash', 'USDT', 1)], 'USDT'],
    ['a crumb', [line('cash', 'USDT', '1.0000000000000001'), line('fees', 'USDT', -1)], 'USDT'],
    ['one asset of two', [line('cash', 'USDT', 0), line('venue', 'BTC', -1)], 'BTC'],
    ['two assets against each other', [line('cash', 'USDT', 1), line('venue', 'BTC', -1)], 'USDT'],
  ])('off by %s is a bug', (_, lines, asset) => {
    expect(() => transaction(lines)).toThrow(`expected postings in ${asset} to sum to zero`);
  });

  test('leaves out what is nothing, and keeps the order', () => {
    const lines = [
      ...[line('cash', 'USDT', '-10.50'), line('fees', 'USDT', 0), line('cost:one', 'USDT', 10)],
      ...[line('venue', 'BTC', '-0.00000001'), line('units:one', 'BTC', '1e-8')],
      line('fees', 'USDT', '0.5'),
    ];
    expect(transaction(lines)).toEqual([
      { account: 'cash', asset: 'USDT', amount: '-10.5' },
      { account: 'cost:one', asset: 'USDT', amount: '10' },
      { account: 'venue', asset: 'BTC', amount: '-0.00000001' },
      { account: 'units:one', asset: 'BTC', amount: '0.00000001' },
      { account: 'fees', asset: 'USDT', amount: '0.5' },
    ]);
    expect(transaction([])).toEqual([]);
  });
});

test('balances add up per account and asset, and one that returns to nothing is gone', () => {
  const first = transaction([line('cash', 'USDT', -10), line('cost:one', 'USDT', 10)]);
  const other = transaction([line('fees', 'BTC', 1), line('venue', 'BTC', -1)]);
  const before: Balances = new Map();
  const after = post(post(before, first), [...first, ...other]);
  expect(shown(after)).toEqual({
    ...{ 'cash USDT': '-20', 'cost:one USDT': '20', 'fees BTC': '1', 'venue BTC': '-1' },
  });
  const back = transaction([line('cash', 'USDT', 20), line('cost:one', 'USDT', -20)]);
  expect(shown(post(after, back))).toEqual({ 'fees BTC': '1', 'venue BTC': '-1' });
  expect(before.size).toBe(0);
  expect(balanceOf(after, 'cost:one', 'USDT').toFixed()).toBe('20');
  expect(balanceOf(after, 'cost:one', 'BTC').toFixed()).toBe('0');
});

test('the venue holds cash, units and dust of the engine, and what is foreign; nothing else', () => {
  const balances: Balances = new Map(
    Object.entries({
      ...{ 'cash USDT': 100, 'foreign USDT': -20, 'capital USDT': -100, 'cost:one USDT': 7 },
      ...{ 'units:one BTC': 1, 'units:a b BTC': 2, 'units:dust BTC': 4, 'foreign BTC': 8 },
      ...{ 'fees BTC': 16, 'venue BTC': -32, 'realised USDT': 64, 'foreign BNB': 1 },
    }).map(([key, amount]) => [key, decimal(amount)]),
  );
  const held = [...holdings(balances)].map(([asset, amount]) => [asset, amount.toFixed()]);
  expect(Object.fromEntries(held)).toEqual({ USDT: '80', BTC: '15', BNB: '1' });
});
