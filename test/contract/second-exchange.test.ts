// The genuine ccxt.pro client on the second exchange over sockets: what the engine will meet there.
import ccxt from 'ccxt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import {
  type SecondExchange,
  type SecondExchangeOptions,
  startSecondExchange,
} from '../support/second-exchange/exchange.ts';
import type { CandleText, MarketOptions } from '../support/second-exchange/market.ts';

const credentials = { key: 'second-key', secret: 'second-secret' };
const firstOpenTime = Date.UTC(2024, 0, 2);
const minuteMs = 60_000;

/** A gentle saw-tooth, every candle different, so that a swapped or stale one shows. */
const candles = (count: number, base: number): CandleText[] =>
  Array.from({ length: count }, (_, index) => {
    const open = base + (index % 7) * 10;
    const close = base + ((index + 1) % 7) * 10;
    return {
      openTime: firstOpenTime + index * minuteMs,
      open: open.toFixed(2),
      high: (Math.max(open, close) + 3.5).toFixed(2),
      low: (Math.min(open, close) - 2.25).toFixed(2),
      close: close.toFixed(2),
      volume: (12 + (index % 5)).toFixed(5),
    };
  });

const bitcoin: MarketOptions = {
  base: 'BTC',
  quote: 'USDT',
  tickSize: '0.01',
  stepSize: '0.00001',
  minNotional: '5',
  candles: candles(40, 60_000),
  history: 30,
};
const ether: MarketOptions = { ...bitcoin, base: 'ETH', candles: candles(40, 2_600) };

let exchange: SecondExchange;
let client: InstanceType<typeof ccxt.pro.binance>;

async function open(options: Partial<SecondExchangeOptions> = {}): Promise<void> {
  exchange = await startSecondExchange({
    credentials,
    markets: [bitcoin, ether],
    balances: { USDT: '100000' },
    candleWallMs: 60,
    ...options,
  });
  const rest = `http://127.0.0.1:${exchange.port}`;
  const stream = `ws://127.0.0.1:${exchange.port}`;
  client = new ccxt.pro.binance({
    apiKey: credentials.key,
    secret: credentials.secret,
    enableRateLimit: false,
    urls: {
      api: {
        public: `${rest}/api/v3`,
        private: `${rest}/api/v3`,
        v1: `${rest}/api/v1`,
        sapi: `${rest}/sapi/v1`,
        ws: { spot: `${stream}/stream/ws`, 'ws-api': { spot: `${stream}/ws-api/v3` } },
      },
    },
    options: { fetchMarkets: { types: ['spot'] }, fetchCurrencies: false, fetchMargins: false },
  });
  await client.loadHttpProxyAgent();
  await client.loadMarkets();
}

beforeEach(() => open());

afterEach(async () => {
  await client.close();
  await exchange.close();
});

describe('market data', () => {
  test('our markets stand among hundreds of others, some of them in a break', () => {
    const markets = Object.values(client.markets ?? {});
    expect(markets.length).toBeGreaterThan(200);
    expect(markets.some((market) => market?.active === false)).toBe(true);
    expect(client.market('BTC/USDT').precision).toMatchObject({ amount: 0.00001, price: 0.01 });
  });

  test('history arrives by REST, newest last, and folds into longer intervals', async () => {
    const minutes = await client.fetchOHLCV('BTC/USDT', '1m');
    expect(minutes).toHaveLength(30);
    expect(minutes.at(-1)?.[0]).toBe(firstOpenTime + 29 * minuteMs);
    const [fiveMinutes] = await client.fetchOHLCV('BTC/USDT', '5m', firstOpenTime, 1);
    const first = minutes.slice(0, 5);
    expect(fiveMinutes).toEqual([
      firstOpenTime,
      first[0]?.[1],
      Math.max(...first.map((row) => row[2] ?? Number.NaN)),
      Math.min(...first.map((row) => row[3] ?? Number.NaN)),
      first[4]?.[4],
      first.reduce((sum, row) => sum + (row[5] ?? Number.NaN), 0),
    ]);
  });

  test('every played candle closes on the stream exactly as it was given', async () => {
    const closed: unknown[] = [];
    client.handleOHLCV = (_client: unknown, message: { k: Record<string, unknown> }) => {
      if (message.k['x'] === true && message.k['s'] === 'BTCUSDT') closed.push(message.k);
    };
    const ended = client
      .watchOHLCVForSymbols([
        ['BTC/USDT', '1m'],
        ['ETH/USDT', '1m'],
      ])
      .catch(() => 'ended');
    await expect.poll(() => exchange.candlesPushed(), { timeout: 5_000 }).toBe(20);
    await expect.poll(() => closed.length).toBe(11);
    // The first is the newest of history, told once more because it stands when we subscribe.
    expect(closed).toEqual(
      bitcoin.candles.slice(29).map((candle) =>
        expect.objectContaining({
          t: candle.openTime,
          T: candle.openTime + minuteMs - 1,
          o: `${candle.open}000000`,
          h: `${candle.high}000000`,
          l: `${candle.low}000000`,
          c: `${candle.close}000000`,
          v: `${candle.volume}000`,
        }),
      ),
    );
    await client.close();
    expect(await ended).toBe('ended');
  });

  test('trades come several to the millisecond and in order', async () => {
    const trades = await client.watchTrades('BTC/USDT');
    const more = await client.watchTrades('BTC/USDT');
    const all = [...trades, ...more];
    const times = all.map(({ timestamp }) => timestamp);
    expect(new Set(times).size).toBeLessThan(times.length);
    expect(all.map(({ id }) => Number(id))).toEqual(
      all.map((_, index) => Number(all[0]?.id) + index),
    );
  });

  test('the ticker and the order book follow the price', async () => {
    const ticker = await client.watchTicker('ETH/USDT');
    expect(ticker.last).toBeGreaterThan(2_500);
    const book = await client.watchOrderBook('ETH/USDT', 20);
    const again = await client.watchOrderBook('ETH/USDT', 20);
    expect(again.nonce ?? 0).toBeGreaterThanOrEqual(book.nonce ?? 0);
    expect(again.asks[0]?.[0] ?? 0).toBeGreaterThan(again.bids[0]?.[0] ?? Number.POSITIVE_INFINITY);
  });
});

describe('the account', () => {
  test('a market buy is reported before it is answered, and its fee is taken in base', async () => {
    const arrivals: string[] = [];
    const watched = client.watchMyTrades('BTC/USDT').then((trades) => {
      arrivals.push('report');
      return trades;
    });
    await expect.poll(() => exchange.listeners()).toBe(1);
    const order = await client.createOrder('BTC/USDT', 'market', 'buy', 0.1, undefined, {
      newClientOrderId: 'buy-1',
    });
    arrivals.push('answer');
    expect((await watched)[0]?.order).toBe(order.id);
    expect(arrivals).toEqual(['report', 'answer']);
    expect(order).toMatchObject({ status: 'closed', filled: 0.1, clientOrderId: 'buy-1' });
    expect(order.trades.length).toBeGreaterThan(1);
    expect(exchange.account()['BTC']).toEqual({ free: '0.09990000', locked: '0.00000000' });
    const balance = await client.fetchBalance();
    expect(balance['BTC']?.free).toBe(0.0999);
    expect(exchange.trades()).toHaveLength(order.trades.length);
  });

  test('an immediate limit order takes what its price allows and expires the rest', async () => {
    const asks = (await client.fetchOrderBook('BTC/USDT')).asks;
    const best = asks[0] ?? [0, 0];
    const order = await client.createOrder('BTC/USDT', 'limit', 'buy', 1, best[0], {
      timeInForce: 'IOC',
    });
    expect(order.status).toBe('expired');
    expect(order.filled).toBe(best[1]);
    const found = await client.fetchOrder('', 'BTC/USDT', {
      clientOrderId: order.clientOrderId,
    });
    expect(found).toMatchObject({ id: order.id, status: 'expired', filled: best[1] });
    expect(exchange.account()['USDT']?.locked).toBe('0.00000000');
  });

  test('a resting order locks its funds until it is cancelled', async () => {
    const order = await client.createOrder('BTC/USDT', 'limit', 'buy', 0.5, 50_000);
    expect(exchange.account()['USDT']).toEqual({
      free: '75000.00000000',
      locked: '25000.00000000',
    });
    expect((await client.fetchOpenOrders('BTC/USDT')).map(({ id }) => id)).toEqual([order.id]);
    await client.cancelOrder(String(order.id), 'BTC/USDT');
    expect(exchange.account()['USDT']).toEqual({ free: '100000.00000000', locked: '0.00000000' });
    expect(await client.fetchOpenOrders('BTC/USDT')).toEqual([]);
  });

  test('a stop sells once the price falls to it', async () => {
    await client.createOrder('BTC/USDT', 'market', 'buy', 0.1, undefined);
    const stop = await client.createOrder('BTC/USDT', 'limit', 'sell', 0.05, 59_000, {
      stopPrice: 59_999,
    });
    expect(exchange.account()['BTC']?.locked).toBe('0.05000000');
    const watching = client.watchTicker('BTC/USDT').catch(() => 'ended');
    const status = async (): Promise<string | undefined> =>
      (await client.fetchOrder(String(stop.id), 'BTC/USDT')).status;
    await expect.poll(status, { timeout: 3_000 }).toBe('closed');
    expect(exchange.account()['BTC']).toEqual({ free: '0.04990000', locked: '0.00000000' });
    await watching;
  });

  test.each([
    ['the tick', 'limit', 0.1, 60_000.005, 'PRICE_FILTER', -1013],
    ['the lot', 'limit', 0.000001, 60_000, 'LOT_SIZE', -1013],
    ['the minimum notional', 'limit', 0.00001, 60_000, 'NOTIONAL', -1013],
    ['the balance', 'limit', 10, 60_000, 'insufficient balance', -2010],
  ])(
    'an order against %s is refused with its code',
    async (_, type, quantity, price, text, code) => {
      const parameters = {
        symbol: 'BTCUSDT',
        side: 'BUY',
        type: type.toUpperCase(),
        timeInForce: 'GTC',
        quantity: String(quantity.toFixed(6)),
        price: String(price),
      };
      await expect(client.privatePostOrder(parameters)).rejects.toThrow(text);
      expect(exchange.refusals().at(-1)?.code).toBe(code);
      expect(exchange.trades()).toEqual([]);
    },
  );

  test('a client id cannot be open twice, but may be used again after it is filled', async () => {
    const place = (price: number): Promise<unknown> =>
      client.createOrder('BTC/USDT', 'limit', 'buy', 0.01, price, { newClientOrderId: 'twin' });
    await place(50_000);
    await expect(place(50_000)).rejects.toThrow('Duplicate order sent.');
    await client.cancelOrder('', 'BTC/USDT', { clientOrderId: 'twin' });
    await place(61_000);
    await place(61_000);
    expect(new Set(exchange.trades().map((trade) => Object(trade).orderId)).size).toBe(2);
  });

  test('a wrong signature, a late request and an unread parameter are refused', async () => {
    await expect(
      client.privateGetAccount({ recvWindow: '1', timestamp: String(Date.now() - 500) }),
    ).rejects.toThrow(ccxt.InvalidNonce);
    await expect(
      client.privateGetOrder({ symbol: 'BTCUSDT', orderId: '1', surprise: '1' }),
    ).rejects.toThrow('-1104');
    client.secret = 'not the secret';
    await expect(client.fetchBalance()).rejects.toThrow('-1022');
  });

  test('listed but closed symbols take no orders', async () => {
    const closed = Object.values(client.markets ?? {}).find((market) => market?.active === false);
    await expect(
      client.createOrder(String(closed?.symbol), 'limit', 'buy', 10, 10),
    ).rejects.toThrow('Market is closed.');
    expect(await client.fetchMyTrades(String(closed?.symbol))).toEqual([]);
  });

  test('the key may trade and may not withdraw', async () => {
    const restrictions = await client.sapiGetAccountApiRestrictions();
    expect(restrictions).toMatchObject({
      enableSpotAndMarginTrading: true,
      enableWithdrawals: false,
    });
  });
});

test('more than five messages a second close a market connection', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${exchange.port}/stream/ws/0`);
  const code = new Promise((resolve) => {
    socket.onclose = (event) => resolve(event.code);
  });
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  for (let id = 1; id <= 6; id += 1) {
    socket.send(JSON.stringify({ method: 'LIST_SUBSCRIPTIONS', id }));
  }
  expect(await code).toBe(1008);
});

test('the acknowledgement comes after the first frame', async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${exchange.port}/stream/ws/0`);
  const kinds: string[] = [];
  socket.onmessage = ({ data }) => kinds.push(JSON.parse(String(data)).e ?? 'ack');
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  socket.send(JSON.stringify({ method: 'SUBSCRIBE', params: ['btcusdt@kline_1m'], id: 1 }));
  await expect.poll(() => kinds).toContain('ack');
  expect(kinds[0]).toBe('kline');
  await expect.poll(() => kinds).toContain('unheardOf');
  socket.close();
});
