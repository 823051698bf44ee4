// The account's own stream: who may listen, and what is told of an order, in which order.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Client } from '../support/sandbox/client.ts';
import { type Frame, Listener } from '../support/sandbox/listener.ts';
import { keys, patience, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
let listener: Listener;
beforeEach(async () => {
  stand = await Stand.open();
  client = new Client(stand);
  listener = await Listener.toAccount(stand.port);
});
afterEach(async () => {
  listener.close();
  await stand.close();
});

const isPosition = ({ e }: Frame): boolean => e === 'outboundAccountPosition';

/** All events up to the `count`th change of balances, each by its name or by what became of the order. */
async function story(count = 1): Promise<readonly Frame[]> {
  await expect.poll(() => listener.events().filter(isPosition).length, patience).toBe(count);
  return listener.events();
}
const named = (events: readonly Frame[]): readonly unknown[] => events.map(({ e, x }) => x ?? e);

const limit = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '50000' };

test('a market order is told as new, trade by trade, then what it did to the balances', async () => {
  const { orderId, fills } = await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.5' });
  const events = await story();
  const trades = events.filter(({ x }) => x === 'TRADE');
  expect(trades.length).toBeGreaterThan(1);
  expect(named(events)).toEqual(['NEW', ...trades.map(() => 'TRADE'), 'outboundAccountPosition']);
  expect(
    trades.map(({ L, l, n, N, t }) => ({
      ...{ price: L, qty: l, commission: n, commissionAsset: N, tradeId: t },
    })),
  ).toEqual(fills);
  const statuses = [...trades.slice(1).map(() => 'PARTIALLY_FILLED'), 'FILLED'];
  expect(trades.map(({ X }) => X)).toEqual(statuses);
  expect(trades.at(-1)).toMatchObject({ i: orderId, z: '0.50000000', w: false });
  const numbers = events.flatMap(({ I }) => (I === undefined ? [] : [Number(I)]));
  expect(new Set(numbers).size).toBe(trades.length + 1);
  const [usdt, btc] = [await client.holding('USDT'), await client.holding('BTC')];
  expect(events.at(-1)).toMatchObject({
    B: expect.arrayContaining([
      { a: 'USDT', f: usdt.free, l: usdt.locked },
      { a: 'BTC', f: btc.free, l: btc.locked },
    ]),
  });
});

test('what the book has not got is told to have expired', async () => {
  await client.place({ ...limit, timeInForce: 'IOC', quantity: '10', price: '60030' });
  const events = await story();
  const [first, ...rest] = named(events);
  expect(first).toBe('NEW');
  expect(rest.slice(-3)).toEqual(['TRADE', 'EXPIRED', 'outboundAccountPosition']);
});

test('a cancellation goes by its own name and tells the one of the order', async () => {
  const { orderId } = await client.place({ ...limit, newClientOrderId: 'mine' });
  const symbol = 'BTCUSDT';
  await client.answer('DELETE /api/v3/order', { symbol, orderId, newClientOrderId: 'off' });
  const events = await story(2);
  const position = 'outboundAccountPosition';
  expect(named(events)).toEqual(['NEW', position, 'CANCELED', position]);
  expect(events[0]).toMatchObject({ c: 'mine', C: '', X: 'NEW', w: true });
  expect(events[1]).toMatchObject({ B: [{ a: 'USDT', l: '500.00000000' }] });
  expect(events[2]).toMatchObject({ c: 'off', C: 'mine', X: 'CANCELED', w: false });
  expect(events[3]).toMatchObject({ B: [{ a: 'USDT', l: '0.00000000' }] });
});

test('a stop is told as new, again when its price has come, and then trade by trade', async () => {
  await stand.close();
  listener.close();
  stand = await Stand.open({}, { high: 60_000, low: 59_400, close: 60_000 });
  client = new Client(stand);
  const sale = { ...limit, side: 'SELL', type: 'STOP_LOSS_LIMIT', newClientOrderId: 'mine' };
  const { orderId } = await client.place({ ...sale, stopPrice: '59500', price: '59000' });
  expect(await client.holding('BTC')).toEqual({ free: '9.99000000', locked: '0.01000000' });
  await stand.reopen({ speed: 6 });
  listener = await Listener.toAccount(stand.port);
  await listener.first(({ event }) => Object(event).x === 'TRADE');
  const events = (await story()).filter(({ e }) => e === 'executionReport');
  expect(events.map(({ x, X, w }) => [x, X, w])).toEqual([
    ['NEW', 'NEW', true],
    ['TRADE', 'FILLED', false],
  ]);
  for (const event of events) {
    expect(event).toMatchObject({
      i: orderId,
      o: 'STOP_LOSS_LIMIT',
      P: '59500.00000000',
      c: 'mine',
    });
    expect(event['W']).toEqual(expect.any(Number));
  }
  expect(await client.holding('BTC')).toEqual({ free: '9.99000000', locked: '0.00000000' });
}, 15_000);

test('an order may be placed on the same socket', async () => {
  const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'MARKET', quantity: '0.01' };
  const answer = await listener.signed('order.place', order);
  expect(answer).toMatchObject({ status: 200, result: { status: 'FILLED', symbol: 'BTCUSDT' } });
  expect(named(await story())).toEqual(['NEW', 'TRADE', 'outboundAccountPosition']);
  const refused = await listener.signed('order.place', { ...order, quantity: '0.000001' });
  expect(refused).toMatchObject({
    ...{ status: 400, error: { code: -1013, msg: 'Filter failure: LOT_SIZE' } },
  });
});

test('money that came or went without a trade is told by its amount', async () => {
  const transfer = (amount: string) => ({ asset: 'USDT', amount });
  const request = 'POST /sandbox/v1/transfer';
  await client.answer(request, transfer('250.5'));
  await client.answer(request, transfer('-1000250.5'));
  expect((await client.refusal(request, transfer('-0.00000001'))).code).toBe(-2010);
  expect((await client.refusal(request, transfer('0.000000001'))).code).toBe(-1111);
  const events = await story(2);
  const position = 'outboundAccountPosition';
  expect(named(events)).toEqual(['balanceUpdate', position, 'balanceUpdate', position]);
  expect(events.filter(({ d }) => d !== undefined)).toMatchObject([
    { a: 'USDT', d: '250.50000000' },
    { a: 'USDT', d: '-1000250.50000000' },
  ]);
  expect(events.at(-1)).toMatchObject({ B: [{ a: 'USDT', f: '0.00000000' }] });
});

test('everyone who listens hears everything, once', async () => {
  const other = await Listener.toAccount(stand.port);
  await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.01' });
  const events = await story();
  await expect.poll(() => other.events(), patience).toEqual(events);
  other.close();
});

test('a subscription is one a socket, and by signature alone', async () => {
  const method = 'userDataStream.subscribe.signature';
  expect(await listener.signed(method)).toMatchObject({ status: 400, error: { code: -2035 } });
  const stranger = await Listener.open(stand.port, '/ws-api/v3');
  const claim = { apiKey: keys.key, timestamp: Date.now() };
  const forged = { ...claim, signature: '0'.repeat(64) };
  expect(await stranger.ask(method, forged)).toMatchObject({ error: { code: -1022 } });
  expect(await stranger.ask(method, claim)).toMatchObject({ error: { code: -1102 } });
  expect(await stranger.ask(method, {})).toMatchObject({ status: 401, error: { code: -2014 } });
  const old = await stranger.signed(method, { timestamp: String(Date.now() - 60_000) });
  expect(old).toMatchObject({ error: { code: -1021 } });
  const given = await listener.ask('userDataStream.unsubscribe', {});
  expect(given).toMatchObject({ status: 200, result: {} });
  await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.01' });
  const again = await listener.ask('userDataStream.unsubscribe', {});
  expect(again).toMatchObject({ error: { code: -2036 } });
  expect([...listener.events(), ...stranger.events()]).toEqual([]);
  stranger.close();
});

test('what is no request is refused, and the socket lives on', async () => {
  listener.send('{');
  const words = await listener.first(({ id }) => id === null);
  expect(words).toMatchObject({ status: 400, error: { code: -1135 } });
  expect(await listener.ask('order.sing', {})).toMatchObject({ error: { code: -1000 } });
  expect(await listener.ask('ping', {})).toMatchObject({ status: 200, result: {} });
});
