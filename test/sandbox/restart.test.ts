// What the sandbox remembers: its account, its orders and where its market stands survive being closed
// and being killed, and one directory is one sandbox's, on one market.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import type { SandboxOrder } from '../../src/sandbox/process.ts';
import { Client } from '../support/sandbox/client.ts';
import { keys, minuteMs, patience, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
afterEach(() => stand.close());

async function open(...options: Parameters<typeof Stand.open>): Promise<void> {
  stand = await Stand.open(...options);
  client = new Client(stand);
}

const recordsOf = (directory: string): string => join(directory, 'sandbox', 'account.jsonl');
const symbol = 'BTCUSDT';
const limit = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01', price: '50000' };
const stop = { ...limit, type: 'STOP_LOSS_LIMIT', price: '70000', stopPrice: '65000' };

/** Everything an owner can ask about the account, but when it was asked. */
async function memory(): Promise<unknown> {
  const { updateTime: _, ...account } = z
    .looseObject({ updateTime: z.number() })
    .parse(await client.answer('GET /api/v3/account'));
  return {
    account,
    open: await client.answer('GET /api/v3/openOrders'),
    orders: await client.answer('GET /api/v3/allOrders', { symbol }),
    trades: await client.answer('GET /api/v3/myTrades', { symbol }),
  };
}

/** Some of everything: trades, open orders, a stop, a cancelled order, money that came. */
async function live(): Promise<void> {
  await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.5' });
  await client.place({ ...limit, newClientOrderId: 'resting' });
  await client.place(stop);
  const { orderId } = await client.place({ ...limit, side: 'SELL', price: '70000' });
  await client.cancel(orderId);
  await client.answer('POST /sandbox/v1/transfer', { asset: 'BNB', amount: '1.5' });
}

test('the account is the same after a restart, and goes on', async () => {
  await open();
  await live();
  const before = await memory();
  await stand.reopen({ balances: { USDT: '5' } });
  expect(await memory()).toEqual(before);
  await stand.reopen();
  expect(await memory()).toEqual(before);
  const twice = await client.refusal('POST /api/v3/order', {
    ...{ symbol, ...limit, newClientOrderId: 'resting' },
  });
  expect(twice.msg).toBe('Duplicate order sent.');
  const known = (await client.trades()).map(({ id }) => id);
  const { orderId, fills } = await client.place({ side: 'SELL', type: 'MARKET', quantity: '0.1' });
  expect(orderId).toBe(5);
  expect(fills[0]?.tradeId).toBe(Math.max(...known) + 1);
});

test('the market goes on where it stood, without losing or changing a candle', async () => {
  const seed = 11;
  await open({ candles: [], seed, speed: 600 });
  const market = generatedMarket(seed);
  const begun = market.live;
  let stood = begun;
  for (let run = 0; run < 3; run += 1) {
    await expect
      .poll(() => stand.sandbox.marketTime(), patience)
      .toBeGreaterThan(stood + 2.5 * minuteMs);
    stood = stand.sandbox.marketTime();
    await stand.reopen();
    // Not back, and no further than its own pace brings it.
    const now = stand.sandbox.marketTime();
    expect(now).toBeGreaterThanOrEqual(stood);
    expect(now).toBeLessThan(stood + 5 * minuteMs);
  }
  const parameters = { symbol, interval: '1m', startTime: begun, endTime: stood - minuteMs };
  const rows = z
    .array(
      z.tuple(
        [z.number(), z.string(), z.string(), z.string(), z.string(), z.string()],
        z.unknown(),
      ),
    )
    .parse(await client.answer('GET /api/v3/klines', parameters));
  expect(rows.length).toBeGreaterThan(6);
  const eight = (value: number | undefined): string => (value ?? Number.NaN).toFixed(8);
  expect(rows.map((row) => row.slice(0, 6))).toEqual(
    rows.map((_, bar) => {
      const at = begun + bar * minuteMs;
      const candle = market.candle('BTC/USDT', at);
      return [
        at,
        ...[candle?.open, candle?.high, candle?.low, candle?.close, candle?.volume].map(eight),
      ];
    }),
  );
});

test('what was played is not played again', async () => {
  await open();
  // Where the market stands: a second trade at this price would fill the order.
  const { orderId, status } = await client.place({ ...limit, price: '60000' });
  expect(status).toBe('NEW');
  for (let run = 0; run < 2; run += 1) {
    await stand.reopen();
    expect((await client.order(orderId)).status).toBe('NEW');
  }
});

test('a stop and a resting order are filled by a market that moves after the restart', async () => {
  await open({}, { high: 66_000, low: 49_000, close: 60_000 });
  const resting = await client.place(limit);
  const waiting = await client.place(stop);
  await stand.reopen();
  expect((await client.openOrders()).length).toBe(2);
  await stand.play();
  for (const { orderId } of [resting, waiting]) {
    expect((await client.order(orderId)).status).toBe('FILLED');
  }
});

test('a line that was torn by a crash was never told, and is dropped', async () => {
  await open();
  await live();
  const before = await memory();
  const crashed = join(stand.directory, 'crashed');
  // As the disk is while the sandbox runs.
  cpSync(join(stand.directory, 'sandbox'), join(crashed, 'sandbox'), { recursive: true });
  const whole = readFileSync(recordsOf(crashed), 'utf8');
  const torn = whole.trimEnd().split('\n').at(-1)?.slice(0, -10) ?? '';
  expect(torn.length).toBeGreaterThan(10);
  appendFileSync(recordsOf(crashed), torn);
  await stand.reopen({ directory: crashed });
  expect(await memory()).toEqual(before);
  await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.01' });
  const after = await memory();
  await stand.reopen({ directory: crashed });
  expect(await memory()).toEqual(after);
});

test('a broken line among whole ones is no crash: it is refused by its number', async () => {
  await open();
  await stand.sandbox.close();
  const path = recordsOf(stand.directory);
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, [lines[0], '{"at":', ...lines.slice(1)].join('\n'));
  await expect(stand.another()).rejects.toThrow('account.jsonl:2: expected a record, was {"at":');
});

test('a second sandbox on the same directory is refused, and the first lives on', async () => {
  await open();
  const refused = `expected ${join(stand.directory, 'sandbox')} to be free, was held by process`;
  await expect(stand.another()).rejects.toThrow(`${refused} ${process.pid}`);
  await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.01' });
  expect((await client.trades()).length).toBe(1);
  await stand.reopen();
  expect((await client.trades()).length).toBe(1);
});

test('another process holds its directory until it is killed, and loses nothing it told', async () => {
  await open();
  const directory = join(stand.directory, 'other');
  const child = fork('src/sandbox/process.ts', { execArgv: ['--import', 'tsx'] });
  const played = { seed: 7, speed: 1, candles: [], balances: { USDT: '100000' }, fee: 0.001 };
  const order: SandboxOrder = {
    ...{ type: 'start', options: { port: 0, directory, ...played, ...keys } },
  };
  child.send(order);
  const [report] = await once(child, 'message');
  const { port } = z.object({ type: z.literal('ready'), port: z.number() }).parse(report);
  client = new Client({ port });
  await client.place({ side: 'BUY', type: 'MARKET', quantity: '0.1' });
  const before = await memory();
  const again = { ...played, directory };
  await expect(stand.another(again)).rejects.toThrow(`was held by process ${child.pid}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await stand.reopen(again);
  client = new Client(stand);
  expect(await memory()).toEqual(before);
});

test('an account is continued on its own market alone', async () => {
  await open({ candles: [], seed: 1 });
  await stand.sandbox.close();
  const expected = 'expected the market of the account that is there, generated of seed 1';
  await expect(stand.another({ seed: 2 })).rejects.toThrow(expected);
  // Who was refused holds nothing, and has changed nothing.
  await stand.reopen();
  expect((await client.holding('USDT')).free).toBe('1000000.00000000');
});

test('a sandbox that gets no port gives its directory back', async () => {
  await open();
  await stand.sandbox.close();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = z.object({ port: z.number() }).parse(holder.address());
  await expect(stand.another({ port })).rejects.toThrow('EADDRINUSE');
  holder.close();
  await stand.reopen();
  expect((await client.holding('BTC')).free).toBe('10.00000000');
});
