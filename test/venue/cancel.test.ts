// A cancel proves that an order is gone only when the venue says so of that order by its own id.
import { describe, expect, test } from 'vitest';
import { type Answer, json } from '../support/scripted-exchange.ts';
import { eachWithVenue, entry } from './bench.ts';

const at = eachWithVenue();
const DELETE = 'DELETE /api/v3/order';

const canceledAnswer = {
  symbol: 'BTCUSDT',
  origClientOrderId: entry.clientOrderId,
  orderId: 28,
  orderListId: -1,
  clientOrderId: 'cancel-of-28',
  transactTime: 1_700_000_000_000,
  price: '89100.09',
  origQty: '0.50000000',
  executedQty: '0.00000000',
  cummulativeQuoteQty: '0.00000000',
  status: 'CANCELED',
  timeInForce: 'GTC',
  type: 'STOP_LOSS_LIMIT',
  side: 'SELL',
};

const answering = (answer: Answer) => {
  at.exchange.script = ({ what }) => (what === DELETE ? answer : undefined);
};

test('names the order by our id and is believed on the order’s own, not on the request’s', async () => {
  answering(json(canceledAnswer));
  await at.venue.connect();
  expect(await at.venue.cancel(entry)).toEqual({
    kind: 'canceled',
    report: {
      clientOrderId: entry.clientOrderId,
      venueOrderId: '28',
      pair: 'BTC/USDT',
      state: 'canceled',
      filled: '0',
      at: 1_700_000_000_000,
    },
  });
  const [sent] = at.exchange.asked.filter(({ what }) => what === DELETE);
  expect(Object.fromEntries(sent?.parameters ?? [])).toMatchObject({
    symbol: 'BTCUSDT',
    origClientOrderId: entry.clientOrderId,
  });
});

describe('proves nothing:', () => {
  test.each<[string, Answer]>([
    ['no such order', json({ code: -2011, msg: 'Unknown order sent.' }, 400)],
    ['another order', json({ ...canceledAnswer, origClientOrderId: 'other' })],
    ['no id', json({ ...canceledAnswer, origClientOrderId: undefined })],
    [
      'only the request’s id',
      json({ ...canceledAnswer, origClientOrderId: 'x', clientOrderId: entry.clientOrderId }),
    ],
    ['filled', json({ ...canceledAnswer, status: 'FILLED' })],
    ['on its way', json({ ...canceledAnswer, status: 'PENDING_CANCEL' })],
    ['another pair', json({ ...canceledAnswer, symbol: 'ETHUSDT' })],
    ['no quantity', json({ ...canceledAnswer, executedQty: 'NaN' })],
    ['an empty answer', json({})],
    ['a failure of the server', json({ code: -1007, msg: 'Timeout waiting' }, 503)],
    ['too fast', json({ code: -1003, msg: 'Slow' }, 429)],
    ['a cut line', 'reset'],
    ['half of an answer', 'half'],
  ])('%s', async (_, answer) => {
    answering(answer);
    await at.venue.connect();
    expect(await at.venue.cancel(entry)).toEqual({ kind: 'unknown', reason: expect.any(String) });
    // Not asked again behind the caller's back.
    expect(at.exchange.asked.filter(({ what }) => what === DELETE)).toHaveLength(1);
  });

  test('a venue that is not connected, a pair it does not trade', async () => {
    expect((await at.venue.cancel(entry)).kind).toBe('unknown');
    await at.venue.connect();
    expect((await at.venue.cancel({ ...entry, pair: 'NOPE/USDT' })).kind).toBe('unknown');
  });
});

describe('an order that was filled in part', () => {
  const part = { ...canceledAnswer, executedQty: '0.20000000' };
  const order = { ...part, clientOrderId: entry.clientOrderId, updateTime: part.transactTime };
  const trade = {
    ...{ symbol: 'BTCUSDT', id: 56, orderId: 28, price: '89500.00000000', qty: '0.20000000' },
    ...{ commission: '17.90000000', commissionAsset: 'USDT', time: 1_700_000_000_000 },
    ...{ isBuyer: false, isMaker: false },
  };

  test('tells its fills before it is said to be cancelled', async () => {
    at.exchange.script = ({ what }) => {
      if (what === DELETE) return json(part);
      if (what === 'GET /api/v3/order') return json(order);
      return what === 'GET /api/v3/myTrades' ? json([trade]) : undefined;
    };
    await at.venue.connect();
    const outcome = await at.venue.cancel(entry);
    expect(outcome).toMatchObject({ kind: 'canceled', report: { filled: '0.2' } });
    expect(at.news).toContainEqual({
      type: 'fill.reported',
      fill: expect.objectContaining({ tradeId: '56', quantity: '0.2', side: 'sell' }),
    });
  });

  test.each<[string, Answer]>([
    ['knows of no fill yet', json({ ...order, status: 'NEW', executedQty: '0.00000000' })],
    ['knows of no order yet', json({ code: -2013, msg: 'Order does not exist.' }, 400)],
  ])('is unknown while the look-up lags behind and %s', async (_, lagging) => {
    at.exchange.script = ({ what }) => {
      if (what === DELETE) return json(part);
      return what === 'GET /api/v3/order' ? lagging : undefined;
    };
    await at.venue.connect();
    expect(await at.venue.cancel(entry)).toMatchObject({ kind: 'unknown' });
  });

  test('is unknown while its fills cannot be had', async () => {
    answering(json(part));
    await at.venue.connect();
    expect(await at.venue.cancel(entry)).toMatchObject({ kind: 'unknown' });
  });
});
