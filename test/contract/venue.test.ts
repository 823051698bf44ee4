// What the engine may rely on at any venue: the same promises kept by the genuine client on the sandbox,
// by the genuine client on an exchange that shares no code with it, and by the paper venue.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Decimal, decimal } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { EMPTY_PORTFOLIO } from '../../src/domain/portfolio.ts';
import { createClient, type ExchangeSettings, loadExchange } from '../../src/exchange/client.ts';
import type { Clock, Log, Outcome, PriceUpdate, Venue, VenueNews } from '../../src/ports.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { loadInstruments } from '../../src/venue/listing.ts';
import { PaperVenue } from '../../src/venue/paper.ts';
import { ownBudget } from '../support/budget.ts';
import { startSecondExchange } from '../support/second-exchange/exchange.ts';

const pair = 'BTC/USDT';
const keys = { key: 'contract-key', secret: 'contract-secret' };
const cash = '100000';
const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

interface Stand {
  readonly venue: Venue;
  /** Whether the venue also tells by itself what an order's answer told. */
  readonly tells: boolean;
  close(): Promise<void>;
}

const settingsOn = (port: number): ExchangeSettings => ({
  name: 'binance',
  endpoint: { rest: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}` },
  credentials: keys,
  recvWindowMs: 5000,
  budget: ownBudget(),
});

async function sandbox(): Promise<{ port: number; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'troupe-venue-'));
  const played = { seed: 7, speed: 1, candles: [], balances: { USDT: cash }, fee: 0.001 };
  const one = await startSandbox({ port: 0, directory, ...played, ...keys }, () => {});
  return {
    port: one.port,
    async close() {
      await one.close();
      await rm(directory, { recursive: true });
    },
  };
}

async function onSandbox(): Promise<Stand> {
  const exchange = await sandbox();
  const bench = { clock: createClock(1), timers: nodeTimers, log };
  const venue = connectVenue(settingsOn(exchange.port), bench);
  return { venue, tells: true, close: () => exchange.close() };
}

async function onSecondExchange(): Promise<Stand> {
  const openTime = Date.UTC(2024, 0, 2);
  const price = { open: '60000.00', high: '60010.00', low: '59990.00', close: '60000.00' };
  const candles = [0, 1, 2].map((index) => ({
    openTime: openTime + index * 60_000,
    ...price,
    volume: '500.00000',
  }));
  const exchange = await startSecondExchange({
    credentials: keys,
    markets: [
      {
        ...{ base: 'BTC', quote: 'USDT', tickSize: '0.01', stepSize: '0.00001' },
        ...{ minNotional: '5', candles, history: 2 },
      },
    ],
    balances: { USDT: cash },
  });
  const bench = { clock: createClock(1), timers: nodeTimers, log };
  const venue = connectVenue(settingsOn(exchange.port), bench);
  return { venue, tells: true, close: () => exchange.close() };
}

async function onPaper(): Promise<Stand> {
  const exchange = await sandbox();
  const prices = new Subject<PriceUpdate>();
  const clock: Clock = { ...createClock(1), market: () => 1_700_000_000_000 };
  const venue = new PaperVenue({
    name: 'binance',
    async loadInstruments() {
      const type = await loadExchange('binance');
      const client = await createClient(type, {
        ...settingsOn(exchange.port),
        credentials: null,
      });
      const instruments = await loadInstruments(client, nodeTimers.after);
      await client.close();
      // The feed speaks once the rules are known.
      prices.next({ pair, price: 60_000, at: clock.market() });
      return instruments;
    },
    prices,
    book: EMPTY_PORTFOLIO,
    quote: 'USDT',
    ...{ cash, clock, execution: { fee: 0.001, slippage: 0.0005 } },
  });
  return { venue, tells: false, close: () => exchange.close() };
}

let orders = 0;
function order(change: Partial<Order>): Order {
  orders += 1;
  return {
    clientOrderId: `c0de${String(orders).padStart(28, '0')}`,
    configId: 'one',
    signalId: 'one@1',
    pair,
    side: 'buy',
    purpose: 'entry',
    type: 'market',
    quantity: '0.25',
    limitPrice: null,
    stopPrice: null,
    stage: 'MATURE',
    reserved: '50000',
    exitReason: null,
    at: 1,
    ...change,
  };
}

type Accepted = Extract<Outcome, { kind: 'accepted' }>;
function accepted(outcome: Outcome): Accepted {
  if (outcome.kind === 'accepted') return outcome;
  throw new Error(`expected an accepted order, was ${JSON.stringify(outcome)}`);
}

const total = (fills: readonly Fill[], of: (fill: Fill) => Decimal): Decimal =>
  fills.reduce((sum, fill) => sum.plus(of(fill)), decimal(0));
const value = ({ price, quantity }: Fill): Decimal => decimal(price).times(quantity);

describe.each([
  ['the genuine client on the sandbox', onSandbox],
  ['the genuine client on a second exchange', onSecondExchange],
  ['the paper venue', onPaper],
])('%s', (_, stand) => {
  let at: Stand;
  let venue: Venue;
  const news: VenueNews[] = [];

  beforeAll(async () => {
    at = await stand();
    venue = at.venue;
    venue.news.subscribe((one) => news.push(one));
  });
  afterAll(async () => {
    await venue.close();
    await at.close();
  });

  const held = async (asset: string): Promise<Decimal> => {
    const balance = (await venue.balances()).get(asset);
    return decimal(balance?.free ?? 0).plus(balance?.locked ?? 0);
  };
  const heldOfBoth = async () => ({ base: await held('BTC'), quote: await held('USDT') });

  test('tells its rules in exact decimals', async () => {
    const instrument = (await venue.connect()).get(pair);
    expect(instrument).toMatchObject({ pair, base: 'BTC', quote: 'USDT', active: true });
    expect(instrument?.tickSize.toFixed()).toBe('0.01');
    expect(instrument?.stepSize.toFixed()).toBe('0.00001');
    expect(instrument?.notionalMin.toFixed()).toBe('5');
  });

  test('a buy on the market fills in full, its fee in the base, balances to the last decimal', async () => {
    const before = await heldOfBoth();
    const bought = order({});
    const { report, fills } = accepted(await venue.place(bought));
    expect(report).toMatchObject({ state: 'filled', filled: '0.25', pair });
    expect(report.clientOrderId).toBe(bought.clientOrderId);
    expect(total(fills, ({ quantity }) => decimal(quantity)).toFixed()).toBe('0.25');
    for (const fill of fills) {
      expect(fill).toMatchObject({ ...{ pair, side: 'buy', feeAsset: 'BTC', at: report.at } });
      expect(fill.clientOrderId).toBe(bought.clientOrderId);
      expect(decimal(fill.fee).eq(decimal(fill.quantity).times('0.001'))).toBe(true);
    }
    const after = await heldOfBoth();
    const fee = total(fills, (fill) => decimal(fill.fee));
    expect(after.base.minus(before.base).toFixed()).toBe(decimal('0.25').minus(fee).toFixed());
    expect(before.quote.minus(after.quote).toFixed()).toBe(total(fills, value).toFixed());
  });

  test('a sale pays its fee in the quote', async () => {
    const before = await heldOfBoth();
    const sold = order({ side: 'sell', purpose: 'exit', quantity: '0.1' });
    const { report, fills } = accepted(await venue.place(sold));
    expect(report).toMatchObject({ state: 'filled', filled: '0.1' });
    const after = await heldOfBoth();
    expect(before.base.minus(after.base).toFixed()).toBe('0.1');
    const fee = total(fills, (fill) => decimal(fill.fee));
    expect(fills.every(({ feeAsset }) => feeAsset === 'USDT')).toBe(true);
    expect(after.quote.minus(before.quote).toFixed()).toBe(
      total(fills, value).minus(fee).toFixed(),
    );
  });

  test('a limit order never pays more than its limit and never rests', async () => {
    const before = await heldOfBoth();
    const low = order({ type: 'limit', quantity: '0.01', limitPrice: '20000' });
    const missed = accepted(await venue.place(low));
    expect(missed).toMatchObject({ report: { state: 'canceled', filled: '0' }, fills: [] });
    expect(await venue.openOrders()).toEqual([]);
    expect(await heldOfBoth()).toEqual(before);
    const collar = order({ type: 'limit', quantity: '0.01', limitPrice: '200000' });
    const { report, fills } = accepted(await venue.place(collar));
    expect(report).toMatchObject({ state: 'filled', filled: '0.01' });
    for (const { price } of fills) expect(decimal(price).lte('200000')).toBe(true);
  });

  test('what cannot be is refused by name and changes nothing', async () => {
    const before = await heldOfBoth();
    const tooMuch = await venue.place(
      order({ type: 'limit', quantity: '2', limitPrice: '200000' }),
    );
    const tooLittle = await venue.place(order({ quantity: '0.00002' }));
    const naked = await venue.place(order({ side: 'sell', quantity: '30' }));
    for (const outcome of [tooMuch, tooLittle, naked]) {
      expect(outcome).toMatchObject({ kind: 'rejected', code: expect.stringMatching(/./) });
    }
    const strange = await venue.place(order({ pair: 'NOPE/USDT' }));
    expect(['rejected', 'not-sent']).toContain(strange.kind);
    expect(await heldOfBoth()).toEqual(before);
  });

  test('a stop rests until it is cancelled, and a cancel that finds nothing proves nothing', async () => {
    const stop = order({
      ...{ side: 'sell', purpose: 'protection', type: 'stop-limit', quantity: '0.05' },
      ...{ stopPrice: '30000.01', limitPrice: '29000.5', reserved: '0' },
    });
    const outcome = await venue.place(stop);
    if (!at.tells) {
      expect(outcome).toMatchObject({ kind: 'rejected', code: 'unsupported' });
      expect(await venue.cancel(stop)).toMatchObject({ kind: 'unknown' });
      return;
    }
    expect(accepted(outcome)).toMatchObject({ report: { state: 'open', filled: '0' }, fills: [] });
    expect(await venue.openOrders()).toMatchObject([{ clientOrderId: stop.clientOrderId }]);
    const canceled = await venue.cancel(stop);
    expect(canceled).toMatchObject({
      kind: 'canceled',
      report: { clientOrderId: stop.clientOrderId, state: 'canceled', filled: '0', pair },
    });
    expect(await venue.openOrders()).toEqual([]);
    expect(await venue.find(stop)).toMatchObject({ state: 'canceled' });
    expect(await venue.cancel(stop)).toMatchObject({ kind: 'unknown' });
    expect(await venue.cancel(order({}))).toMatchObject({ kind: 'unknown' });
  });

  test('an order is found by our id as it was answered, and only then', async () => {
    const known = order({ quantity: '0.02' });
    const { report } = accepted(await venue.place(known));
    expect(await venue.find(known)).toEqual(report);
    expect(await venue.find(order({}))).toBeUndefined();
  });

  test('its trades are on record under our id, word for word, from a time on', async () => {
    const known = order({ quantity: '0.03' });
    const { fills, report } = accepted(await venue.place(known));
    const recorded = await venue.fills(pair, report.at);
    const ours = recorded.filter(({ clientOrderId }) => clientOrderId === known.clientOrderId);
    expect(ours).toEqual(fills);
    expect(await venue.fills(pair, report.at + 86_400_000)).toEqual([]);
    const ids = (await venue.fills(pair, 0)).map(({ tradeId }) => tradeId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('what it tells by itself are the same trades', async () => {
    news.length = 0;
    const known = order({ quantity: '0.04' });
    const { fills } = accepted(await venue.place(known));
    const told = () => news.flatMap((one) => (one.type === 'fill.reported' ? [one.fill] : []));
    if (at.tells) await expect.poll(told).toEqual(fills);
    else expect(told()).toEqual([]);
  });

  test('closed twice is closed once, and a closed line carries no order', async () => {
    await venue.close();
    await venue.close();
    if (at.tells) expect((await venue.place(order({}))).kind).toBe('not-sent');
  });
});
