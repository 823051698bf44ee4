// What goes over the wire and what comes back: once, exact, in time, and nothing while it is forbidden.
import { performance } from 'node:perf_hooks';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import { createClient, loadExchange } from '../../src/exchange/client.ts';
import { VenueFault } from '../../src/exchange/fault.ts';
import { createAsking } from '../../src/venue/asking.ts';
import { place } from '../../src/venue/placing.ts';
import { wired } from '../../src/venue/wired-client.ts';
import { json } from '../support/scripted-exchange.ts';
import { credentials, eachWithVenue, entry, filledAnswer, settingsFor } from './bench.ts';

const at = eachWithVenue();
const POST = 'POST /api/v3/order';
const posts = () => at.exchange.asked.filter(({ what }) => what === POST);

const caught = async (promise: Promise<unknown>): Promise<VenueFault> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof VenueFault)) throw new Error(`expected a fault, was ${String(error)}`);
  return error;
};

describe('an order on its way', () => {
  test('carries our id, its exact quantity and, on the market, no price', async () => {
    at.exchange.script = ({ what }) => (what === POST ? json(filledAnswer) : undefined);
    await at.venue.connect();
    await at.venue.place({ ...entry, quantity: '0.00012' });
    await at.venue.place({ ...entry, type: 'limit', limitPrice: '100100.1' });
    const [market, limit] = posts().map(({ parameters }) => Object.fromEntries(parameters));
    expect(market).toMatchObject({
      symbol: 'BTCUSDT',
      side: 'BUY',
      type: 'MARKET',
      quantity: '0.00012',
      newClientOrderId: entry.clientOrderId,
      newOrderRespType: 'FULL',
      recvWindow: '5000',
    });
    expect(market).not.toHaveProperty('price');
    expect(market).not.toHaveProperty('quoteOrderQty');
    expect(limit).toMatchObject({ type: 'LIMIT', timeInForce: 'IOC', price: '100100.1' });
  });

  test('that rests is a stop with a limit, good till cancelled, its prices exact', async () => {
    const resting = { ...filledAnswer, status: 'NEW', executedQty: '0.00000000', fills: [] };
    at.exchange.script = ({ what }) => (what === POST ? json(resting) : undefined);
    await at.venue.connect();
    const outcome = await at.venue.place({
      ...entry,
      ...{ side: 'sell', purpose: 'protection', type: 'stop-limit' },
      ...{ quantity: '0.00012', stopPrice: '90000.1', limitPrice: '89100.09' },
    });
    expect(outcome).toMatchObject({ kind: 'accepted', report: { state: 'open' }, fills: [] });
    const [sent] = posts().map(({ parameters }) => Object.fromEntries(parameters));
    expect(sent).toEqual({
      symbol: 'BTCUSDT',
      side: 'SELL',
      type: 'STOP_LOSS_LIMIT',
      timeInForce: 'GTC',
      quantity: '0.00012',
      stopPrice: '90000.1',
      price: '89100.09',
      newClientOrderId: entry.clientOrderId,
      newOrderRespType: 'FULL',
      recvWindow: '5000',
      timestamp: expect.any(String),
      signature: expect.any(String),
    });
  });

  test('is not rounded: what is not in whole steps is not sent', async () => {
    await at.venue.connect();
    const steps = [
      { ...entry, quantity: '0.000123' },
      { ...entry, type: 'limit', limitPrice: '100.001' },
      { ...entry, type: 'limit' },
      { ...entry, type: 'stop-limit', limitPrice: '100.01', stopPrice: '100.001' },
      { ...entry, type: 'stop-limit', limitPrice: '100.01' },
      { ...entry, type: 'stop-limit', stopPrice: '100.01' },
      { ...entry, pair: 'NOPE/USDT' },
    ] as const;
    for (const order of steps) expect((await at.venue.place(order)).kind).toBe('not-sent');
    expect(posts()).toEqual([]);
  });

  test('is not sent when nobody answers the telephone', async () => {
    await at.venue.connect();
    await at.exchange.close();
    // A line that was still open may have carried something; one that cannot be opened has not.
    await caught(at.venue.balances());
    expect((await at.venue.place(entry)).kind).toBe('not-sent');
  });

  test('is not sent by a venue that is not connected', async () => {
    expect((await at.venue.place(entry)).kind).toBe('not-sent');
    expect((await caught(at.venue.find(entry))).retryable).toBe(true);
  });

  test('is not sent twice at once', async () => {
    at.exchange.script = ({ what }) => (what === POST ? 'silence' : undefined);
    await at.venue.connect();
    const [first, second] = await Promise.all([at.venue.place(entry), at.venue.place(entry)]);
    expect([first.kind, second.kind]).toEqual(['unknown', 'not-sent']);
    expect(posts()).toHaveLength(1);
  });

  test('given up while it waits its turn is never sent', async () => {
    const time = {
      ...{ now: () => Date.now(), isInDoubt: () => false },
      ...{ doubt() {}, settled: async () => {} },
    };
    const silent = { onExecution() {}, onBalance() {}, onSubscribed() {} };
    const wire = wired(await loadExchange('binance'), silent, time);
    const client = await createClient(wire.type, settingsFor(at.exchange));
    await client.loadMarkets();
    const throttled = client.throttle.bind(client);
    let served = (): void => {};
    const turn = new Promise<void>((resolve) => {
      served = resolve;
    });
    client.throttle = async (cost: Parameters<typeof throttled>[0]) => {
      await turn;
      return throttled(cost);
    };
    const asking = createAsking(credentials, nodeTimers.after);
    const pairOf = (): string => 'BTC/USDT';
    const way = { client, wire, asking, pairOf, timers: nodeTimers, deadlineMs: 50 };
    expect((await place(entry, way)).kind).toBe('not-sent');
    served();
    await expect.poll(() => wire.passages.size).toBe(0);
    expect(posts()).toEqual([]);
    await client.close();
  });
});

describe('leave to send', () => {
  test('nothing is asked while the venue forbids it, and again afterwards', async () => {
    await at.venue.connect();
    at.exchange.script = ({ what }) =>
      what === POST
        ? { status: 429, body: '{"code":-1003,"msg":"Slow."}', headers: { 'Retry-After': '9' } }
        : json({ balances: [{ asset: 'BTC', free: '1.50000000', locked: '0.0' }] });
    expect((await at.venue.place(entry)).kind).toBe('rejected');
    const before = at.exchange.asked.length;
    expect((await caught(at.venue.balances())).retryable).toBe(true);
    expect((await at.venue.place(entry)).kind).toBe('not-sent');
    expect(at.exchange.asked).toHaveLength(before);
  });

  test('what can wait so long waits, and is asked afterwards', async () => {
    await at.venue.connect();
    at.exchange.script = ({ what }) =>
      what === POST
        ? { status: 429, body: '{"code":-1003,"msg":"Slow."}', headers: { 'Retry-After': '1' } }
        : json({ balances: [{ asset: 'BTC', free: '1.50000000', locked: '0.0' }] });
    expect((await at.venue.place(entry)).kind).toBe('rejected');
    const toldAt = performance.now();
    expect(await at.venue.balances()).toEqual(new Map([['BTC', { free: '1.5', locked: '0' }]]));
    expect(performance.now() - toldAt).toBeGreaterThan(950);
  });

  test.each([
    { enableWithdrawals: true, enableSpotAndMarginTrading: true },
    { enableWithdrawals: 'false', enableSpotAndMarginTrading: true },
    { enableSpotAndMarginTrading: true },
    { enableWithdrawals: false, enableSpotAndMarginTrading: false },
    {},
  ])('a key with the rights %j is refused', async (rights) => {
    at.exchange.script = ({ what }) =>
      what.includes('apiRestrictions') ? json(rights) : undefined;
    expect((await caught(at.venue.connect())).retryable).toBe(false);
    expect(at.exchange.listeners()).toBe(0);
  });

  test('a key the venue does not know is refused without being told', async () => {
    at.exchange.script = ({ what }) =>
      what.includes('apiRestrictions')
        ? json({ code: -2014, msg: `API-key format invalid: ${credentials.key}` }, 401)
        : undefined;
    const fault = await caught(at.venue.connect());
    expect(fault.retryable).toBe(false);
    expect(inspect(fault, { depth: 9 })).not.toMatch(/key-of-the-test|secret-of/);
  });

  test('signatures carry the venue’s time, however wrong ours is', async () => {
    const aheadMs = 90_000;
    at.exchange.script = ({ what }) => {
      if (what === 'GET /api/v3/time') return json({ serverTime: Date.now() + aheadMs });
      return what.includes('/account') && !what.includes('apiR')
        ? json({ balances: [] })
        : undefined;
    };
    await at.venue.connect();
    await at.venue.balances();
    const signed = at.exchange.asked.at(-1)?.parameters.get('timestamp');
    expect(Math.abs(Number(signed) - Date.now() - aheadMs)).toBeLessThan(1000);
  });

  test('a printed venue tells no secret', async () => {
    await at.venue.connect();
    const shown = inspect(at.venue, { depth: 20, showHidden: true });
    expect(shown).not.toMatch(/key-of-the-test|secret-of-the-test/);
  });
});

test('a first try that fails does not spoil the second', async () => {
  at.exchange.script = ({ what }) =>
    what.includes('exchangeInfo') ? { status: 503, body: 'later' } : undefined;
  expect((await caught(at.venue.connect())).retryable).toBe(true);
  at.exchange.script = () => undefined;
  const instruments = await at.venue.connect();
  expect(instruments.get('BTC/USDT')?.tickSize.toFixed()).toBe('0.01');
});
