// Two orders of which one cancels the other: one lock for both, the first that acts ends the other, and
// what is cancelled is cancelled whole; told alike by REST, by the stream and after a restart.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { order as orderShape } from '../support/sandbox/answer.ts';
import { Client, type Parameters } from '../support/sandbox/client.ts';
import { type Frame, Listener } from '../support/sandbox/listener.ts';
import { patience, Stand, type Way } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
afterEach(() => stand.close());

async function open(way?: Way): Promise<void> {
  stand = await Stand.open({}, way);
  client = new Client(stand);
}

const symbol = 'BTCUSDT';
/** Sells at 60,500 or, once the market is at 59,500, at 59,400. */
const sale: Parameters = {
  ...{ symbol, side: 'SELL', quantity: '0.02', listClientOrderId: 'both' },
  ...{ aboveType: 'LIMIT_MAKER', abovePrice: '60500', aboveClientOrderId: 'gain' },
  ...{ belowType: 'STOP_LOSS_LIMIT', belowStopPrice: '59500', belowPrice: '59400' },
  ...{ belowTimeInForce: 'GTC', belowClientOrderId: 'stop' },
};
const purchase: Parameters = {
  ...{ symbol, side: 'BUY', quantity: '0.02' },
  ...{ aboveType: 'STOP_LOSS_LIMIT', aboveStopPrice: '60500', abovePrice: '60700' },
  ...{ aboveTimeInForce: 'GTC', belowType: 'LIMIT_MAKER', belowPrice: '59500' },
};
const placing = 'POST /api/v3/orderList/oco';

const leg = z.object({ symbol: z.string(), orderId: z.number(), clientOrderId: z.string() });
const list = z.object({
  orderListId: z.number(),
  ...{ contingencyType: z.literal('OCO'), listStatusType: z.string() },
  ...{ listOrderStatus: z.string(), listClientOrderId: z.string(), symbol: z.string() },
  orders: z.array(leg),
});
const reported = list.extend({
  orderReports: z.array(orderShape),
});

const place = async (parameters: Parameters) =>
  reported.parse(await client.answer(placing, parameters));
const listed = async (by: Parameters) =>
  list.parse(await client.answer('GET /api/v3/orderList', by));
const openLists = async () => z.array(list).parse(await client.answer('GET /api/v3/openOrderList'));
const statuses = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await client.orders()).map((one) => [one.clientOrderId, one.status]));

test('both are on the book at once and lock what one of them needs', async () => {
  await open();
  const { orders, orderReports, ...placed } = await place(sale);
  expect(placed).toEqual({
    ...{ orderListId: 0, contingencyType: 'OCO', listStatusType: 'EXEC_STARTED' },
    ...{ listOrderStatus: 'EXECUTING', listClientOrderId: 'both', symbol },
  });
  // As Binance numbers them: the one that waits for a price first.
  expect(orders.map(({ clientOrderId }) => clientOrderId)).toEqual(['stop', 'gain']);
  expect(orderReports.map(({ type, status, orderListId }) => [type, status, orderListId])).toEqual([
    ['STOP_LOSS_LIMIT', 'NEW', 0],
    ['LIMIT_MAKER', 'NEW', 0],
  ]);
  expect(await client.holding('BTC')).toEqual({ free: '9.98000000', locked: '0.02000000' });
  expect(await listed({ orderListId: 0 })).toEqual(await listed({ origClientOrderId: 'both' }));
  expect((await openLists()).map(({ orderListId }) => orderListId)).toEqual([0]);
  const [single] = await client.openOrders();
  expect(single).toMatchObject({ clientOrderId: 'stop' });
});

test('a purchase locks what the dearer one costs', async () => {
  await open();
  await place(purchase);
  expect((await client.holding('USDT')).locked).toBe('1214.00000000');
});

describe('when the market moves', () => {
  test.each([
    ['gain', { high: 61_000, low: 60_000, close: 60_000 }, '60500.00000000'],
    ['stop', { high: 60_000, low: 59_000, close: 60_000 }, undefined],
  ] as const)('the %s is filled and the other expires', async (winner, way, price) => {
    await open(way);
    await place(sale);
    await stand.play();
    const loser = winner === 'gain' ? 'stop' : 'gain';
    expect(await statuses()).toEqual({ [winner]: 'FILLED', [loser]: 'EXPIRED' });
    expect(await client.holding('BTC')).toEqual({ free: '9.98000000', locked: '0.00000000' });
    const [trade, ...others] = await client.trades();
    expect(others).toEqual([]);
    expect(trade).toMatchObject({ qty: '0.02000000', ...(price === undefined ? {} : { price }) });
    expect(await listed({ orderListId: 0 })).toMatchObject({ listOrderStatus: 'ALL_DONE' });
    expect(await openLists()).toEqual([]);
  });

  test('a part of one ends the other, and locks what is left of it', async () => {
    // Touches the price once: one level's worth is filled.
    await open({ high: 60_500, low: 60_000, close: 60_000 });
    await place({ ...sale, quantity: '5' });
    await stand.play();
    const byId = Object.fromEntries((await client.orders()).map((one) => [one.clientOrderId, one]));
    expect(byId['stop']?.status).toBe('EXPIRED');
    expect(byId['gain']?.status).toBe('PARTIALLY_FILLED');
    const left = (5 - Number(byId['gain']?.executedQty)).toFixed(8);
    expect((await client.holding('BTC')).locked).toBe(left);
    expect(await listed({ orderListId: 0 })).toMatchObject({ listOrderStatus: 'EXECUTING' });
    // What is left goes by either name.
    const about = { symbol, listClientOrderId: 'both' };
    await client.answer('DELETE /api/v3/orderList', about);
    expect((await client.holding('BTC')).locked).toBe('0.00000000');
  });

  test('a purchase that is triggered frees what it does not cost', async () => {
    await open({ high: 61_000, low: 60_000, close: 60_000 });
    await place(purchase);
    await stand.play();
    expect((await client.holding('USDT')).locked).toBe('0.00000000');
    expect(Object.values(await statuses()).sort()).toEqual(['EXPIRED', 'FILLED']);
  });
});

describe('cancelled', () => {
  test.each([
    ['the list by its number', 'DELETE /api/v3/orderList', { symbol, orderListId: 0 }],
    ['the list by its name', 'DELETE /api/v3/orderList', { symbol, listClientOrderId: 'both' }],
    ['one of its orders', 'DELETE /api/v3/order', { symbol, origClientOrderId: 'gain' }],
  ] as const)('as %s: all of it', async (_, request, about) => {
    await open();
    await place(sale);
    const answer = reported.parse(
      await client.answer(request, { ...about, newClientOrderId: 'off' }),
    );
    expect(answer).toMatchObject({ orderListId: 0, listStatusType: 'ALL_DONE' });
    expect(answer.orderReports.map(({ clientOrderId, status }) => [clientOrderId, status])).toEqual(
      [
        ['off', 'CANCELED'],
        ['off', 'CANCELED'],
      ],
    );
    expect(await client.holding('BTC')).toEqual({ free: '10.00000000', locked: '0.00000000' });
    const again = await client.refusal('DELETE /api/v3/orderList', { symbol, orderListId: 0 });
    expect(again).toEqual({ code: -2011, msg: 'Unknown order sent.' });
  });

  test('with everything else of the symbol, each once', async () => {
    await open();
    await place(sale);
    await client.place({
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      ...{ quantity: '1', price: '70000' },
    });
    const answer = z
      .array(z.unknown())
      .parse(await client.answer('DELETE /api/v3/openOrders', { symbol }));
    expect(answer).toHaveLength(2);
    expect(await client.openOrders()).toEqual([]);
    expect((await client.holding('BTC')).locked).toBe('0.00000000');
  });
});

test('the stream tells both orders and the list, at its beginning and at its end', async () => {
  await open();
  const listener = await Listener.toAccount(stand.port);
  await place(sale);
  await client.answer('DELETE /api/v3/orderList', { symbol, orderListId: 0 });
  const isList = ({ e }: Frame): boolean => e === 'listStatus';
  await vi.waitUntil(() => listener.events().filter(isList).length === 2, patience);
  const events = listener.events();
  listener.close();
  expect(events.filter(({ e }) => e === 'executionReport').map(({ x, g }) => [x, g])).toEqual([
    ['NEW', 0],
    ['NEW', 0],
    ['CANCELED', 0],
    ['CANCELED', 0],
  ]);
  const orders = [
    { s: symbol, i: 1, c: 'stop' },
    { s: symbol, i: 2, c: 'gain' },
  ];
  expect(events.filter(isList)).toMatchObject([
    { g: 0, c: 'OCO', l: 'EXEC_STARTED', L: 'EXECUTING', C: 'both', O: orders },
    { g: 0, c: 'OCO', l: 'ALL_DONE', L: 'ALL_DONE', C: 'both', O: orders },
  ]);
});

test('a list outlives a restart, and numbers go on', async () => {
  await open({ high: 61_000, low: 60_000, close: 60_000 });
  await place(sale);
  const before = [await listed({ orderListId: 0 }), await client.openOrders()];
  await stand.reopen();
  await stand.reopen();
  expect([await listed({ orderListId: 0 }), await client.openOrders()]).toEqual(before);
  const {
    listClientOrderId: _,
    aboveClientOrderId: __,
    belowClientOrderId: ___,
    ...nameless
  } = sale;
  expect((await place(nameless)).orderListId).toBe(1);
  await stand.play();
  expect(await statuses()).toMatchObject({ gain: 'FILLED', stop: 'EXPIRED' });
});

const wrong: readonly [string, Parameters, number, RegExp][] = [
  ['a market order', { aboveType: 'MARKET' }, -1158, /not supported in OCO/],
  [
    'a stop that sells at the market',
    { belowType: 'STOP_LOSS' },
    -2010,
    /Stop loss orders are not/,
  ],
  ['no type', { aboveType: '' }, -1102, /'aboveType' was not sent/],
  ['a gain below the market', { abovePrice: '59900' }, -2010, /relationship of the prices/],
  ['a stop above the market', { belowStopPrice: '60100' }, -2010, /relationship of the prices/],
  ['what is not read', { abovePegPriceType: 'PRIMARY_PEG' }, -1104, /Not all sent parameters/],
  ['one name for both', { belowClientOrderId: 'gain' }, -2010, /Duplicate order sent/],
  ['more than there is', { quantity: '11' }, -2010, /insufficient balance/],
  ['a price between two ticks', { belowPrice: '59400.001' }, -1013, /PRICE_FILTER/],
];

test.each(wrong)('%s: refused, and nothing is left of it', async (_, change, code, words) => {
  await open();
  expect(await client.refusal(placing, { ...sale, ...change })).toEqual({
    ...{ code, msg: expect.stringMatching(words) },
  });
  expect(await client.openOrders()).toEqual([]);
  expect((await client.holding('BTC')).locked).toBe('0.00000000');
});

test.each([
  ['SELL', 'STOP_LOSS_LIMIT', 'LIMIT_MAKER', -1197],
  ['BUY', 'LIMIT_MAKER', 'STOP_LOSS_LIMIT', -1196],
  ['SELL', 'LIMIT_MAKER', 'TAKE_PROFIT_LIMIT', -1199],
  ['BUY', 'LIMIT_MAKER', 'TAKE_PROFIT_LIMIT', -1165],
  ['SELL', 'LIMIT_MAKER', 'LIMIT_MAKER', -1168],
] as const)('%s, %s above, %s below: refused with %i', async (side, aboveType, belowType, code) => {
  await open();
  const waits = (type: string, which: string, price: string): Parameters =>
    type === 'LIMIT_MAKER'
      ? { [`${which}Type`]: type, [`${which}Price`]: price }
      : {
          ...{ [`${which}Type`]: type, [`${which}Price`]: price },
          ...{ [`${which}StopPrice`]: price, [`${which}TimeInForce`]: 'GTC' },
        };
  const pair = {
    ...{ symbol, side, quantity: '0.02' },
    ...waits(aboveType, 'above', '60500'),
    ...waits(belowType, 'below', '59500'),
  };
  expect((await client.refusal(placing, pair)).code).toBe(code);
});

test('a pair counts as two orders and as one of the five stops', async () => {
  await open();
  const {
    listClientOrderId: _,
    aboveClientOrderId: __,
    belowClientOrderId: ___,
    ...nameless
  } = sale;
  for (let count = 0; count < 5; count += 1) await place({ ...nameless, quantity: '0.001' });
  expect(await client.refusal(placing, nameless)).toEqual({
    ...{ code: -1013, msg: 'Filter failure: MAX_NUM_ALGO_ORDERS' },
  });
  expect(await client.openOrders()).toHaveLength(10);
});
