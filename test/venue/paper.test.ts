// The paper venue: what a fill costs, what it cannot do, and that a restart finds the account its book
// speaks of.
import fc from 'fast-check';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import type { Fill } from '../../src/domain/fill.ts';
import type { Instrument } from '../../src/domain/instrument.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { type Decimal, decimal, money, quantity } from '../../src/domain/money.ts';
import { EMPTY_PORTFOLIO, type Portfolio } from '../../src/domain/portfolio.ts';
import type { Clock, Outcome, PriceUpdate } from '../../src/ports.ts';
import { PaperVenue } from '../../src/venue/paper.ts';
import { entry } from './bench.ts';

const instrument: Instrument = {
  pair: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  active: true,
  tickSize: decimal('0.01'),
  stepSize: decimal('0.00001'),
  quantityMin: quantity('0.00001'),
  quantityMax: quantity('100'),
  notionalMin: money('5'),
};
const clock: Clock = { market: () => 5000, wall: () => 0, monotonic: () => 0, observe() {} };

async function paper(book: Portfolio = EMPTY_PORTFOLIO, slippage = 0.0005) {
  const prices = new Subject<PriceUpdate>();
  const venue = new PaperVenue({
    name: 'binance',
    loadInstruments: async () => new Map([[instrument.pair, instrument]]),
    ...{ prices, book, clock, quote: 'USDT', cash: '100000' },
    execution: { fee: 0.001, slippage },
  });
  await venue.connect();
  const priced = (price: number) => prices.next({ pair: 'BTC/USDT', price, at: 5000 });
  return { venue, priced, prices };
}

const fillsOf = (outcome: Outcome) => (outcome.kind === 'accepted' ? outcome.fills : []);
const entries = (venue: PaperVenue) => venue.balances();

test('a fill is worse than the price by half a spread and slippage, on the tick', async () => {
  const { venue, priced } = await paper();
  priced(60_000);
  const [bought] = fillsOf(await venue.place({ ...entry, quantity: '1' }));
  expect(bought).toMatchObject({ price: '60036', fee: '0.001', feeAsset: 'BTC', at: 5000 });
  const sale = { ...entry, clientOrderId: 'x', side: 'sell', quantity: '0.5' } as const;
  const [sold] = fillsOf(await venue.place(sale));
  expect(sold).toMatchObject({ price: '59964', fee: '29.982', feeAsset: 'USDT' });
});

test('the newest price counts; without any nothing is filled', async () => {
  const { venue, priced } = await paper();
  expect(await venue.place(entry)).toMatchObject({ kind: 'rejected', code: 'no-price' });
  priced(60_000);
  priced(50_000);
  const [fill] = fillsOf(await venue.place(entry));
  expect(fill?.price).toBe('50030');
});

test('the same order again is not another trade', async () => {
  const { venue, priced } = await paper();
  priced(60_000);
  const first = await venue.place(entry);
  const before = await entries(venue);
  expect(await venue.place(entry)).toEqual({ kind: 'exists' });
  expect(await entries(venue)).toEqual(before);
  expect(await venue.fills('BTC/USDT', 0)).toEqual(fillsOf(first));
});

test('after a restart it holds what the book holds, dust included', async () => {
  const balances = new Map(
    transaction([
      { account: 'cash', asset: 'USDT', amount: money('40000.5') },
      { account: 'capital', asset: 'USDT', amount: money('-40000.5') },
      { account: 'units:one', asset: 'BTC', amount: quantity('0.7') },
      { account: 'units:two', asset: 'BTC', amount: quantity('0.2') },
      { account: 'units:dust', asset: 'BTC', amount: quantity('0.000004') },
      { account: 'venue', asset: 'BTC', amount: quantity('-0.900004') },
    ]).map(({ account, asset, amount }) => [`${account} ${asset}`, decimal(amount)] as const),
  );
  const { venue, priced } = await paper({ ...EMPTY_PORTFOLIO, quote: 'USDT', balances });
  expect(await entries(venue)).toEqual(
    new Map([
      ['USDT', { free: '40000.5', locked: '0' }],
      ['BTC', { free: '0.900004', locked: '0' }],
    ]),
  );
  priced(60_000);
  const sale = { ...entry, side: 'sell', purpose: 'exit', quantity: '0.7' } as const;
  expect(fillsOf(await venue.place(sale))).toHaveLength(1);
  // What was in flight when it stopped never happened.
  expect(await venue.find({ clientOrderId: 'before the restart' })).toBeUndefined();
});

/** What a fill does to an account of cash and units. */
function settled(account: { cash: Decimal; units: Decimal }, fill: Fill) {
  const { cash, units } = account;
  const value = decimal(fill.price).times(fill.quantity);
  return fill.side === 'buy'
    ? { cash: cash.minus(value), units: units.plus(fill.quantity).minus(fill.fee) }
    : { cash: cash.plus(value).minus(fill.fee), units: units.minus(fill.quantity) };
}

/** How much a fill paid above `price`, or got below it. */
const worseBy = (fill: Fill, price: string | number): number =>
  (Number(fill.price) - Number(price)) * (fill.side === 'buy' ? 1 : -1);

test('whatever is ordered, nothing is made or lost and nothing goes below zero', async () => {
  const asked = fc.array(
    fc.record({
      price: fc.integer({ min: 10_000, max: 90_000 }),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      lots: fc.integer({ min: 1, max: 300_000 }),
      limit: fc.option(fc.integer({ min: 10_000, max: 90_000 }), { nil: null }),
    }),
    { maxLength: 15 },
  );
  await fc.assert(
    fc.asyncProperty(asked, async (steps) => {
      const { venue, priced } = await paper();
      let account = { cash: decimal('100000'), units: decimal(0) };
      for (const [index, { price, side, lots, limit }] of steps.entries()) {
        priced(price);
        const amount = decimal(lots).times(instrument.stepSize).toFixed();
        const limitPrice = limit === null ? null : String(limit);
        const order = { ...entry, clientOrderId: `o${index}`, side, quantity: amount, limitPrice };
        const fills = fillsOf(await venue.place(order));
        account = fills.reduce(settled, account);
        expect(fills.every((fill) => worseBy(fill, price) > 0)).toBe(true);
        expect(fills.every((fill) => worseBy(fill, limitPrice ?? fill.price) <= 0)).toBe(true);
        expect(account.cash.gte(0) && account.units.gte(0)).toBe(true);
      }
      const held = await venue.balances();
      expect(held.get('USDT')?.free).toBe(account.cash.toFixed());
      expect(held.get('BTC')?.free ?? '0').toBe(account.units.toFixed());
    }),
    { numRuns: 60 },
  );
});

test('it no longer listens to prices once closed', async () => {
  const { venue, prices } = await paper();
  expect(prices.observed).toBe(true);
  await venue.close();
  expect(prices.observed).toBe(false);
});
