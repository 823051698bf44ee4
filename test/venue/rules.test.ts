// The rules of trading change while we are connected: what is placed then obeys the new ones, a refusal for
// breaking one says so, and a pair that is gone from the list can still be sold at the venue's word.
import { expect, test } from 'vitest';
import { json } from '../support/scripted-exchange.ts';
import { eachWithVenue, entry, filledAnswer } from './bench.ts';

const at = eachWithVenue();
const POST = 'POST /api/v3/order';
const INFO = 'GET /api/v3/exchangeInfo';

const listed = (symbol: string, stepSize: string) => ({
  ...{ symbol, status: 'TRADING', baseAsset: symbol.slice(0, 3), quoteAsset: 'USDT' },
  ...{ orderTypes: ['LIMIT', 'MARKET'], permissions: [] },
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000.00', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: stepSize, maxQty: '9000.0', stepSize },
    { filterType: 'NOTIONAL', minNotional: '5.0', maxNotional: '9000000.0' },
  ],
});

const listing = (...symbols: object[]) => {
  at.exchange.script = ({ what }) => {
    if (what === INFO) return json({ symbols });
    return what === POST ? json(filledAnswer) : undefined;
  };
};

test('a coarser step is in force for what is sized and for what is sent', async () => {
  await at.venue.connect();
  listing(listed('BTCUSDT', '0.01'));
  const instrument = (await at.venue.instruments()).get('BTC/USDT');
  expect(instrument?.stepSize.toFixed()).toBe('0.01');
  expect((await at.venue.place({ ...entry, quantity: '0.505' })).kind).toBe('not-sent');
  expect((await at.venue.place(entry)).kind).toBe('accepted');
});

test('a pair that is gone is not traded any more, and its exit is still the venue’s to refuse', async () => {
  await at.venue.connect();
  listing(listed('ETHUSDT', '0.01'));
  const instruments = await at.venue.instruments();
  expect(instruments.get('BTC/USDT')?.active).toBe(false);
  expect(instruments.get('ETH/USDT')?.active).toBe(true);
  at.exchange.script = ({ what }) =>
    what === POST ? json({ code: -1121, msg: 'Invalid symbol.' }, 400) : undefined;
  const outcome = await at.venue.place({ ...entry, side: 'sell', purpose: 'exit' });
  expect(outcome).toMatchObject({ kind: 'rejected', code: '-1121' });
  listing(listed('BTCUSDT', '0.01'));
  expect((await at.venue.instruments()).get('BTC/USDT')?.active).toBe(true);
});

test('a list that cannot be had, or is empty, changes nothing', async () => {
  await at.venue.connect();
  for (const answer of [json({ symbols: [] }), json({}, 503)]) {
    at.exchange.script = ({ what }) => (what === INFO ? answer : json(filledAnswer));
    await expect(at.venue.instruments()).rejects.toMatchObject({ retryable: true });
    expect((await at.venue.place(entry)).kind).toBe('accepted');
  }
});

test.each([
  [-1013, 1],
  [-1111, 1],
  [-2010, 0],
])('a refusal %i puts the rules in doubt %i times', async (code, times) => {
  at.exchange.script = ({ what }) => (what === POST ? json({ code, msg: 'no' }, 400) : undefined);
  await at.venue.connect();
  await at.venue.place(entry);
  const doubts = at.news.filter(({ type }) => type === 'rules.doubted');
  expect(doubts).toEqual(Array(times).fill({ type: 'rules.doubted', pair: 'BTC/USDT' }));
});
