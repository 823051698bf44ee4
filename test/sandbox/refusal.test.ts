// Orders and requests the sandbox does not take: each refused with the code and the words Binance has
// for it, so that a client's table of errors is tried as it will be used.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../support/sandbox/answer.ts';
import { Client, type Parameters, queryOf, signatureOf } from '../support/sandbox/client.ts';
import { keys, Stand, standing } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
beforeAll(async () => {
  stand = await Stand.open();
  client = new Client(stand);
});
afterAll(() => stand.close());

const market = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
const limit = { ...market, type: 'LIMIT', timeInForce: 'GTC', price: '50000' };
const stop = { ...limit, type: 'STOP_LOSS_LIMIT', price: '70000', stopPrice: '65000' };

const { timeInForce: _, ...timeless } = limit;

const filters: readonly [string, Parameters, string][] = [
  ['a price between two ticks', { ...limit, price: '50000.001' }, 'PRICE_FILTER'],
  ['a price above the highest', { ...limit, price: '1000000.01' }, 'PRICE_FILTER'],
  ['a price of nothing', { ...limit, price: '0' }, 'PRICE_FILTER'],
  ['a stop price between two ticks', { ...stop, stopPrice: '65000.001' }, 'PRICE_FILTER'],
  ['a quantity between two lots', { ...limit, quantity: '0.010001' }, 'LOT_SIZE'],
  ['a quantity below the least', { ...market, quantity: '0.000001' }, 'LOT_SIZE'],
  ['a quantity above the most', { ...limit, quantity: '9000000.1' }, 'LOT_SIZE'],
  ['more at once than a market order may', { ...market, quantity: '100001' }, 'MARKET_LOT_SIZE'],
  ['a limit order worth too little', { ...limit, quantity: '0.00009' }, 'NOTIONAL'],
  ['a limit order worth too much', { ...limit, quantity: '181' }, 'NOTIONAL'],
  ['a market order worth too little', { ...market, quantity: '0.00008' }, 'NOTIONAL'],
];

test.each(filters)('%s fails a filter', async (_name, parameters, name) => {
  expect(await client.refusal('POST /api/v3/order', parameters)).toEqual({
    code: -1013,
    msg: `Filter failure: ${name}`,
  });
});

test('the sixth stop order fails a filter', async () => {
  const placed: number[] = [];
  for (let count = 1; count <= 5; count += 1) {
    placed.push((await client.place({ ...stop, quantity: '0.001' })).orderId);
  }
  const refused = { code: -1013, msg: 'Filter failure: MAX_NUM_ALGO_ORDERS' };
  expect(await client.refusal('POST /api/v3/order', stop)).toEqual(refused);
  // The limit is for orders that wait for a price.
  expect((await client.place(market)).status).toBe('FILLED');
  for (const orderId of placed) await client.cancel(orderId);
});

const malformed: readonly [string, Parameters, number, RegExp][] = [
  ['a symbol that is not listed', { ...market, symbol: 'NOPE' }, -1121, /^Invalid symbol\.$/],
  ['no symbol', { ...market, symbol: '' }, -1102, /'symbol' was not sent/],
  ['no quantity', { ...limit, quantity: '' }, -1102, /'quantity' was not sent/],
  ['no price', { ...limit, price: '' }, -1102, /'price' was not sent/],
  ['no time in force', timeless, -1102, /'timeInForce' was not sent/],
  ['no side', { ...market, side: '' }, -1102, /'side' was not sent/],
  ['no stop price', { ...stop, stopPrice: '' }, -1102, /'stopPrice' was not sent/],
  ['nine decimals', { ...market, quantity: '0.010000001' }, -1111, /'quantity' has too much prec/],
  ['a number with an exponent', { ...market, quantity: '1e-2' }, -1100, /in parameter 'quantity'/],
  ['a negative number', { ...limit, price: '-1' }, -1100, /in parameter 'price'/],
  ['a strange client id', { ...market, newClientOrderId: 'a b' }, -1100, /'newClientOrderId'/],
  ['a parameter nobody reads', { ...market, colour: 'red' }, -1104, /read '6' .* was sent '7'/],
  ['a price on a market order', { ...market, price: '1' }, -1106, /'price' sent when not required/],
  ['an unknown time in force', { ...limit, timeInForce: 'GTX' }, -1115, /Invalid timeInForce/],
  ['an unknown type', { ...market, type: 'HOPE' }, -1116, /Invalid orderType/],
  ['an unknown side', { ...market, side: 'HOLD' }, -1117, /Invalid side/],
  ['both quantities', { ...market, quoteOrderQty: '100' }, -1128, /optional parameters invalid/],
  ['a receive window of minutes', { ...market, recvWindow: 60_001 }, -1131, /less than 60000/],
];

test.each(malformed)('%s is refused', async (_name, parameters, code, words) => {
  expect(await client.refusal('POST /api/v3/order', parameters)).toEqual({
    code,
    msg: expect.stringMatching(words),
  });
});

const impossible: readonly [string, Parameters, string][] = [
  ['more than the quote pays', { ...limit, quantity: '20.1' }, 'insufficient balance'],
  ['more than there is in base', { ...market, side: 'SELL', quantity: '10.1' }, 'insufficient'],
  [
    'a maker that would take',
    { ...timeless, type: 'LIMIT_MAKER', price: 61_000 },
    'match and take',
  ],
  ['a stop that is reached', { ...stop, stopPrice: standing }, 'would trigger immediately'],
];

test.each(impossible)('%s is refused', async (_name, parameters, words) => {
  expect(await client.refusal('POST /api/v3/order', parameters)).toEqual({
    code: -2010,
    msg: expect.stringContaining(words),
  });
});

test('a client id is taken while its order is open, and no longer', async () => {
  const named = { ...limit, newClientOrderId: 'twice' };
  const { orderId } = await client.place(named);
  expect(await client.refusal('POST /api/v3/order', named)).toEqual({
    code: -2010,
    msg: 'Duplicate order sent.',
  });
  await client.cancel(orderId);
  const again = await client.place(named);
  expect(again.orderId).toBeGreaterThan(orderId);
  await client.cancel(again.orderId);
});

test('an order that is not there can be neither asked for nor cancelled', async () => {
  const nobody = { symbol: 'BTCUSDT', origClientOrderId: 'nobody' };
  const { code: asked } = await client.refusal('GET /api/v3/order', nobody);
  const { code: cancelled } = await client.refusal('DELETE /api/v3/order', nobody);
  expect([asked, cancelled]).toEqual([-2013, -2011]);
  const { orderId } = await client.place(market);
  const done = { symbol: 'BTCUSDT', orderId };
  expect(await client.refusal('DELETE /api/v3/order', done)).toMatchObject({ code: -2011 });
});

describe('who asks, and when', () => {
  const request = 'GET /api/v3/account';
  const now = (shift: number): string => queryOf({ timestamp: Date.now() + shift });
  const valid = (query: string): string => `${query}&signature=${signatureOf(query)}`;
  const known = { 'x-mbx-apikey': keys.key };
  const unknown = { 'x-mbx-apikey': 'somebody' };

  const cases: readonly [string, () => string, Record<string, string>, number, number][] = [
    ['no key', () => valid(now(0)), {}, 401, -2014],
    ['another key', () => valid(now(0)), unknown, 401, -2015],
    ['no signature', () => now(0), known, 400, -1102],
    [
      'the signature of another request',
      () => `${now(0)}&signature=${signatureOf('')}`,
      known,
      400,
      -1022,
    ],
    ['no time', () => valid('recvWindow=5000'), known, 400, -1102],
    ['a request of long ago', () => valid(now(-5500)), known, 400, -1021],
    ['a request from the future', () => valid(now(1500)), known, 400, -1021],
  ];

  test.each(cases)('%s is refused', async (_name, query, headers, status, code) => {
    const answer = await client.send(request, query(), headers);
    expect(answer.status).toBe(status);
    expect(refusal.parse(answer.body).code).toBe(code);
  });

  test('late is not too late within the window that was asked for', async () => {
    const answer = await client.signed(request, {
      timestamp: Date.now() - 5500,
      recvWindow: 10_000,
    });
    expect(answer.status).toBe(200);
  });
});

test('after so many orders the next ones wait', async () => {
  const own = await Stand.open();
  const hasty = new Client(own);
  // Windows begin at whole ten seconds: two of them may be met.
  const orders = Array.from({ length: 201 }, () => hasty.signed('POST /api/v3/order', market));
  const refused = (await Promise.all(orders)).filter(({ status }) => status === 429);
  expect(refused.map(({ body }) => refusal.parse(body).code)).toContain(-1015);
  expect(refused[0]?.headers.get('retry-after')).toMatch(/^\d+$/);
  await own.close();
});
