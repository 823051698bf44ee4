// What a plan does to requests and to the exchange: seen from outside, over real sockets, each by what a
// client gets and by what the account knows afterwards.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { FaultRule, FaultTiming, RequestFault } from '../../src/sandbox/fault-plan.ts';
import { Client, signatureOf } from '../support/sandbox/client.ts';
import { Listener } from '../support/sandbox/listener.ts';
import { keys, patience, Stand, type Way } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
afterEach(() => stand.close());

async function open(rules: readonly FaultRule[], way?: Way): Promise<void> {
  stand = await Stand.open({ faults: { seed: 5, rules } }, way);
  client = new Client(stand);
}

const placing = 'POST /api/v3/order';
const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
const limit = { ...order, type: 'LIMIT', timeInForce: 'GTC', price: '50000' };

const onOrders = (fault: RequestFault, when: FaultTiming = { times: 1 }): FaultRule => ({
  ...{ on: placing, when, do: fault },
});

/** What somebody who places an order gets, its body as text; or that nothing whole came, and why. */
async function got(parameters = order, patienceMs = 300) {
  const query = new URLSearchParams({ ...parameters, timestamp: String(Date.now()) }).toString();
  const address = `http://127.0.0.1:${stand.port}/api/v3/order?${query}&signature=${signatureOf(query)}`;
  try {
    const response = await fetch(address, {
      ...{ method: 'POST', headers: { 'x-mbx-apikey': keys.key } },
      signal: AbortSignal.timeout(patienceMs),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch (error) {
    return { failure: error instanceof Error ? `${error.name} ${String(error.cause)}` : 'none' };
  }
}

const orders = async (): Promise<number> => (await client.orders()).length;

describe.each([true, false])('a request that is carried out: %s', (carriedOut) => {
  const kept = carriedOut ? 1 : 0;

  test.each([
    ['drop', /other side closed|ECONNRESET/],
    ['reset', /ECONNRESET|other side closed/],
    ['hang', /TimeoutError/],
    ['cut', /terminated|other side closed|TypeError/],
  ] as const)('%s: no whole answer comes', async (kind, words) => {
    await open([onOrders({ kind, carriedOut })]);
    expect(await got()).toEqual({ failure: expect.stringMatching(words) });
    expect(await orders()).toBe(kept);
    const told = carriedOut ? 'carried out' : 'not carried out';
    expect(stand.lines).toEqual([`fault: ${placing}: ${kind}, ${told}`]);
    // Once: the next one is served.
    expect(await got()).toMatchObject({ status: 200 });
  });

  test('truncated: the answer is whole as HTTP, and half as JSON', async () => {
    await open([onOrders({ kind: 'truncated', carriedOut })]);
    const answer = await got();
    expect(answer).toMatchObject({ status: 200, body: expect.stringMatching(/^\{"symbol":"BTC/) });
    expect(() => JSON.parse(answer.body ?? '')).toThrow();
    expect(await orders()).toBe(kept);
  });

  test('answered with anything', async () => {
    const headers = { 'retry-after': '7' };
    await open([
      onOrders({ kind: 'answer', carriedOut, status: 418, body: '<html>', headers }),
      onOrders({ kind: 'answer', carriedOut, status: 200 }, { from: 2, times: 1 }),
    ]);
    const banned = await got();
    expect(banned).toMatchObject({ status: 418, body: '<html>' });
    expect(banned.headers?.get('retry-after')).toBe('7');
    expect(banned.headers?.get('content-type')).toBe('text/html');
    expect(await got()).toMatchObject({ status: 200, body: '' });
    expect(await orders()).toBe(2 * kept);
  });
});

test('a delayed answer is that of an order that stands at once', async () => {
  await open([onOrders({ kind: 'delay', ms: 200 })]);
  const answer = got();
  await vi.waitUntil(orders, { timeout: 150, interval: 10 });
  expect(await answer).toMatchObject({ status: 200 });
});

test('a late request is carried out after its sender has gone, its time having been checked', async () => {
  await open([onOrders({ kind: 'late', ms: 200 })]);
  expect(await got({ ...order, ...{ recvWindow: '50' } }, 60)).toHaveProperty('failure');
  expect(await orders()).toBe(0);
  await vi.waitUntil(orders, patience);
});

describe('turns', () => {
  const refused: RequestFault = { kind: 'answer', carriedOut: false, status: 503 };
  const statuses = async (count: number): Promise<readonly unknown[]> => {
    const seen: unknown[] = [];
    for (let turn = 0; turn < count; turn += 1) seen.push((await got()).status);
    return seen;
  };

  test('a rule takes as many as it may, from where it begins; the others are served', async () => {
    await open([onOrders(refused, { from: 2, times: 2 })]);
    expect(await statuses(5)).toEqual([200, 503, 503, 200, 200]);
  });

  test('every rule counts every turn, and the first that may takes it', async () => {
    const busy: RequestFault = { ...refused, status: 429 };
    await open([onOrders(refused, { times: 1 }), onOrders(busy, { from: 1, times: 2 })]);
    expect(await statuses(4)).toEqual([503, 429, 429, 200]);
  });

  test('a rule is awake for its time', async () => {
    await open([onOrders(refused, { afterMs: 150, forMs: 200 })]);
    expect(await statuses(1)).toEqual([200]);
    await vi.waitUntil(async () => (await got()).status === 503, patience);
    await vi.waitUntil(async () => (await got()).status === 200, patience);
  });

  test('chance is the seed’s: the same turns decide alike', async () => {
    const seen: unknown[] = [];
    for (const _ of ['once', 'again']) {
      await open([onOrders(refused, { probability: 0.5 })]);
      seen.push(await statuses(12));
      await stand.close();
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(new Set(seen[0] as readonly unknown[])).toEqual(new Set([200, 503]));
  });

  test('a rule can be about many requests', async () => {
    await open([{ on: 'GET /api/v3/*', when: {}, do: { ...refused, body: '{}' } }]);
    expect((await client.send('GET /api/v3/time', '')).status).toBe(503);
    expect((await client.signed('GET /api/v3/account')).status).toBe(503);
    expect((await client.signed('GET /sapi/v1/account/apiRestrictions')).status).toBe(200);
    expect((await client.signed(placing, order)).status).toBe(200);
  });
});

describe('the exchange', () => {
  const info = z.object({
    symbols: z.tuple([
      z.object({ status: z.string(), filters: z.array(z.record(z.string(), z.unknown())) }),
    ]),
  });
  const symbol = async () =>
    info.parse((await client.send('GET /api/v3/exchangeInfo', '')).body).symbols[0];

  test('halts a symbol and lets it go on', async () => {
    const when = { afterMs: 100, forMs: 300 };
    await open([
      { on: 'exchange', when, do: { kind: 'halt', symbol: 'BTCUSDT', status: 'BREAK' } },
    ]);
    const { orderId } = await client.place(limit);
    await vi.waitUntil(async () => (await symbol()).status === 'BREAK', patience);
    expect(await client.refusal(placing, order)).toEqual({
      ...{ code: -1013, msg: 'Market is closed.' },
    });
    // Who wants out of the book may go.
    expect((await client.cancel(orderId)).status).toBe('CANCELED');
    await vi.waitUntil(async () => (await symbol()).status === 'TRADING', patience);
    expect((await client.place(order)).status).toBe('FILLED');
    expect(stand.lines).toEqual([
      'fault: BTCUSDT is halted, BREAK',
      'fault: BTCUSDT is traded again',
    ]);
  });

  test('fills nothing while a symbol is halted', async () => {
    await open(
      [{ on: 'exchange', when: {}, do: { kind: 'halt', symbol: 'BTCUSDT', status: 'HALT' } }],
      { high: 60_000, low: 49_000, close: 60_000 },
    );
    await vi.waitUntil(() => stand.lines.length > 0, patience);
    await stand.reopen({ faults: { seed: 5, rules: [] } });
    const { orderId } = await client.place(limit);
    await stand.reopen();
    await vi.waitUntil(() => stand.lines.length > 1, patience);
    await stand.play();
    expect((await client.order(orderId)).status).toBe('NEW');
  });

  test('changes its filters, and holds orders to them', async () => {
    const filters = { tickSize: '0.5', stepSize: '0.001', notionalMin: '100' };
    await open([
      { on: 'exchange', when: {}, do: { kind: 'filters', symbol: 'BTCUSDT', ...filters } },
    ]);
    await vi.waitUntil(() => stand.lines.length > 0, patience);
    expect((await symbol()).filters).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ filterType: 'PRICE_FILTER', tickSize: '0.50000000' }),
        expect.objectContaining({ filterType: 'LOT_SIZE', stepSize: '0.00100000' }),
        expect.objectContaining({ filterType: 'NOTIONAL', minNotional: '100.00000000' }),
      ]),
    );
    const words = async (change: object) =>
      (await client.refusal(placing, { ...limit, ...change })).msg;
    expect(await words({ price: '50000.01' })).toBe('Filter failure: PRICE_FILTER');
    expect(await words({ quantity: '0.0105' })).toBe('Filter failure: LOT_SIZE');
    expect(await words({ quantity: '0.001' })).toBe('Filter failure: NOTIONAL');
    expect((await client.place(limit)).status).toBe('NEW');
  });

  test('lets somebody trade on the same account, under an id of their own', async () => {
    const trade = { kind: 'trade', symbol: 'BTCUSDT', side: 'SELL', quantity: '0.3' } as const;
    await open([{ on: 'exchange', when: { afterMs: 100 }, do: trade }]);
    const listener = await Listener.toAccount(stand.port);
    await vi.waitUntil(orders, patience);
    const [foreign] = await client.orders();
    expect(foreign).toMatchObject({
      ...{ side: 'SELL', status: 'FILLED', executedQty: '0.30000000' },
      clientOrderId: expect.stringMatching(/^web_/),
    });
    expect((await client.holding('BTC')).free).toBe('9.70000000');
    await listener.first(({ event }) => Object(event).x === 'TRADE');
    listener.close();
  });

  test('goes on where a plan asks for what cannot be', async () => {
    await open([
      { on: 'exchange', when: {}, do: { kind: 'halt', symbol: 'NOPE', status: 'HALT' } },
    ]);
    await vi.waitUntil(() => stand.lines.length > 0, patience);
    expect(stand.lines).toEqual(['fault: could not be done: Invalid symbol.']);
    expect((await client.place(order)).status).toBe('FILLED');
  });
});

describe('an order in pieces', () => {
  const inThree: FaultRule = { on: 'orders', when: {}, do: { kind: 'pieces', pieces: 3 } };

  test.each([
    ['of the market', { ...order, quantity: '0.03' }],
    ['that does not rest', { ...limit, timeInForce: 'IOC', price: '61000', quantity: '0.03' }],
  ])('%s gets one at once and one at each move, and is told of each', async (_, wanted) => {
    await open([inThree], { high: 60_010, low: 59_990, close: 60_000 });
    const placed = await client.place(wanted);
    expect(placed).toMatchObject({ status: 'PARTIALLY_FILLED', executedQty: '0.01000000' });
    expect((await client.openOrders()).length).toBe(1);
    // As it was left: a restart changes nothing of it.
    await stand.play();
    expect(await client.order(placed.orderId)).toMatchObject({
      ...{ status: 'FILLED', executedQty: '0.03000000' },
    });
    expect((await client.trades()).map(({ qty }) => qty)).toEqual(Array(3).fill('0.01000000'));
    expect((await client.holding('USDT')).locked).toBe('0.00000000');
    expect((await client.holding('BTC')).locked).toBe('0.00000000');
  });

  test('ends where its price has gone', async () => {
    await open([inThree], { high: 61_000, low: 60_000, close: 61_000 });
    const ioc = { ...limit, timeInForce: 'IOC', price: '60010', quantity: '0.03' };
    const { orderId } = await client.place(ioc);
    await stand.play();
    const { status, executedQty } = await client.order(orderId);
    expect(status).toBe('EXPIRED');
    expect(Number(executedQty)).toBeLessThan(0.03);
    expect((await client.holding('USDT')).locked).toBe('0.00000000');
  });

  test('ends where the money has gone', async () => {
    stand = await Stand.open(
      { faults: { seed: 5, rules: [inThree] }, balances: { USDT: '2000' } },
      { high: 60_010, low: 59_990, close: 60_000 },
    );
    client = new Client(stand);
    const { orderId } = await client.place({ ...order, quantity: '0.03' });
    await client.answer('POST /sandbox/v1/transfer', { asset: 'USDT', amount: '-1300' });
    await stand.play();
    expect((await client.order(orderId)).status).toBe('EXPIRED');
    expect(Number((await client.holding('USDT')).free)).toBeGreaterThanOrEqual(0);
  });
});
