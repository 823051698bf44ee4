// What the sandbox says is, field for field and kind for kind, what the real exchange was recorded or
// documented to say. Where the two differ on purpose, the difference is written down here with its reason.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { differences } from '../support/payload.ts';
import { Client, type Parameters } from '../support/sandbox/client.ts';
import { type Frame, Listener } from '../support/sandbox/listener.ts';
import { Stand } from '../support/sandbox/stand.ts';
import {
  documentedAnswer,
  hasCatalogue,
  hasFrames,
  hasPayloads,
  recordedDepth,
  recordedFrame,
  recordedSymbols,
} from '../support/second-exchange/recording.ts';

const record = z.record(z.string(), z.unknown());
const fieldOf = (value: unknown, name: string): unknown => record.parse(value)[name];

/** Told of every order since the example was written; rest-api.md has it today. */
const quoteQuantity = '/origQuoteOrderQty: was never recorded';

let stand: Stand;
let client: Client;
beforeAll(async () => {
  stand = await Stand.open({ candles: [], speed: 600 });
  client = new Client(stand);
});
afterAll(() => stand.close());

const symbol = 'BTCUSDT';
const sale = { symbol, side: 'SELL', type: 'MARKET', quantity: '0.1' };
const resting = { symbol, side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' };

describe.skipIf(!hasPayloads)('against the documented examples in ../shared/data', () => {
  const example = (name: string): unknown => documentedAnswer(`Endpoints/Spot/${name}.txt`);

  test('a placed order', async () => {
    const placed = await client.answer('POST /api/v3/order', sale);
    expect(differences(example('Trading/PlaceOrder'), placed)).toEqual([quoteQuantity]);
  });

  test('an order that is asked for, in the open list and cancelled', async () => {
    const { orderId } = await client.place({ ...resting, price: '10000' });
    const asked = await client.answer('GET /api/v3/order', { symbol, orderId });
    expect(differences(example('Trading/GetOrder'), asked)).toEqual([]);
    const open = await client.answer('GET /api/v3/openOrders', { symbol });
    expect(differences(example('Trading/GetOpenOrders'), open)).toEqual([]);
    const all = await client.answer('GET /api/v3/allOrders', { symbol });
    expect(differences(example('Trading/GetOrders'), all)).toEqual([]);
    const cancelled = await client.answer('DELETE /api/v3/order', { symbol, orderId });
    expect(differences(example('Trading/CancelOrder'), cancelled)).toEqual([quoteQuantity]);
  });

  const answers: readonly [string, string, Parameters][] = [
    ['Trading/GetUserTrades', 'GET /api/v3/myTrades', { symbol }],
    ['Account/GetAccountInfo', 'GET /api/v3/account', {}],
    ['Account/GetAPIKeyPermissions', 'GET /sapi/v1/account/apiRestrictions', {}],
    ['ExchangeData/GetTicker', 'GET /api/v3/ticker/24hr', { symbol }],
    ['ExchangeData/GetBookPrice', 'GET /api/v3/ticker/bookTicker', { symbol }],
    ['ExchangeData/GetPrice', 'GET /api/v3/ticker/price', { symbol }],
  ];

  test.each(answers)('the answer of %s', async (name, request, parameters) => {
    await client.place(sale);
    expect(differences(example(name), await client.answer(request, parameters))).toEqual([]);
  });

  test('a candle, place by place', async () => {
    const rows = z.array(z.array(z.unknown()));
    const [recorded] = rows.parse(example('ExchangeData/GetKlines'));
    const parameters = { symbol, interval: '1m', limit: 1 };
    const [ours] = rows.parse(await client.answer('GET /api/v3/klines', parameters));
    expect(recorded).toHaveLength(12);
    expect(differences({ ...recorded }, { ...ours })).toEqual([]);
  });

  test('what is listed', async () => {
    const recorded = record.parse(example('ExchangeData/GetExchangeInfo'));
    const ours = await client.answer('GET /api/v3/exchangeInfo');
    const since = [
      // The example leaves its limits out.
      ...['rateLimitType', 'interval', 'intervalNum', 'limit'].map(
        (name) => `rateLimits/0/${name}`,
      ),
      ...['baseCommissionPrecision', 'quoteCommissionPrecision'].map((name) => `symbols/0/${name}`),
      ...['otoAllowed', 'permissionSets'].map((name) => `symbols/0/${name}`),
    ].map((field) => `/${field}: was never recorded`);
    expect([...differences(recorded, ours)].sort()).toEqual(since.sort());
  });
});

describe.skipIf(!hasCatalogue)('against the recorded catalogue in ../shared/data', () => {
  const btc = (symbols: unknown): unknown =>
    z
      .array(record)
      .parse(symbols)
      .find((one) => one['symbol'] === symbol);
  const filtersOf = (listing: unknown): ReadonlyMap<unknown, unknown> =>
    new Map(
      z
        .array(record)
        .parse(fieldOf(listing, 'filters'))
        .map((filter) => [filter['filterType'], filter]),
    );

  test('the filters of a symbol', async () => {
    const recorded = filtersOf(btc(recordedSymbols()));
    const info = await client.answer('GET /api/v3/exchangeInfo');
    const ours = filtersOf(btc(fieldOf(info, 'symbols')));
    // NOTIONAL has taken MIN_NOTIONAL's place since. No order is refused for its distance from the
    // price, and iceberg orders are refused as a kind, so that their filters are not told.
    expect([...recorded.keys()].filter((name) => !ours.has(name))).toEqual([
      ...['PERCENT_PRICE', 'MIN_NOTIONAL', 'ICEBERG_PARTS'],
    ]);
    expect([...ours.keys()].filter((name) => !recorded.has(name))).toEqual(['NOTIONAL']);
    for (const [name, filter] of ours) {
      if (recorded.has(name)) expect(differences(recorded.get(name), filter)).toEqual([]);
    }
  });
});

describe('frames', () => {
  let market: Listener;
  let account: Listener;
  beforeAll(async () => {
    const streams = ['trade', 'depth@100ms', 'kline_1m', 'miniTicker'];
    const path = streams.map((name) => `btcusdt@${name}`).join('/');
    market = await Listener.open(stand.port, `/stream?streams=${path}`);
    account = await Listener.toAccount(stand.port);
  });
  afterAll(() => {
    market.close();
    account.close();
  });

  const heard = async (event: string): Promise<unknown> => {
    const isIt = ({ data }: Frame): boolean => record.safeParse(data).data?.['e'] === event;
    return (await market.first(isIt))['data'];
  };
  const told = async (event: string, type?: string): Promise<unknown> => {
    const frame = await account.first(({ event: data }) => {
      const fields = record.safeParse(data).data;
      return fields?.['e'] === event && (type === undefined || fields['x'] === type);
    });
    return frame['event'];
  };

  describe.skipIf(!hasFrames)('against the recorded ones in ../shared/data', () => {
    test.each(['trade', 'depthUpdate'])('%s', async (event) => {
      const recorded = Object.fromEntries(recordedFrame(event) ?? []);
      expect(recorded['e']).toBe(event);
      expect(differences(recorded, await heard(event))).toEqual([]);
    });

    test('the depth they begin at', async () => {
      const recorded = Object.fromEntries(recordedDepth() ?? []);
      expect(recorded).toHaveProperty('bids');
      const ours = await client.answer('GET /api/v3/depth', { symbol });
      expect(differences(recorded, ours)).toEqual([]);
    });
  });

  describe.skipIf(!hasPayloads)('against the documented examples in ../shared/data', () => {
    const example = (name: string, part: string): unknown =>
      fieldOf(documentedAnswer(`Subscriptions/Spot/${name}.txt`), part);

    test.each([
      ['ExchangeData/Klines', 'kline'],
      ['ExchangeData/MiniTicker', '24hrMiniTicker'],
    ])('%s', async (name, event) => {
      const recorded = example(name, 'data');
      expect(fieldOf(recorded, 'e')).toBe(event);
      expect(differences(recorded, await heard(event))).toEqual([]);
    });

    test('the report of an order, of its trades, and the balances they changed', async () => {
      const recorded = example('Account/Order', 'event');
      await client.place(sale);
      expect(differences(recorded, await told('executionReport', 'NEW'))).toEqual([]);
      // The example is of an order without a trade: none, so that it has no fee's asset.
      const traded = ['/N: expected null, was text'];
      expect(differences(recorded, await told('executionReport', 'TRADE'))).toEqual(traded);
      const balances = example('Account/AccountPosition', 'event');
      expect(differences(balances, await told('outboundAccountPosition'))).toEqual([]);
    });

    test('the report of a cancellation', async () => {
      const { orderId } = await client.place({ ...resting, price: '10000' });
      await client.cancel(orderId);
      const recorded = example('Account/Order', 'event');
      expect(differences(recorded, await told('executionReport', 'CANCELED'))).toEqual([]);
    });

    test('money that came', async () => {
      await client.answer('POST /sandbox/v1/transfer', { asset: 'USDT', amount: '12.5' });
      const recorded = example('Account/Balance', 'event');
      expect(differences(recorded, await told('balanceUpdate'))).toEqual([]);
    });
  });
});
