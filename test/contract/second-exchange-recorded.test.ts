// What the second exchange says has every field, of the same kind, that the real exchange was recorded or
// documented to say. More fields are allowed: an exchange may always add some.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type SecondExchange, startSecondExchange } from '../support/second-exchange/exchange.ts';
import { readFields } from '../support/second-exchange/json.ts';
import {
  documentedAnswer,
  hasRecordings,
  recordedFrame,
  recordedSymbols,
} from '../support/second-exchange/recording.ts';

const credentials = { key: 'k', secret: 's' };
const minuteMs = 60_000;
const candles = Array.from({ length: 60 }, (_, index) => ({
  openTime: 1_723_161_240_000 + index * minuteMs,
  open: '61837.63',
  high: '61850.00',
  low: '61800.00',
  close: '61830.00',
  volume: '3.50000',
}));

/** The kind of a value as far as a client's parser would notice: decimal text is a kind of its own. */
function kindOf(value: unknown): string {
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? 'decimal text' : 'text';
  return typeof value;
}

/** Every field of the real payload that ours lacks or holds as another kind of value. */
function differences(real: unknown, ours: unknown, path = ''): string[] {
  const ourFields = new Map<string, unknown>(Object.entries(Object(ours)));
  return Object.entries(Object(real)).flatMap(([name, value]) => {
    const field = `${path}/${name}`;
    return ourFields.has(name)
      ? difference(value, ourFields.get(name), field)
      : [`${field}: expected ${kindOf(value)}, was absent`];
  });
}

function difference(real: unknown, ours: unknown, field: string): string[] {
  if (real === null || ours === null) return [];
  // A list is judged by its first entry, and an empty one promises nothing.
  if (Array.isArray(real)) {
    return real.length === 0 ? [] : difference(real[0], Object(ours)[0], `${field}/0`);
  }
  if (typeof real === 'object') return differences(real, ours, field);
  const same = kindOf(real) === kindOf(ours);
  return same ? [] : [`${field}: expected ${kindOf(real)}, was ${kindOf(ours)}`];
}

describe.skipIf(!hasRecordings)('against ../shared/data, where present', () => {
  let exchange: SecondExchange;
  const frames = new Map<string, unknown>();

  async function call(method: string, path: string, parameters: string): Promise<unknown> {
    const query = `${parameters}&timestamp=${Date.now()}`;
    const signature = createHmac('sha256', credentials.secret).update(query).digest('hex');
    const address = `http://127.0.0.1:${exchange.port}${path}?${query}&signature=${signature}`;
    const headers = { 'x-mbx-apikey': credentials.key };
    return (await fetch(address, { method, headers })).json();
  }

  async function listen(path: string, request: object): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${exchange.port}${path}`);
    socket.on('message', (data) => {
      const fields = readFields(String(data));
      const event = fields?.get('event') ?? Object.fromEntries(fields ?? []);
      frames.set(String(Object(event).e), event);
    });
    await new Promise((resolve) => socket.once('open', resolve));
    const answered = new Promise((resolve) => socket.once('message', resolve));
    socket.send(JSON.stringify(request));
    await answered;
  }

  const placement = 'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1';

  beforeAll(async () => {
    exchange = await startSecondExchange({
      credentials,
      markets: [
        {
          base: 'BTC',
          quote: 'USDT',
          tickSize: '0.01',
          stepSize: '0.00001',
          minNotional: '5',
          candles,
          history: 10,
        },
      ],
      balances: { USDT: '1000000' },
      otherSymbols: recordedSymbols() ?? [],
      candleWallMs: 50,
    });
    const params = ['kline_1m', 'trade', 'miniTicker', 'depth@100ms'].map(
      (stream) => `btcusdt@${stream}`,
    );
    await listen('/ws', { method: 'SUBSCRIBE', params, id: 1 });
    const signed = `apiKey=${credentials.key}&timestamp=${Date.now()}`;
    const [apiKey, timestamp] = [...new URLSearchParams(signed).values()];
    const signature = createHmac('sha256', credentials.secret).update(signed).digest('hex');
    const subscription = { apiKey, timestamp: Number(timestamp), signature };
    const method = 'userDataStream.subscribe.signature';
    await listen('/ws-api/v3', { id: 'a', method, params: subscription });
  });

  afterAll(() => exchange.close());

  test.each([
    ['PlaceOrder.txt', 'POST', '/api/v3/order', `${placement}&price=62000`],
    ['GetUserTrades.txt', 'GET', '/api/v3/myTrades', 'symbol=BTCUSDT'],
    ['GetOrder.txt', 'GET', '/api/v3/order', 'symbol=BTCUSDT&orderId=28'],
    ['GetOrders.txt', 'GET', '/api/v3/allOrders', 'symbol=BTCUSDT'],
    ['GetAccountInfo.txt', 'GET', '/api/v3/account', 'recvWindow=5000'],
    ['GetAPIKeyPermissions.txt', 'GET', '/sapi/v1/account/apiRestrictions', 'recvWindow=5000'],
    ['GetKlines.txt', 'GET', '/api/v3/klines', 'symbol=BTCUSDT&interval=1m'],
  ])('the answer of %s', async (name, method, path, parameters) => {
    const answer = await call(method, path, parameters);
    expect(answer).not.toHaveProperty('code');
    expect(differences(documentedAnswer(name), answer)).toEqual([]);
  });

  test('the answers about an open order and its cancellation', async () => {
    await call('POST', '/api/v3/order', `${placement}&price=50000&newClientOrderId=rest-1`);
    const open = await call('GET', '/api/v3/openOrders', 'symbol=BTCUSDT');
    expect(differences(documentedAnswer('GetOpenOrders.txt'), open)).toEqual([]);
    const cancelled = await call(
      'DELETE',
      '/api/v3/order',
      'symbol=BTCUSDT&origClientOrderId=rest-1',
    );
    expect(differences(documentedAnswer('CancelOrder.txt'), cancelled)).toEqual([]);
  });

  test.each([
    ['Spot/ExchangeData/Klines.txt', 'kline'],
    ['Spot/ExchangeData/MiniTicker.txt', '24hrMiniTicker'],
    ['Spot/Account/Order.txt', 'executionReport'],
    ['Spot/Account/AccountPosition.txt', 'outboundAccountPosition'],
  ])('the documented frame of %s', async (name, event) => {
    await expect.poll(() => frames.has(event)).toBe(true);
    const documented = Object(documentedAnswer(name));
    const real = documented.data ?? documented.event;
    expect(real.e).toBe(event);
    expect(differences(real, frames.get(event))).toEqual([]);
  });

  test.each(['trade', 'depthUpdate'])('the recorded frame of %s', async (event) => {
    await expect.poll(() => frames.has(event)).toBe(true);
    const real = Object.fromEntries(recordedFrame(event) ?? []);
    expect(real['e']).toBe(event);
    expect(differences(real, frames.get(event))).toEqual([]);
  });

  test('the recorded catalogue is served whole, our market once and with its own filters', async () => {
    const info = Object(await call('GET', '/api/v3/exchangeInfo', 'x=1'));
    const names = info.symbols.map((entry: { symbol: string }) => entry.symbol);
    expect(names.length).toBe(recordedSymbols()?.length);
    expect(new Set(names).size).toBe(names.length);
    // Filters come in any order, and permissions have moved to permissionSets since the recording.
    const { filters, permissions, ...rest } = Object(recordedSymbols()?.[0]);
    expect(filters.length + permissions.length).toBeGreaterThan(0);
    expect(differences(rest, info.symbols[names.indexOf('BTCUSDT')])).toEqual([]);
  });
});
