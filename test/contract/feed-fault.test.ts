// What a venue does to one connection short of ending it: garbled frames, a quiet market, trades that stay away,
// refused subscriptions, the word that it is about to shut down. Real sockets and the genuine client.
import { afterEach, expect, test } from 'vitest';
import { emptyCandle } from '../../src/domain/candle.ts';
import { createClient, loadExchange } from '../../src/exchange/client.ts';
import { ownBudget } from '../support/budget.ts';
import { type FeedBench, feedBench, minuteOf, pairsOf } from '../support/feed-bench.ts';
import { plainCandle } from '../support/scripted-market.ts';

const btc = 'BTC/USDT';
const name = 'btcusdt@kline_1m';
const wanted = (pairs: readonly string[], bars = 20) =>
  pairs.map((pair) => ({ stream: { pair, timeframe: '1m' as const }, bars }));
let bench: FeedBench;
afterEach(() => bench.close());

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** A candle in the making, as REST shows it too. */
const forming = (index: number): string => {
  const { market } = bench;
  const candle = emptyCandle(minuteOf(index), plainCandle(btc, minuteOf(index)).open);
  return market.kline(btc, { ...candle, volume: market.traded }, false);
};

test('a garbled frame is dropped and counted; the subscriptions of the connection do not notice', async () => {
  bench = await feedBench([btc]);
  await bench.startWith(wanted([btc]));
  const subscribed = bench.market.subscribed.length;
  bench.market.send([
    '{"e":"kline","k":',
    '<html>502</html>',
    'null',
    '""',
    '',
    '7',
    '[[',
    '[null]',
  ]);
  await bench.playMinute(0, [btc]);
  await expect.poll(() => bench.released(btc).at(-1)?.openTime).toBe(minuteOf(0));
  expect(bench.told('frame.malformed').length).toBeGreaterThanOrEqual(6);
  expect(bench.told('stream.stale')).toEqual([]);
  expect(bench.market.subscribed).toHaveLength(subscribed);
});

test('twenty within a minute: the connection is dialled anew, nothing is lost', async () => {
  bench = await feedBench([btc], { haste: 10 });
  await bench.startWith(wanted([btc]));
  bench.market.send(Array.from({ length: 20 }, (_, index) => `<${index}>`));
  await bench.subscribedAnew([btc]);
  bench.market.now = minuteOf(3);
  bench.playForming(3, [btc]);
  await bench.stands('live', 2);
  expect(bench.released(btc).map(({ openTime }) => openTime)).toEqual(
    Array.from({ length: 23 }, (_, index) => minuteOf(index - 20)),
  );
});

test('a market without trades is left in peace: live, and not dialled anew', async () => {
  bench = await feedBench([btc], { haste: 20 });
  await bench.startWith(wanted([btc]));
  bench.market.send([forming(0)]);
  await sleep(50);
  const [subscribed, asked] = [bench.market.subscribed.length, bench.market.asked.length];
  // Seventy seconds to the feed.
  await sleep(3500);
  expect(bench.told('stream.stale')).toEqual([]);
  expect(bench.market.subscribed).toHaveLength(subscribed);
  const looks = bench.market.asked.length - asked;
  expect(looks).toBeGreaterThan(0);
  expect(looks).toBeLessThan(5);
  // Someone trades, and no frame tells of it.
  bench.market.traded = 2;
  await expect.poll(() => bench.told('stream.stale').length, { timeout: 8000 }).toBe(1);
}, 20_000);

test('trades that stay away while candles move are subscribed anew; candles go on undisturbed', async () => {
  bench = await feedBench([btc], { haste: 20 });
  await bench.startWith(wanted([btc]));
  const { market } = bench;
  market.send([market.trade(btc, '150')]);
  const trades = bench.count('btcusdt@trade');
  for (let frame = 0; frame < 60 && bench.count('btcusdt@trade') === trades; frame += 1) {
    market.traded += 1;
    market.send([forming(0)]);
    await sleep(50);
  }
  expect(bench.count('btcusdt@trade')).toBe(trades + 1);
  expect(bench.told('stream.stale')).toEqual([]);
});

test('candles that stay away while trades come: stale and by REST, prices from the trades all the while', async () => {
  bench = await feedBench([btc], { haste: 20 });
  await bench.startWith(wanted([btc]));
  const { market } = bench;
  for (let frame = 0; frame < 100 && bench.told('stream.stale').length === 0; frame += 1) {
    market.traded += 1;
    market.now += 400;
    market.send([market.trade(btc, `${150 + frame / 100}`)]);
    await sleep(20);
  }
  expect(bench.told('stream.stale')).toMatchObject([{ reason: 'stream.silent' }]);
  await expect
    .poll(() => {
      market.now += 1000;
      market.send([market.trade(btc, '152')]);
      return bench.prices.at(-1)?.price;
    })
    .toBe(152);
  await expect.poll(() => bench.count(name)).toBeGreaterThan(1);
}, 15_000);

test('trades refused while candles are accepted: asked for again, and the candles stay live', async () => {
  const pairs = pairsOf(2);
  bench = await feedBench(pairs);
  bench.market.refuses = (stream) => stream.endsWith('@trade');
  await bench.startWith(wanted(pairs));
  const [first = ''] = pairs;
  const trades = `${first.replace('/', '').toLowerCase()}@trade`;
  await expect.poll(() => bench.count(trades), { timeout: 5000 }).toBeGreaterThan(2);
  expect(bench.told('stream.stale')).toEqual([]);
  bench.market.refuses = () => false;
  await bench.playMinute(0, pairs);
  await expect.poll(() => bench.released(first).at(-1)?.openTime).toBe(minuteOf(0));
  await expect
    .poll(
      () => {
        bench.market.send([bench.market.trade(first, '150')]);
        return bench.prices.some(({ price }) => price === 150);
      },
      { timeout: 8000 },
    )
    .toBe(true);
}, 20_000);

test('a venue that says it will shut down is left before it does, between closes', async () => {
  bench = await feedBench([btc], { haste: 10 });
  await bench.startWith(wanted([btc]));
  const { market } = bench;
  market.now = minuteOf(0) + 50_000;
  market.send([JSON.stringify({ e: 'serverShutdown', E: market.now }), forming(0)]);
  const subscribed = bench.count(name);
  await sleep(300);
  expect(bench.count(name)).toBe(subscribed);
  market.now = minuteOf(1) + 6000;
  market.send([market.kline(btc, plainCandle(btc, minuteOf(0)), true), forming(1)]);
  await expect.poll(() => bench.count(name), { timeout: 5000 }).toBe(subscribed + 1);
  bench.playForming(1, [btc]);
  await bench.stands('live', 2);
  expect(bench.released(btc).at(-1)).toEqual(plainCandle(btc, minuteOf(0)));
});

test('a trade ten times the last is no price and no market to enter, until the ticker tells the same', async () => {
  bench = await feedBench([btc], { haste: 10 });
  await bench.startWith(wanted([btc]));
  const { market } = bench;
  market.lastPrice = '150';
  market.send([market.trade(btc, '15000')]);
  await expect.poll(() => bench.told('candle.rejected').length).toBeGreaterThan(0);
  expect(bench.prices.some(({ price }) => price === 15_000)).toBe(false);
  market.send([market.trade(btc, '15000')]);
  market.lastPrice = '15001';
  await expect
    .poll(
      () => {
        market.send([market.trade(btc, '15002')]);
        return bench.prices.at(-1)?.price;
      },
      { timeout: 5000 },
    )
    .toBe(15_002);
});

test('a close ten times the last is held until REST and the ticker tell the same', async () => {
  bench = await feedBench([btc], { haste: 10 });
  await bench.startWith(wanted([btc]));
  const { market } = bench;
  const risen = { ...plainCandle(btc, minuteOf(0)), high: 9000, close: 8000 };
  const after = { ...risen, openTime: minuteOf(1), open: 8000, low: 7000, close: 8001 };
  market.truth = (pair, at) =>
    at < minuteOf(0) ? plainCandle(pair, at) : at === minuteOf(0) ? risen : after;
  market.now = minuteOf(1) + 500;
  market.send([market.kline(btc, risen, true), market.trade(btc, '8001')]);
  await sleep(200);
  expect(bench.released(btc).at(-1)?.openTime).toBe(minuteOf(-1));
  expect(bench.prices.every(({ price }) => price < 8000)).toBe(true);
  market.lastPrice = '8002';
  await expect.poll(() => bench.released(btc).at(-1), { timeout: 5000 }).toEqual(risen);
  await expect
    .poll(
      () => {
        market.send([market.trade(btc, '8003')]);
        return bench.prices.some(({ price }) => price === 8003);
      },
      { timeout: 5000 },
    )
    .toBe(true);
}, 15_000);

test('a message that dies with its socket ends nothing but itself', async () => {
  bench = await feedBench([btc]);
  const settings = {
    name: 'binance',
    endpoint: null,
    credentials: null,
    recvWindowMs: 5000,
    budget: ownBudget(),
  };
  const client = await createClient(await loadExchange('binance'), settings);
  const unheard: unknown[] = [];
  const hear = (reason: unknown): void => {
    unheard.push(reason);
  };
  process.on('unhandledRejection', hear);
  // It never dialled: whatever is sent on it fails. The client itself drops such a promise.
  void client.client('wss://127.0.0.1/stream/ws/0').send('{}');
  await sleep(20);
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
