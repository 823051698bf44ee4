// DOMAIN §1, §4 by hand: what one purchase, one sale and the dust they leave post to the ledger.
import { expect, test } from 'vitest';
import { orderExit } from '../../src/domain/exit.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { balanceOf } from '../../src/domain/ledger.ts';
import { decimal, money, price, quantity } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { cash, foreignOf } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
/** Hundredths are sold, thousandths are dust. */
const instrument = instrumentOf(pair, {
  stepSize: decimal('0.01'),
  quantityMin: quantity('0.01'),
  notionalMin: money('5'),
});
const terms = termsFor([pair], { instruments: new Map([[pair, instrument]]) });
const at = NOON + 2000;

/** One unit ordered at 100: limits of a tenth of a percent of 100,000 leave exactly that much room. */
function ordered(): { draft: Draft; entry: Order } {
  const draft = draftOf(openedBook());
  const limits = { ...terms.limits, maxAssetExposure: 0.00101, minPosition: 1 };
  const proposal = proposalOf(configurationOf('one'));
  const [decided] = review(draft, [proposal], { ...terms, limits }, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  expect(decided.data.order.quantity).toBe('1');
  return { draft, entry: decided.data.order };
}

const buy = { tradeId: 'b', price: '100', quantity: '1', fee: '0.001', feeAsset: 'BTC', at };
const sell = { tradeId: 's', price: '110', quantity: '0.99', fee: '0.1089', feeAsset: 'USDT', at };

function sold(draft: Draft): readonly Fact[] {
  const request = { configId: 'one', reason: 'target', price: 110, at } as const;
  const [exit] = orderExit(draft, request, instrument, terms.engine);
  if (exit?.type !== 'exit.ordered') throw new Error('expected an exit');
  expect(exit.data.order.quantity).toBe('0.99');
  return settle(draft, fillOf(exit.data.order, sell), instrument);
}

const dataOf = (facts: readonly Fact[], type: Fact['type']) =>
  facts.find((one) => one.type === type)?.data;

test('a purchase with its fee in the base', () => {
  const { draft, entry } = ordered();
  const facts = settle(draft, fillOf(entry, buy), instrument);
  expect(facts.map(({ type }) => type)).toEqual([
    'position.opened',
    'fill.recorded',
    'order.ended',
  ]);
  expect(dataOf(facts, 'fill.recorded')).toMatchObject({
    feeValue: '0.1',
    realised: '0',
    held: { quantity: '0.999', cost: '99.9' },
    postings: [
      { account: 'cash', asset: 'USDT', amount: '-100' },
      { account: 'cost:one', asset: 'USDT', amount: '99.9' },
      { account: 'fees', asset: 'USDT', amount: '0.1' },
      { account: 'units:one', asset: 'BTC', amount: '0.999' },
      { account: 'fees', asset: 'BTC', amount: '0.001' },
      { account: 'venue', asset: 'BTC', amount: '-1' },
    ],
  });
});

test('a sale with its fee in the quote, and the dust it leaves', () => {
  const { draft, entry } = ordered();
  settle(draft, fillOf(entry, buy), instrument);
  const facts = sold(draft);
  // Cost of 0.99 of the 0.999 held at 99.9: 99; 108.9 − 99 realised; 108.9 − 0.1089 in cash.
  expect(dataOf(facts, 'fill.recorded')).toMatchObject({
    feeValue: '0.1089',
    realised: '9.9',
    held: { quantity: '0.009', cost: '0.9' },
    postings: [
      { account: 'cash', asset: 'USDT', amount: '108.7911' },
      { account: 'cost:one', asset: 'USDT', amount: '-99' },
      { account: 'fees', asset: 'USDT', amount: '0.1089' },
      { account: 'realised', asset: 'USDT', amount: '-9.9' },
      { account: 'units:one', asset: 'BTC', amount: '-0.99' },
      { account: 'venue', asset: 'BTC', amount: '0.99' },
    ],
  });
  expect(dataOf(facts, 'position.closed')).toMatchObject({
    postings: [
      { account: 'units:one', asset: 'BTC', amount: '-0.009' },
      { account: 'units:dust', asset: 'BTC', amount: '0.009' },
      { account: 'cost:one', asset: 'USDT', amount: '-0.9' },
      { account: 'cost:dust', asset: 'USDT', amount: '0.9' },
    ],
    trade: {
      quantity: '1',
      entryPrice: '100',
      exitPrice: '110',
      exitReason: 'target',
      fees: '0.2089',
      profit: '9.6911',
      // One of risk: 100 − 99 on one unit.
      returnR: 9.6911,
    },
  });
});

test('a fee in a third asset is its own affair: cost and cash are whole', () => {
  const { draft, entry } = ordered();
  const facts = settle(draft, fillOf(entry, { ...buy, fee: '0.02', feeAsset: 'BNB' }), instrument);
  expect(dataOf(facts, 'fill.recorded')).toMatchObject({
    feeValue: '0',
    held: { quantity: '1', cost: '100' },
    postings: [
      { account: 'cash', asset: 'USDT', amount: '-100' },
      { account: 'cost:one', asset: 'USDT', amount: '100' },
      { account: 'units:one', asset: 'BTC', amount: '1' },
      { account: 'venue', asset: 'BTC', amount: '-1' },
      { account: 'fees', asset: 'BNB', amount: '0.02' },
      { account: 'foreign', asset: 'BNB', amount: '-0.02' },
    ],
  });
});

test('a fee in a third asset with a price is a cost of the position that its owner puts in', () => {
  const { draft, entry } = ordered();
  const bnb = { fee: '0.02', feeAsset: 'BNB' };
  const [, filled] = settle(draft, fillOf(entry, { ...buy, ...bnb }), instrument, price(600));
  expect(filled?.type === 'fill.recorded' && filled.data).toMatchObject({
    feeValue: '12',
    held: { quantity: '1', cost: '100' },
  });
  expect(draft.positions.get('one')?.fees.toFixed()).toBe('12');
  expect(cash(draft).toFixed()).toBe('99900');
  expect(balanceOf(draft.balances, 'fees', 'USDT').toFixed()).toBe('12');
  expect(balanceOf(draft.balances, 'capital', 'USDT').toFixed()).toBe('-100012');
  expect(foreignOf(draft, 'BNB').toFixed()).toBe('-0.02');
});

test('parts of an order settle as they come; the last one ends it', () => {
  const { draft, entry } = ordered();
  const part = { ...buy, quantity: '0.4', fee: '0.0004' };
  const first = settle(draft, fillOf(entry, { ...part, tradeId: 'p1' }), instrument);
  expect(first.map(({ type }) => type)).toEqual(['position.opened', 'fill.recorded']);
  expect(draft.orders.get(entry.clientOrderId)?.state).toBe('partial');
  const rest = { ...buy, tradeId: 'p2', quantity: '0.6', price: '100.1', fee: '0.0006' };
  const last = settle(draft, fillOf(entry, rest), instrument);
  expect(last.map(({ type }) => type)).toEqual(['fill.recorded', 'order.ended']);
  expect(draft.positions.get('one')?.cost.toFixed()).toBe('99.95994');
});
