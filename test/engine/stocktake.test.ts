// The comparison after a start: asked when nothing is out, again when there is no answer or the book moved
// meanwhile, and never after it has its answer.
import { expect, test } from 'vitest';
import { draftOf } from '../../src/domain/fold.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import type { Comparison } from '../../src/engine/recover.ts';
import { createStocktake } from '../../src/engine/stocktake.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';

function bench(answer: () => string) {
  const state = { now: 0, book: openedBook() as Portfolio, asked: 0 };
  const missing: (readonly Comparison[])[] = [];
  const takeStock = createStocktake({
    venue: {
      async balances() {
        state.asked += 1;
        return new Map([['USDT', { free: answer(), locked: '0' }]]);
      },
    },
    clock: { monotonic: () => state.now },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    instruments: new Map(),
    book: () => state.book,
    onMissing: (some) => missing.push(some),
  });
  return { state, missing, takeStock };
}

test('what is missing is told once', async () => {
  const { state, missing, takeStock } = bench(() => '90000');
  await takeStock();
  state.now = 1e9;
  await takeStock();
  expect(state.asked).toBe(1);
  expect(missing).toMatchObject([[{ asset: 'USDT', book: '100000', venue: '90000' }]]);
});

test('a venue that does not answer is asked again, not at once', async () => {
  let isUp = false;
  const { state, missing, takeStock } = bench(() => {
    if (!isUp) throw new Error('timeout');
    return '100000';
  });
  await takeStock();
  isUp = true;
  await takeStock();
  expect(state.asked).toBe(1);
  state.now = 5000;
  await takeStock();
  expect(state.asked).toBe(2);
  expect(missing).toEqual([]);
});

test('while an order is out nothing is compared, also when it went out meanwhile', async () => {
  const busy = draftOf(openedBook());
  const terms = termsFor(['BTC/USDT']);
  review(busy, [proposalOf(configurationOf('c'))], terms, momentAt());
  const { state, missing, takeStock } = bench(() => {
    state.book = busy;
    return '0';
  });
  await takeStock();
  expect([state.asked, missing]).toEqual([1, []]);
  state.now = 5000;
  await takeStock();
  expect(state.asked).toBe(1);
  state.book = openedBook();
  await takeStock();
  expect(state.asked).toBe(2);
});
