// What the venue holds against what the book has: nothing is compared while an outcome is open, nothing that
// straddles a fill is believed, and what is missing counts until it is there or a person has looked.
import { expect, test } from 'vitest';
import { draftOf } from '../../src/domain/fold.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { createStocktake } from '../../src/engine/stocktake.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';

function bench(answer: () => string) {
  const state = { book: openedBook() as Portfolio, asked: 0 };
  const said: string[] = [];
  const stocktake = createStocktake({
    venue: {
      async balances() {
        state.asked += 1;
        return new Map([['USDT', { free: answer(), locked: '0' }]]);
      },
    },
    log: {
      debug() {},
      info() {},
      warn: (_, message) => said.push(message),
      error: (_, message) => said.push(message),
    },
    instruments: new Map(),
    book: () => state.book,
  });
  return { state, said, ...stocktake };
}

test('what is missing is believed at the second look that agrees, counted in lots, and said once', async () => {
  let free = '99989.5';
  const { said, look, missing, missingLots } = bench(() => free);
  expect(missingLots()).toBeUndefined();
  expect(await look()).toBe('again');
  expect(missingLots()).toBeUndefined();
  free = '99980';
  expect(await look()).toBe('again');
  expect(await look()).toBe('short');
  expect(missingLots()).toBe(20);
  expect(missing().get('USDT')?.toFixed()).toBe('20');
  expect(await look()).toBe('short');
  expect(said).toHaveLength(1);
  // Within a lot is no difference.
  free = '99999';
  expect(await look()).toBe('agreed');
  expect([missingLots(), missing().size]).toEqual([0, 0]);
});

test('a person has looked: what is missing counts no more, unless it becomes more', async () => {
  let free = '90000';
  const { look, missingLots, accept } = bench(() => free);
  await look();
  await look();
  expect(missingLots()).toBe(10_000);
  accept();
  expect(missingLots()).toBe(0);
  expect(await look()).toBe('agreed');
  free = '89000';
  await look();
  expect(await look()).toBe('short');
});

test('what came back after a person had looked is missed again when it goes once more', async () => {
  let free = '90000';
  const { look, accept, differing } = bench(() => free);
  await look();
  await look();
  accept();
  free = '100000';
  expect([await look(), differing()]).toEqual(['agreed', []]);
  free = '95000';
  expect([await look(), await look(), differing()]).toEqual(['again', 'short', ['USDT']]);
});

test('what the venue has more is said once, and keeps nobody from trading', async () => {
  const { said, look, missingLots } = bench(() => '100500');
  expect([await look(), await look(), missingLots()]).toEqual(['agreed', 'agreed', 0]);
  expect(said).toHaveLength(1);
});

test('while an outcome is open nothing is compared, also when an order went out meanwhile', async () => {
  const busy = draftOf(openedBook());
  const terms = termsFor(['BTC/USDT']);
  review(busy, [proposalOf(configurationOf('c'))], terms, momentAt());
  const { state, look, missingLots } = bench(() => {
    state.book = busy;
    return '0';
  });
  expect(await look()).toBe('unsure');
  expect([state.asked, missingLots()]).toEqual([1, undefined]);
  expect(await look()).toBe('unsure');
  expect(state.asked).toBe(1);
});
