// The genuine client in a storm: what takes risk away keeps going, entries wait, market data never stands in
// the way of an exit, a ban is kept, and an answer that never ends is given up with its socket.
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import type { Order } from '../../src/domain/order.ts';
import { createClient, loadExchange } from '../../src/exchange/client.ts';
import { ownBudget } from '../support/budget.ts';
import { type Answer, json } from '../support/scripted-exchange.ts';
import { eachWithVenue, entry, filledAnswer, settingsFor } from './bench.ts';

const at = eachWithVenue(9000);
const POST = 'POST /api/v3/order';

let orders = 0;
const order = (purpose: Order['purpose']): Order => {
  orders += 1;
  const side = purpose === 'entry' ? 'buy' : 'sell';
  return { ...entry, purpose, side, clientOrderId: String(orders).padStart(32, 'e') };
};

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    nodeTimers.after(ms, resolve);
  });

const taken = (parameters: ReadonlyMap<string, string>): Answer =>
  json({ ...filledAnswer, clientOrderId: parameters.get('newClientOrderId') });

const slow = (seconds: number): Answer => ({
  status: 429,
  body: '{"code":-1003,"msg":"Too many requests."}',
  headers: { 'Retry-After': String(seconds) },
});

test('after “too fast” exits and cancels go on, sparingly; entries wait; it is never banned', async () => {
  await at.venue.connect();
  const quiet = { from: 0, until: 0, requests: 0 };
  at.exchange.script = ({ what, parameters }) => {
    const now = performance.now();
    if (quiet.until === 0) Object.assign(quiet, { from: now, until: now + 4000 });
    if (now < quiet.until) {
      // The first was told; who comes again too often is banned.
      quiet.requests += 1;
      if (quiet.requests > 6) return { status: 418, body: '{"code":-1003,"msg":"banned"}' };
      return quiet.requests === 1 ? slow(4) : taken(parameters);
    }
    return what === POST ? taken(parameters) : json({ code: -2011, msg: 'Unknown' }, 400);
  };
  expect((await at.venue.place(order('entry'))).kind).toBe('rejected');
  const [first, second, stop] = [order('exit'), order('exit'), order('protection')];
  const late = order('entry');
  const outcomes = await Promise.all([
    at.venue.place(late),
    at.venue.place(first),
    at.venue.place(second),
    at.venue.cancel(stop),
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['not-sent', 'accepted', 'accepted', 'unknown']);
  const sent = at.exchange.asked.slice(-3).map(({ what }) => what);
  // The cancel first, whoever asked first.
  expect(sent).toEqual(['DELETE /api/v3/order', POST, POST]);
  expect(quiet.requests).toBeLessThanOrEqual(6);
  expect(performance.now()).toBeLessThan(quiet.until + 200);
});

test('under a ban nothing is sent, not even an exit, and the news tell of it', async () => {
  await at.venue.connect();
  at.exchange.script = ({ what }) =>
    what === POST
      ? {
          status: 418,
          body: '{"code":-1003,"msg":"Way too many"}',
          headers: { 'retry-after': '2' },
        }
      : json({ balances: [] });
  expect((await at.venue.place(order('exit'))).kind).toBe('rejected');
  expect(at.news).toContainEqual({ type: 'requests.banned', forMs: 2000 });
  const before = at.exchange.asked.length;
  at.exchange.dropListeners();
  const asked = [
    at.venue.place(order('entry')),
    at.venue.balances().catch(() => 'refused'),
    at.venue.cancel(order('protection')),
  ];
  await pause(1900);
  expect(at.exchange.asked).toHaveLength(before);
  expect(at.exchange.listeners()).toBe(0);
  // Too late for nobody: what could wait was asked when the ban was over, and not before.
  at.exchange.script = ({ what, parameters }) =>
    what === POST ? taken(parameters) : json({ balances: [] });
  await Promise.all(asked);
  expect((await at.venue.place(order('exit'))).kind).toBe('accepted');
  await expect.poll(() => at.exchange.listeners(), { timeout: 5000 }).toBe(1);
});

test('a big backfill of another client stops short of the limit, and an exit does not wait for it', async () => {
  const settings = { ...settingsFor(at.exchange), budget: ownBudget() };
  const type = await loadExchange('binance');
  const feed = await createClient(type, { ...settings, credentials: null });
  await feed.loadMarkets();
  at.venue = at.connect(settings);
  await at.venue.connect();
  const kind = (what: string): boolean => what.includes('klines');
  const klines = () => at.exchange.asked.filter(({ what }) => kind(what)).length;
  // A minute of the venue that is nearly over, and used up to six tenths.
  const headers = {
    'x-mbx-used-weight-1m': '3599',
    date: new Date(1_700_000_099_000).toUTCString(),
  };
  at.exchange.script = ({ what, parameters }) => {
    if (what === POST) return taken(parameters);
    return kind(what)
      ? { status: 200, body: '[]', headers: klines() <= 8 ? headers : {} }
      : undefined;
  };
  const backfill = Promise.all(
    Array.from({ length: 300 }, () => feed.fetchOHLCV('BTC/USDT', '1m')),
  );
  await expect.poll(klines).toBe(8);
  expect((await at.venue.place(order('exit'))).kind).toBe('accepted');
  expect(at.exchange.asked.at(-1)?.what).toBe(POST);
  expect(klines()).toBe(8);
  await backfill;
  expect(klines()).toBe(300);
  await feed.close();
});

test('bodies that never end are given up in time, and their sockets with them', async () => {
  await at.venue.connect();
  at.exchange.script = ({ what }) => (what.endsWith('/account') ? 'stall' : undefined);
  const asked = Array.from({ length: 12 }, () => at.venue.balances().catch(String));
  await expect.poll(() => at.exchange.unanswered()).toBe(12);
  for (const fault of await Promise.all(asked)) expect(fault).toMatch(/within 10000 ms/);
  await expect.poll(() => at.exchange.unanswered(), { timeout: 2000 }).toBe(0);
}, 15_000);
