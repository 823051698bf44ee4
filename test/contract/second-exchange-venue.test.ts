// The engine's own venue on an exchange that shares no code with ours: whatever order the reports and the
// answer come in, every trade is told exactly as the exchange booked it, and every refusal by its code.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Fill } from '../../src/domain/fill.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Venue, VenueNews } from '../../src/ports.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { fieldsOf } from '../support/audit/payload.ts';
import { exact, show, subtract, sum } from '../support/audit/rational.ts';
import { ownBudget } from '../support/budget.ts';
import { type SecondExchange, startSecondExchange } from '../support/second-exchange/exchange.ts';

const credentials = { key: 'venue-key', secret: 'venue-secret' };
const start = Date.UTC(2024, 0, 2);

const order: Order = {
  clientOrderId: 'second-1',
  configId: 'a',
  signalId: 'a@1',
  pair: 'BTC/USDT',
  side: 'buy',
  purpose: 'entry',
  type: 'limit',
  quantity: '0.15',
  limitPrice: '60100',
  stopPrice: null,
  stage: 'MATURE',
  reserved: '9024',
  exitReason: null,
  at: start,
};
const sale: Order = { ...order, side: 'sell', purpose: 'exit', type: 'market', limitPrice: null };

let exchange: SecondExchange;
let venue: Venue;
let told: VenueNews[];

beforeEach(async () => {
  exchange = await startSecondExchange({
    credentials,
    markets: [
      {
        base: 'BTC',
        quote: 'USDT',
        tickSize: '0.01',
        stepSize: '0.00001',
        minNotional: '5',
        candles: Array.from({ length: 20 }, (_, index) => ({
          openTime: start + index * 60_000,
          open: '60000.00',
          high: '60020.00',
          low: '59990.00',
          close: '60001.00',
          volume: '3.00000',
        })),
        history: 10,
      },
    ],
    balances: { USDT: '20000', DOGE: '7' },
    levelNotional: '1000',
  });
  const address = `127.0.0.1:${exchange.port}`;
  const endpoint = { rest: `http://${address}`, stream: `ws://${address}` };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  venue = connectVenue(
    { name: 'binance', endpoint, credentials, recvWindowMs: 5_000, budget: ownBudget() },
    { clock: createClock(1), timers: nodeTimers, log },
  );
  told = [];
  venue.news.subscribe((news) => told.push(news));
});

afterEach(async () => {
  await venue.close();
  await exchange.close();
});

/** The exchange's own record in the shape of a fill. */
function booked(clientOrderId: string): Fill[] {
  return exchange.trades().map((trade) => {
    const row = fieldsOf(trade);
    return {
      tradeId: row.text('id'),
      clientOrderId,
      pair: 'BTC/USDT',
      side: row.flag('isBuyer') ? 'buy' : 'sell',
      price: plain(row.text('price')),
      quantity: plain(row.text('qty')),
      fee: plain(row.text('commission')),
      feeAsset: row.text('commissionAsset'),
      at: row.whole('time'),
    };
  });
}

const plain = (text: string): string => show(exact(text));

const normal = (fills: readonly Fill[]): Fill[] =>
  fills.map((fill) => ({
    ...fill,
    price: plain(fill.price),
    quantity: plain(fill.quantity),
    fee: plain(fill.fee),
  }));

const reportedFills = (): Fill[] =>
  told.flatMap((news) => (news.type === 'fill.reported' ? [news.fill] : []));

test('the rules of trading are read from among hundreds of other symbols', async () => {
  const instruments = await venue.connect();
  const instrument = instruments.get('BTC/USDT');
  expect(instrument?.base).toBe('BTC');
  expect(String(instrument?.tickSize)).toBe('0.01');
  expect(String(instrument?.stepSize)).toBe('0.00001');
  expect(String(instrument?.notionalMin)).toBe('5');
  expect([...instruments.values()].some(({ active }) => !active)).toBe(true);
  const balances = await venue.balances();
  expect(plain(balances.get('DOGE')?.free ?? '0')).toBe('7');
});

test('a filled order is told fill by fill, by its answer and by its reports alike', async () => {
  await venue.connect();
  await expect.poll(() => exchange.listeners()).toBeGreaterThan(0);
  const outcome = await venue.place(order);
  if (outcome.kind !== 'accepted') throw new Error(`expected accepted, was ${outcome.kind}`);
  expect(outcome.report).toMatchObject({ clientOrderId: 'second-1', state: 'filled' });
  expect(plain(outcome.report.filled)).toBe('0.15');
  const record = booked('second-1');
  expect(record.length).toBeGreaterThan(5);
  const withoutTime = ({ at: _, ...fill }: Fill): Omit<Fill, 'at'> => fill;
  expect(normal(outcome.fills).map(withoutTime)).toEqual(record.map(withoutTime));
  await expect.poll(() => normal(reportedFills())).toEqual(record);
  expect(normal(await venue.fills('BTC/USDT', 0))).toEqual(record);
  const { free = '0' } = (await venue.balances()).get('BTC') ?? {};
  const fees = sum(record.map(({ fee }) => exact(fee)));
  expect(plain(free)).toBe(show(subtract(exact('0.15'), fees)));
});

test('an order that the book cannot fill at its price ends with what it got', async () => {
  await venue.connect();
  const outcome = await venue.place({ ...order, limitPrice: '60000.03' });
  if (outcome.kind !== 'accepted') throw new Error(`expected accepted, was ${outcome.kind}`);
  expect(outcome.report.state).toBe('canceled');
  const filled = sum(booked('second-1').map(({ quantity }) => exact(quantity)));
  expect(plain(outcome.report.filled)).toBe(show(filled));
  const found = await venue.find(order);
  expect(found).toMatchObject({ state: 'canceled', clientOrderId: 'second-1' });
  expect(await venue.openOrders()).toEqual([]);
});

test('a sale takes its fee in quote', async () => {
  await venue.connect();
  await venue.place(order);
  const bought = exchange.trades().length;
  const outcome = await venue.place({ ...sale, clientOrderId: 'second-2', quantity: '0.1' });
  expect(outcome).toMatchObject({ kind: 'accepted', report: { state: 'filled' } });
  const fills = outcome.kind === 'accepted' ? normal(outcome.fills) : [];
  expect(fills.map(({ tradeId }) => tradeId)).toEqual(
    booked('second-2')
      .slice(bought)
      .map(({ tradeId }) => tradeId),
  );
  expect(new Set(fills.map(({ feeAsset }) => feeAsset))).toEqual(new Set(['USDT']));
});

test.each<[string, Partial<Order>, RegExp]>([
  ['funds', { quantity: '5', limitPrice: '60100' }, /-2010|insufficient/i],
  ['the lot', { quantity: '0.000001' }, /-1013|lot|minimum|precision/i],
  ['the minimum notional', { quantity: '0.00002' }, /-1013|notional|minimum/i],
])('an order against %s is refused by name', async (_, change, words) => {
  await venue.connect();
  const outcome = await venue.place({ ...order, ...change });
  expect(['rejected', 'not-sent']).toContain(outcome.kind);
  expect(JSON.stringify(outcome)).toMatch(words);
  expect(exchange.trades()).toEqual([]);
});

test('an order nobody knows is not found', async () => {
  await venue.connect();
  expect(await venue.find({ ...order, clientOrderId: 'never-sent' })).toBeUndefined();
});
