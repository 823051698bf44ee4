// Candles and trades as they are streamed: a candle closes once, after the last of its trades, and the
// numbers of trades only grow.
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { calm, writeCandles } from '../support/crafted-market.ts';
import { Client } from '../support/sandbox/client.ts';
import {
  closedOf,
  framesOf,
  klineFrame,
  type TradeFrame,
  tradeFrame,
} from '../support/sandbox/frame.ts';
import { Listener } from '../support/sandbox/listener.ts';
import { minuteMs, openTime, patience, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

test('a candle closes once, after the last of its trades, as it is then asked for', async () => {
  stand = await Stand.open({ candles: [], speed: 600 });
  const streams = ['trade', 'kline_1m', 'kline_5m'].map((name) => `btcusdt@${name}`);
  const listener = await Listener.open(stand.port, `/stream?streams=${streams.join('/')}`);
  await expect.poll(() => closedOf(listener, '5m').length, patience).toBe(2);
  const minutes = closedOf(listener, '1m');
  const [five, ten] = closedOf(listener, '5m');
  const trades = framesOf(listener, tradeFrame);
  listener.close();
  const first = minutes[0]?.t ?? 0;
  expect(minutes.map(({ t }) => t)).toEqual(minutes.map((_, bar) => first + bar * minuteMs));
  expect(ten?.t).toBe((five?.t ?? 0) + 5 * minuteMs);
  const client = new Client(stand);
  const numbersIn = (from: number, to: number): readonly number[] =>
    trades.filter(({ T }) => T >= from && T <= to).map(({ t }) => t);
  // The first minute was joined in its middle.
  for (const { t, T, f, L, n, o, h, l, c, v } of minutes.slice(1)) {
    const own = numbersIn(t, T);
    expect([own[0], own.at(-1), own.length]).toEqual([f, L, n]);
    const parameters = { symbol: 'BTCUSDT', interval: '1m', startTime: t, limit: 1 };
    const rows = await client.answer('GET /api/v3/klines', parameters);
    const anything = expect.anything();
    const taken = [anything, anything, anything];
    expect(rows).toEqual([[t, o, h, l, c, v, T, anything, n, ...taken]]);
  }
  // Every frame of a candle counts the trade it follows, from the first one heard on.
  const counted = framesOf(listener, z.union([tradeFrame, klineFrame]));
  const from = counted.findIndex(({ e }) => e === 'trade');
  let last = 0;
  for (const frame of counted.slice(from)) {
    if (frame.e === 'trade') last = frame.t;
    else expect(frame.k.L).toBe(last);
  }
  const own = numbersIn(ten?.t ?? 0, ten?.T ?? 0);
  expect([own[0], own.at(-1), own.length]).toEqual([ten?.f, ten?.L, ten?.n]);
});

test('a candle ends also where its last minutes had no trade', async () => {
  stand = await Stand.open();
  const path = join(stand.directory, 'gaps.csv');
  const history = 1000;
  // The last two minutes of every five are missing, once the history has passed.
  const candles = calm(openTime, 60_000, history + 100).filter(
    (_, bar) => bar <= history || bar % 5 < 3,
  );
  writeCandles(path, candles);
  await stand.reopen({
    ...{ directory: join(stand.directory, 'gaps'), speed: 600 },
    candles: [{ pair: 'BTC/USDT', timeframe: '1m', path }],
  });
  const listener = await Listener.open(stand.port, '/ws/btcusdt@kline_5m');
  await expect.poll(() => closedOf(listener, '5m').length, patience).toBe(2);
  listener.close();
  const [first, second] = closedOf(listener, '5m');
  expect(second?.t).toBe((first?.t ?? 0) + 5 * minuteMs);
  // Three calm candles of ten.
  expect(second?.v).toBe('30.00000000');
});

test('trades are numbered on through restarts, also at another speed', async () => {
  stand = await Stand.open({ candles: [], speed: 60 });
  const heard: TradeFrame[] = [];
  for (const next of [600, 60, 600]) {
    const listener = await Listener.open(stand.port, '/ws/btcusdt@trade');
    await expect.poll(() => framesOf(listener, tradeFrame).length, patience).toBeGreaterThan(5);
    await stand.reopen({ speed: next });
    heard.push(...framesOf(listener, tradeFrame));
  }
  const later = heard.slice(1).map(({ t, T }, index) => {
    const before = heard[index];
    return before !== undefined && t > before.t && T > before.T;
  });
  expect(later.every(Boolean)).toBe(true);
});
