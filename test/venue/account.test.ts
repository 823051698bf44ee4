// What the account did, from the stream and from the records: every fill once and exact, whose it was,
// and what was missed while the stream was down.
import { describe, expect, test } from 'vitest';
import type { Fill } from '../../src/domain/fill.ts';
import { VenueFault } from '../../src/exchange/fault.ts';
import { type Asked, json } from '../support/scripted-exchange.ts';
import { eachWithVenue, entry, filledAnswer } from './bench.ts';

const at = eachWithVenue();

const execution = (change: object) => ({
  e: 'executionReport',
  E: 1_700_000_000_001,
  s: 'BTCUSDT',
  c: entry.clientOrderId,
  S: 'BUY',
  o: 'MARKET',
  f: 'GTC',
  q: '0.50000000',
  p: '0.00000000',
  C: '',
  x: 'NEW',
  X: 'NEW',
  r: 'NONE',
  i: 28,
  l: '0.00000000',
  z: '0.00000000',
  L: '0.00000000',
  n: '0',
  N: null,
  T: 1_700_000_000_000,
  t: -1,
  ...change,
});

const trades = [
  execution({
    ...{ x: 'TRADE', X: 'PARTIALLY_FILLED', t: 56, l: '0.30000000', L: '100000.00000000' },
    ...{ z: '0.30000000', n: '0.00030000', N: 'BTC' },
  }),
  execution({
    ...{ x: 'TRADE', X: 'FILLED', t: 57, l: '0.20000000', L: '100250.00000000' },
    ...{ z: '0.50000000', n: '0.00020000', N: 'BTC' },
  }),
];

const fills: readonly Fill[] = [
  ['56', '100000', '0.3', '0.0003'] as const,
  ['57', '100250', '0.2', '0.0002'] as const,
].map(([tradeId, price, quantity, fee]) => ({
  tradeId,
  clientOrderId: entry.clientOrderId,
  pair: 'BTC/USDT',
  side: 'buy',
  price,
  quantity,
  fee,
  feeAsset: 'BTC',
  at: 1_700_000_000_000,
}));

const row = (id: number, change: object = {}) => ({
  symbol: 'BTCUSDT',
  id,
  orderId: 28,
  price: '100000.00000000',
  qty: '0.30000000',
  commission: '0.00030000',
  commissionAsset: 'BTC',
  time: 1_700_000_000_000,
  isBuyer: true,
  ...change,
});
const rows = [row(56), row(57, { price: '100250.0', qty: '0.20', commission: '0.0002' })];

const orderAnswer = { ...filledAnswer, time: 1_700_000_000_000, updateTime: 1_700_000_000_000 };
const reported = () =>
  at.news.flatMap((news) => (news.type === 'fill.reported' ? [news.fill] : []));

describe('the stream', () => {
  test('brings every fill with its id and fee, each before what it did', async () => {
    await at.venue.connect();
    // In one breath: they arrive in one chunk, and none is lost in another.
    for (const event of [execution({}), ...trades]) at.exchange.push(event);
    await expect.poll(reported).toHaveLength(2);
    expect(reported()).toEqual(fills);
    const told = at.news.map((news) =>
      news.type === 'order.reported' ? `${news.report.state} ${news.report.filled}` : news.type,
    );
    expect(told).toEqual([
      'reports.live',
      ...['open 0', 'fill.reported', 'partial 0.3', 'fill.reported', 'filled 0.5'],
    ]);
  });

  test('names a cancelled order by its own id, and reads what Binance calls expired', async () => {
    await at.venue.connect();
    at.exchange.push(
      execution({ x: 'CANCELED', X: 'CANCELED', c: 'cancel-28', C: entry.clientOrderId }),
    );
    at.exchange.push(execution({ x: 'EXPIRED', X: 'EXPIRED' }));
    await expect.poll(() => at.news).toHaveLength(3);
    const ends = at.news.flatMap((news) => (news.type === 'order.reported' ? [news.report] : []));
    for (const end of ends) {
      expect(end).toMatchObject({ clientOrderId: entry.clientOrderId, state: 'canceled' });
    }
  });

  test('survives what it cannot read', async () => {
    await at.venue.connect();
    for (const broken of [{ X: 'DREAMING' }, { s: 'XXXYYY' }, { x: 'TRADE', t: 5, L: 'NaN' }]) {
      at.exchange.push(execution(broken));
    }
    at.exchange.push({ e: 'executionReport' });
    at.exchange.push({ e: 'balanceUpdate', E: 1, a: 'USDT', d: '-12.50', T: 1 });
    await expect.poll(() => at.news.at(-1)?.type).toBe('balance.changed');
    expect(at.news.slice(1)).toEqual([
      { type: 'balance.changed', asset: 'USDT', delta: '-12.5', at: 1 },
    ]);
  });

  test('says when it is lost and when it is back', async () => {
    await at.venue.connect();
    at.exchange.dropListeners();
    await expect.poll(() => at.news.at(-1)?.type).toBe('reports.lost');
    await expect.poll(() => at.news.at(-1)?.type, { timeout: 5000 }).toBe('reports.live');
    at.exchange.push(trades[0] ?? {});
    await expect.poll(reported).toEqual([fills[0]]);
  });

  test('a subscription the venue ends is made anew', async () => {
    await at.venue.connect();
    at.exchange.push({ e: 'eventStreamTerminated', E: 1 });
    await expect
      .poll(() => at.news.map(({ type }) => type), { timeout: 5000 })
      .toEqual(['reports.live', 'reports.lost', 'reports.live']);
    expect(at.exchange.listeners()).toBe(1);
  });
});

const script = (orders: (asked: Asked) => unknown, list: (asked: Asked) => unknown) => {
  at.exchange.script = (asked) => {
    if (asked.what === 'GET /api/v3/order') {
      const answer = orders(asked);
      return answer === undefined
        ? json({ code: -2013, msg: 'Order does not exist.' }, 400)
        : json(answer);
    }
    return asked.what === 'GET /api/v3/myTrades' ? json(list(asked)) : undefined;
  };
};

describe('the records', () => {
  test('an order is found by our id, its fills told first', async () => {
    script(
      () => orderAnswer,
      () => rows,
    );
    await at.venue.connect();
    expect(await at.venue.find(entry)).toMatchObject({ state: 'filled', filled: '0.5' });
    expect(reported()).toEqual(fills);
    const [asked] = at.exchange.asked.filter(({ what }) => what === 'GET /api/v3/order');
    expect(asked?.parameters.get('origClientOrderId')).toBe(entry.clientOrderId);
  });

  test('trades that lag behind their order are waited for', async () => {
    let asked = 0;
    script(
      () => orderAnswer,
      () => {
        asked += 1;
        return asked < 3 ? rows.slice(0, 1) : rows;
      },
    );
    await at.venue.connect();
    expect(await at.venue.find(entry)).toMatchObject({ state: 'filled' });
    expect(reported()).toEqual(fills);
  });

  test('an order the venue does not know is not an error; anything else is', async () => {
    script(
      () => undefined,
      () => [],
    );
    await at.venue.connect();
    expect(await at.venue.find(entry)).toBeUndefined();
    for (const answer of [json({}, 500), json({}), { status: 404, body: 'Not found' }]) {
      at.exchange.script = () => answer;
      const error = await at.venue.find(entry).catch((fault: unknown) => fault);
      expect(error).toBeInstanceOf(VenueFault);
      expect(error).toMatchObject({ retryable: true });
      expect(String(error)).not.toMatch(/signature=[0-9a-f]/);
    }
  });

  test('trades are paged to the end, and each stranger is looked up once', async () => {
    const all = Array.from({ length: 2005 }, (_, index) => row(index, { orderId: index % 3 }));
    script(
      ({ parameters }) => ({
        ...orderAnswer,
        orderId: Number(parameters.get('orderId')),
        clientOrderId: `order-${parameters.get('orderId')}`,
      }),
      ({ parameters }) => {
        const from = Number(parameters.get('fromId') ?? 0);
        return all.slice(from, from + Number(parameters.get('limit')));
      },
    );
    await at.venue.connect();
    const found = await at.venue.fills('BTC/USDT', 1_699_999_999_999.5);
    expect(found.map(({ tradeId }) => Number(tradeId))).toEqual(all.map(({ id }) => id));
    expect(found.slice(0, 4).map(({ clientOrderId }) => clientOrderId)).toEqual([
      ...['order-0', 'order-1', 'order-2', 'order-0'],
    ]);
    const queries = (what: string) => at.exchange.asked.filter((asked) => asked.what === what);
    expect(queries('GET /api/v3/order')).toHaveLength(3);
    const pages = queries('GET /api/v3/myTrades').map(({ parameters }) => [
      parameters.get('startTime'),
      parameters.get('fromId'),
    ]);
    expect(pages).toEqual([
      ['1699999999999', undefined],
      [undefined, '1000'],
      [undefined, '2000'],
    ]);
  });

  test('a trade that is listed before its order is nobody’s yet: it is asked about again', async () => {
    let isListed = false;
    script(
      () => (isListed ? orderAnswer : undefined),
      () => rows,
    );
    await at.venue.connect();
    const error = await at.venue.fills('BTC/USDT', 0).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(VenueFault);
    expect(error).toMatchObject({ retryable: true });
    isListed = true;
    expect(await at.venue.fills('BTC/USDT', 0)).toEqual(fills);
  });

  test.each([[{}], [{ balances: 'all' }], [{ balances: [{ asset: 'BTC', free: 'NaN' }] }]])(
    'balances in the shape %j are refused',
    async (account) => {
      await at.venue.connect();
      at.exchange.script = () => json(account);
      await expect(at.venue.balances()).rejects.toBeInstanceOf(VenueFault);
    },
  );
});
