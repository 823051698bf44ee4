// The comparison after a start: asked when nothing is out, again when there is no answer or the book moved
// meanwhile, and until nothing is missing or a person has looked.
import { expect, test } from 'vitest';
import { draftOf } from '../../src/domain/fold.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { createStocktake } from '../../src/engine/stocktake.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';

function bench(answer: () => string) {
  const state = { now: 0, book: openedBook() as Portfolio, asked: 0 };
  const errors: string[] = [];
  const stocktake = createStocktake({
    venue: {
      async balances() {
        state.asked += 1;
        return new Map([['USDT', { free: answer(), locked: '0' }]]);
      },
    },
    clock: { monotonic: () => state.now },
    log: { debug() {}, info() {}, warn() {}, error: (_, message) => errors.push(message) },
    instruments: new Map(),
    book: () => state.book,
  });
  return { state, errors, ...stocktake };
}

test('what is missing is counted in lots, said once, and asked for until it is there', async () => {
  let free = '99989.5';
  const { state, errors, take, missingLots } = bench(() => free);
  expect(missingLots()).toBeUndefined();
  await take();
  expect(missingLots()).toBe(10.5);
  state.now = 5000;
  await take();
  expect([state.asked, errors.length]).toEqual([2, 1]);
  // Within a lot is no difference.
  free = '99999';
  state.now = 10_000;
  await take();
  expect(missingLots()).toBe(0);
  state.now = 1e9;
  await take();
  expect(state.asked).toBe(3);
});

test('a person has looked: nothing is missing any more, and nobody asks', async () => {
  const { state, take, missingLots, accept } = bench(() => '0');
  await take();
  expect(missingLots()).toBe(100_000);
  accept();
  state.now = 1e9;
  await take();
  expect([state.asked, missingLots()]).toEqual([1, 0]);
});

test('a venue that does not answer is asked again, not at once', async () => {
  let isUp = false;
  const { state, take, missingLots } = bench(() => {
    if (!isUp) throw new Error('timeout');
    return '100000';
  });
  await take();
  isUp = true;
  await take();
  expect([state.asked, missingLots()]).toEqual([1, undefined]);
  state.now = 5000;
  await take();
  expect([state.asked, missingLots()]).toEqual([2, 0]);
});

test('while an order is out nothing is compared, also when it went out meanwhile', async () => {
  const busy = draftOf(openedBook());
  const terms = termsFor(['BTC/USDT']);
  review(busy, [proposalOf(configurationOf('c'))], terms, momentAt());
  const { state, take, missingLots } = bench(() => {
    state.book = busy;
    return '0';
  });
  await take();
  expect([state.asked, missingLots()]).toEqual([1, undefined]);
  state.now = 5000;
  await take();
  expect(state.asked).toBe(1);
  state.book = openedBook();
  await take();
  expect(state.asked).toBe(2);
});
