// What becomes of orders: fees, what is locked, partial fills, resting orders and stops, told alike by
// the order, its trades and the balances.
import { afterEach, describe, expect, test } from 'vitest';
import { decimal } from '../../src/domain/money.ts';
import { Client } from '../support/sandbox/client.ts';
import { Stand, type Way } from '../support/sandbox/stand.ts';

let stand: Stand;
let client: Client;
afterEach(() => stand.close());

async function open(way?: Way): Promise<void> {
  stand = await Stand.open({}, way);
  client = new Client(stand);
}

const buy = { side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: '0.01' };
const sum = (values: readonly string[]): string =>
  values.reduce((total, value) => total.plus(value), decimal(0)).toFixed(8);

test('a buy pays its fee in the base', async () => {
  await open();
  const { status, executedQty, fills, cummulativeQuoteQty } = await client.place({
    side: 'BUY',
    type: 'MARKET',
    quantity: '0.5',
  });
  expect({ status, executedQty }).toEqual({ status: 'FILLED', executedQty: '0.50000000' });
  // More than one level, or the walk through the book is not tried.
  expect(fills.length).toBeGreaterThan(1);
  expect(sum(fills.map(({ qty }) => qty))).toBe('0.50000000');
  for (const { qty, commission, commissionAsset } of fills) {
    expect(commissionAsset).toBe('BTC');
    expect(commission).toBe(decimal(qty).times('0.001').toFixed(8));
  }
  expect(await client.holding('BTC')).toEqual({ free: '10.49950000', locked: '0.00000000' });
  const paid = decimal(1_000_000).minus(cummulativeQuoteQty).toFixed(8);
  expect(await client.holding('USDT')).toEqual({ free: paid, locked: '0.00000000' });
});

test('a sale pays its fee in the quote', async () => {
  // A price at which fees have more than eight decimals.
  await open({ high: 60_001, low: 60_000, close: 60_000.37 });
  await stand.play();
  const { fills, cummulativeQuoteQty } = await client.place({
    side: 'SELL',
    type: 'MARKET',
    quantity: '0.5',
  });
  for (const { price, qty, commission, commissionAsset } of fills) {
    expect(commissionAsset).toBe('USDT');
    const roundDown = 1;
    expect(commission).toBe(decimal(price).times(qty).times('0.001').toFixed(8, roundDown));
  }
  const fee = sum(fills.map(({ commission }) => commission));
  const got = decimal(1_000_000).plus(cummulativeQuoteQty).minus(fee).toFixed(8);
  expect(await client.holding('USDT')).toEqual({ free: got, locked: '0.00000000' });
  expect(await client.holding('BTC')).toEqual({ free: '9.50000000', locked: '0.00000000' });
});

test('an amount of quote buys what it pays for and no more', async () => {
  await open();
  const { status, cummulativeQuoteQty, origQty, executedQty } = await client.place({
    side: 'BUY',
    type: 'MARKET',
    quoteOrderQty: '10000',
  });
  expect(status).toBe('FILLED');
  expect(executedQty).toBe(origQty);
  // What is left buys no other lot.
  const rest = decimal(10_000).minus(cummulativeQuoteQty);
  expect([rest.gte(0), rest.lt('0.61')]).toEqual([true, true]);
});

test('what the book has not got of an immediate order expires', async () => {
  await open();
  const placed = await client.place({ ...buy, timeInForce: 'IOC', price: '60030', quantity: '10' });
  expect(placed.status).toBe('EXPIRED');
  const filled = decimal(placed.executedQty);
  expect([filled.gt(0), filled.lt(10)]).toEqual([true, true]);
  expect(sum(placed.fills.map(({ qty }) => qty))).toBe(placed.executedQty);
  for (const { price } of placed.fills) expect(decimal(price).lte('60030')).toBe(true);
  expect(await client.openOrders()).toEqual([]);
  expect((await client.holding('USDT')).locked).toBe('0.00000000');
  const { fills: _, ...asked } = placed;
  expect(await client.order(placed.orderId)).toEqual(asked);
});

test('an order of all or nothing gets nothing where all is not there', async () => {
  await open();
  const { status, executedQty, fills } = await client.place({
    ...buy,
    timeInForce: 'FOK',
    price: '60030',
    quantity: '10',
  });
  expect({ status, executedQty, fills }).toEqual({
    status: 'EXPIRED',
    executedQty: '0.00000000',
    fills: [],
  });
  expect(await client.holding('USDT')).toEqual({ free: '1000000.00000000', locked: '0.00000000' });
});

test('a cancelled order gives back what it had locked', async () => {
  await open();
  const bought = await client.place({ ...buy, price: '50000.01' });
  const sold = await client.place({ ...buy, side: 'SELL', price: '70000', quantity: '0.3' });
  expect(await client.holding('USDT')).toEqual({ free: '999499.99990000', locked: '500.00010000' });
  expect(await client.holding('BTC')).toEqual({ free: '9.70000000', locked: '0.30000000' });
  expect((await client.openOrders()).map(({ orderId }) => orderId)).toEqual([
    bought.orderId,
    sold.orderId,
  ]);
  for (const { orderId } of [bought, sold]) {
    expect(await client.cancel(orderId)).toMatchObject({ orderId, status: 'CANCELED' });
  }
  expect(await client.openOrders()).toEqual([]);
  expect(await client.holding('USDT')).toEqual({ free: '1000000.00000000', locked: '0.00000000' });
  expect(await client.holding('BTC')).toEqual({ free: '10.00000000', locked: '0.00000000' });
});

test('what a resting order did not get at once stays locked at its own price', async () => {
  await open();
  const { status, executedQty } = await client.place({ ...buy, price: '60006', quantity: '2' });
  expect(status).toBe('PARTIALLY_FILLED');
  const rest = decimal(2).minus(executedQty);
  expect((await client.holding('USDT')).locked).toBe(rest.times(60_006).toFixed(8));
});

describe('when the market moves', () => {
  test('a resting order is filled at its price as a maker, once the market trades there', async () => {
    await open({ high: 60_000, low: 59_000, close: 60_000 });
    const reached = await client.place({ ...buy, price: '59500' });
    const missed = await client.place({ ...buy, price: '58999.99' });
    expect(reached.status).toBe('NEW');
    await stand.play();
    expect(await client.order(reached.orderId)).toMatchObject({
      status: 'FILLED',
      executedQty: '0.01000000',
      cummulativeQuoteQty: '595.00000000',
    });
    expect((await client.order(missed.orderId)).status).toBe('NEW');
    expect(await client.trades()).toMatchObject([
      {
        ...{ orderId: reached.orderId, price: '59500.00000000', isBuyer: true, isMaker: true },
        ...{ commission: '0.00001000', commissionAsset: 'BTC' },
      },
    ]);
    expect(await client.holding('USDT')).toEqual({
      free: '998815.00010000',
      locked: '589.99990000',
    });
  });

  test('a stop waits for its price, then rests as the limit order it is, then is filled', async () => {
    await open({ high: 61_000, low: 60_000, close: 60_100 });
    const stop = { ...buy, type: 'STOP_LOSS_LIMIT', stopPrice: '60500', price: '60200' };
    const { orderId } = await client.place(stop);
    const waiting = await client.answer('GET /api/v3/order', { symbol: 'BTCUSDT', orderId });
    expect(waiting).toMatchObject({ status: 'NEW', isWorking: false });
    expect(waiting).not.toHaveProperty('workingTime');
    expect((await client.holding('USDT')).locked).toBe('602.00000000');
    await stand.play();
    const filled = await client.answer('GET /api/v3/order', { symbol: 'BTCUSDT', orderId });
    expect(filled).toMatchObject({ status: 'FILLED', isWorking: true });
    expect(filled).toHaveProperty('workingTime');
    // The price was above the limit when the stop was reached: it had to come back.
    expect(await client.trades()).toMatchObject([{ price: '60200.00000000', isMaker: true }]);
    expect((await client.holding('USDT')).locked).toBe('0.00000000');
  });

  test('a stop that may pay more takes what the book has when it is reached', async () => {
    await open({ high: 61_000, low: 60_000, close: 60_000 });
    const stop = { ...buy, type: 'STOP_LOSS_LIMIT', stopPrice: '60500', price: '62000' };
    const { orderId } = await client.place(stop);
    await stand.play();
    const [only, ...others] = await client.trades();
    expect(others).toEqual([]);
    expect(only).toMatchObject({ orderId, isMaker: false });
    expect(decimal(only?.price ?? 0).lt(62_000)).toBe(true);
    expect((await client.holding('USDT')).locked).toBe('0.00000000');
  });

  test('a taken profit waits on the other side', async () => {
    await open({ high: 61_000, low: 60_000, close: 60_000 });
    const sale = { ...buy, side: 'SELL', type: 'TAKE_PROFIT_LIMIT', price: '60400' };
    const near = await client.place({ ...sale, stopPrice: '60500' });
    const far = await client.place({ ...sale, stopPrice: '61000.01' });
    await stand.play();
    expect((await client.order(near.orderId)).status).toBe('FILLED');
    expect((await client.order(far.orderId)).status).toBe('NEW');
    expect(await client.holding('BTC')).toEqual({ free: '9.98000000', locked: '0.01000000' });
  });

  test('a stop that was never reached is cancelled like any other order', async () => {
    await open();
    const stop = { ...buy, type: 'STOP_LOSS_LIMIT', stopPrice: '60500', price: '60200' };
    const { orderId } = await client.place(stop);
    await stand.play();
    const answer = await client.answer('DELETE /api/v3/order', { symbol: 'BTCUSDT', orderId });
    expect(answer).toMatchObject({ status: 'CANCELED', stopPrice: '60500.00000000' });
    expect(await client.holding('USDT')).toEqual({
      free: '1000000.00000000',
      locked: '0.00000000',
    });
  });
});
