// The auditor on a real store and a real venue: the engine's own decisions are booked, their orders are
// filled over sockets by the second exchange, and the audit reads both. Then single numbers are falsified.
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Instrument } from '../../src/domain/instrument.ts';
import { decimal, money, quantity } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { hasEnded } from '../../src/domain/portfolio.ts';
import { settle } from '../../src/domain/settlement.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT, databaseOf, urlOf } from '../store/directory.ts';
import { configuration, Story } from '../store/story.ts';
import { audit } from '../support/audit/audit.ts';
import { fieldsOf } from '../support/audit/payload.ts';
import { type SecondExchange, startSecondExchange } from '../support/second-exchange/exchange.ts';

const credentials = { key: 'audited', secret: 'hush' };
const directory = mkdtempSync(join(tmpdir(), 'troupe-audit-'));
const file = databaseOf(directory);
const minuteMs = 60_000;

const instrument: Instrument = {
  pair: 'BTC/USDT',
  base: 'BTC',
  quote: 'USDT',
  active: true,
  tickSize: decimal('0.01'),
  stepSize: decimal('0.00001'),
  quantityMin: quantity('0.00001'),
  quantityMax: quantity('1000'),
  notionalMin: money('5'),
};

let exchange: SecondExchange;

const rest = (): string => `http://127.0.0.1:${exchange.port}`;

async function post(order: Order): Promise<readonly ReturnType<typeof fieldsOf>[]> {
  const limit = { timeInForce: 'IOC', price: String(order.limitPrice) };
  const query = new URLSearchParams({
    symbol: 'BTCUSDT',
    side: order.side.toUpperCase(),
    type: order.type.toUpperCase(),
    quantity: order.quantity,
    newClientOrderId: order.clientOrderId,
    ...(order.type === 'limit' ? limit : {}),
    timestamp: String(Date.now()),
  }).toString();
  const signature = createHmac('sha256', credentials.secret).update(query).digest('hex');
  const response = await fetch(`${rest()}/api/v3/order?${query}&signature=${signature}`, {
    method: 'POST',
    headers: { 'x-mbx-apikey': credentials.key },
  });
  if (!response.ok) throw new Error(await response.text());
  return fieldsOf(await response.json()).list('fills');
}

/** Sends an order of the story to the venue and books what came of it. */
async function carryOut(story: Story, order: Order): Promise<void> {
  const parts = await post(order);
  story.accept(order);
  for (const part of parts) {
    const fill = {
      tradeId: part.text('tradeId'),
      clientOrderId: order.clientOrderId,
      pair: order.pair,
      side: order.side,
      price: part.text('price'),
      quantity: part.text('qty'),
      fee: part.text('commission'),
      feeAsset: part.text('commissionAsset'),
      at: story.at,
    };
    story.facts.push(...settle(story.draft, fill, instrument));
  }
  const live = story.draft.orders.get(order.clientOrderId);
  if (live !== undefined && !hasEnded(live)) story.end('canceled', order);
}

async function sell(story: Story, id: string): Promise<void> {
  for (let attempt = 0; attempt < 5 && story.draft.positions.has(id); attempt += 1) {
    story.exit(id);
    await carryOut(story, story.order);
  }
}

beforeAll(async () => {
  const candles = Array.from({ length: 400 }, (_, index) => ({
    openTime: 1_717_200_000_000 + index * minuteMs,
    open: '67000.00',
    high: '67020.37',
    low: '66980.11',
    close: index % 2 === 0 ? '67011.03' : '66993.77',
    volume: '4.50000',
  }));
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
        history: 1,
      },
    ],
    balances: { USDT: '100000', BNB: '1.5' },
    levelNotional: '300',
    candleWallMs: 10,
    playsFrom: 'start',
    orderAnswerDelayMs: 1,
  });
  const story = new Story();
  const [first, second, third] = ['a', 'b', 'c'].map((id) => configuration(id));
  if (!first || !second || !third) throw new Error('expected three configurations');
  story.open(first, second, third).mark();
  for (let round = 0; round < 4; round += 1) {
    for (const each of [first, second]) {
      story.propose(each);
      await carryOut(story, story.order);
    }
    story.mark();
    await sell(story, 'a');
    await sell(story, 'b');
  }
  story.propose(third);
  await carryOut(story, story.order);
  story.mark();
  const store = await openStore({ ...CONTEXT, url: urlOf(directory) });
  await store.journal.append(story.facts);
  await store.close();
});

afterAll(async () => {
  await exchange.close();
  rmSync(directory, { recursive: true, force: true });
});

const report = (store = file): ReturnType<typeof audit> =>
  audit({ rest: rest(), ...credentials, store });

test('books made by the engine agree with the venue to the last decimal', async () => {
  const { findings, comparisons } = await report();
  expect(findings).toEqual([]);
  const names = comparisons.map(({ name }) => name);
  expect(names).toContain('USDT: cash in the books against the venue');
  expect(names).toContain('BTC: positions and dust against the venue');
  expect(names.filter((name) => name.endsWith('profit'))).toHaveLength(8);
  expect(exchange.trades().length).toBeGreaterThan(100);
});

test('a venue is read to the last page, whatever the size of a page', async () => {
  const whole = await report();
  const paged = await audit({ rest: rest(), ...credentials, store: file, pageSize: 7 });
  expect(paged).toEqual(whole);
});

test('a busy venue is asked again, and one without a list of orders is asked for each', async () => {
  let asked = 0;
  const narrow = createServer(async ({ url, headers }, response) => {
    asked += 1;
    const key = String(headers['x-mbx-apikey'] ?? '');
    if (asked === 3) response.writeHead(429, { 'retry-after': '0' }).end('{}');
    else if (url?.startsWith('/api/v3/allOrders')) response.writeHead(404).end('{}');
    else {
      const answer = await fetch(`${rest()}${url}`, { headers: { 'x-mbx-apikey': key } });
      response.writeHead(answer.status).end(await answer.text());
    }
  });
  await new Promise<void>((resolve) => narrow.listen(0, '127.0.0.1', resolve));
  const { port } = Object(narrow.address());
  const through = await audit({ rest: `http://127.0.0.1:${port}`, ...credentials, store: file });
  narrow.closeAllConnections();
  narrow.close();
  expect(through.findings).toEqual([]);
  expect(through.comparisons).toEqual((await report()).comparisons);
});

test.each([
  [
    'cash',
    `UPDATE ledger SET amount = '0.00000001' WHERE rowid = (SELECT max(rowid) FROM ledger)`,
    'ledger-unbalanced',
  ],
  [
    'a fee',
    `UPDATE fills SET fee = fee || '1' WHERE seq = (SELECT max(seq) FROM fills)`,
    'fill-differs',
  ],
  [
    'a price',
    `UPDATE fills SET price = '67000.005' WHERE seq = (SELECT min(seq) FROM fills)`,
    'cash',
  ],
  ['a fill', 'DELETE FROM fills WHERE seq = (SELECT max(seq) FROM fills)', 'fill-missing'],
  ['a quantity', `UPDATE active_trades SET quantity = quantity || '1'`, 'units'],
  ['a cost', `UPDATE active_trades SET cost = '1' || cost`, 'identity'],
  [
    'a profit',
    `UPDATE trades SET profit = '5' WHERE id = (SELECT min(id) FROM trades)`,
    'trade-profit',
  ],
  [
    'an equity row',
    `UPDATE equity SET cash = cash || '1' WHERE seq = (SELECT max(seq) FROM equity)`,
    'mark-cash',
  ],
  [
    'an order',
    'DELETE FROM orders WHERE rowid = (SELECT min(rowid) FROM orders)',
    'order-unbooked',
  ],
  [
    'an intent',
    `DELETE FROM journal WHERE seq = (SELECT min(seq) FROM journal WHERE type = 'signal.approved')`,
    'order-without-intent',
  ],
])('falsifying %s is found', async (_, change, code) => {
  const copy = join(directory, 'falsified.db');
  copyFileSync(file, copy);
  const database = new Database(copy);
  // The store guards its journal against exactly this; a forger would begin with the guards.
  const guards = database.prepare(`SELECT name FROM sqlite_master WHERE type = 'trigger'`).all();
  for (const guard of guards.map(fieldsOf)) database.exec(`DROP TRIGGER ${guard.text('name')}`);
  database.exec(change);
  database.close();
  const codes = (await report(copy)).findings.map((finding) => finding.code);
  rmSync(copy);
  expect(codes).toContain(code);
});

test('the command prints the numbers and exits by what it found', async () => {
  const script = 'test/support/audit/main.ts';
  const { key, secret } = credentials;
  const run = (...more: string[]): Promise<{ code: number; output: string }> =>
    new Promise((resolve) => {
      const options = ['--import', 'tsx', script, '--rest', rest(), '--key', key, ...more];
      execFile(process.execPath, options, (error, output) => {
        resolve({ code: Number(error?.code ?? 0), output });
      });
    });
  const [clean, wrong] = await Promise.all([
    run('--secret', secret, '--store', file),
    run('--secret', secret),
  ]);
  expect(clean.code).toBe(0);
  expect(clean.output).toMatch(/ok +cash \+ positions at cost = initial \+ realised − fees/);
  expect(clean.output).toMatch(/\d+ numbers compared, 0 findings/);
  expect(wrong.code).toBe(2);
});
