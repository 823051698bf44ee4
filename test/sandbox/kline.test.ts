// Candles over REST: the newest there are or those from a time on, whole ones and the one in the making
// as far as it was played.
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Client, type Parameters } from '../support/sandbox/client.ts';
import { minuteMs, openTime, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
afterEach(() => stand.close());

const row = z.tuple([z.number(), z.string(), z.string(), z.string(), z.string()], z.unknown());

async function klines(parameters: Parameters): Promise<readonly z.infer<typeof row>[]> {
  const asked = { symbol: 'BTCUSDT', interval: '1m', ...parameters };
  const answer = await new Client(stand).answer('GET /api/v3/klines', asked);
  return z.array(row).parse(answer);
}

test('a candle in the making is told as far as it was played', async () => {
  stand = await Stand.open({}, { high: 61_000, low: 59_000, close: 60_500 });
  const price = '60000.00000000';
  const [making] = await klines({ limit: 1 });
  expect(making?.slice(0, 5)).toEqual([openTime, price, price, price, price]);
  await stand.play();
  const [whole] = await klines({ limit: 1 });
  expect(whole?.slice(0, 5)).toEqual([
    ...[openTime, price, '61000.00000000', '59000.00000000', '60500.00000000'],
  ]);
});

test('as many as are asked for, though the next one has not begun', async () => {
  stand = await Stand.open();
  await stand.play();
  const before = openTime - minuteMs;
  const times = async (parameters: Parameters) => (await klines(parameters)).map(([at]) => at);
  expect(await times({ limit: 1 })).toEqual([openTime]);
  expect(await times({ limit: 5 })).toEqual([before, openTime]);
  expect(await times({ limit: 5, endTime: openTime - 1 })).toEqual([before]);
  expect(await times({ limit: 1, startTime: before })).toEqual([before]);
  expect(await times({ limit: 5, startTime: before + 1 })).toEqual([openTime]);
  expect(await times({ limit: 5, startTime: openTime + 1 })).toEqual([]);
  // Of the hour before, the market has not seen the beginning.
  expect(await times({ interval: '1h' })).toEqual([openTime]);
});
