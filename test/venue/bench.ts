// A venue on a scripted exchange, and the orders the tests hand to it.
import { afterEach, beforeEach } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Order } from '../../src/domain/order.ts';
import type { ExchangeSettings } from '../../src/exchange/client.ts';
import type { Log, Venue, VenueNews } from '../../src/ports.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { ownBudget } from '../support/budget.ts';
import { type ScriptedExchange, startScriptedExchange } from '../support/scripted-exchange.ts';

export const credentials = { key: 'key-of-the-test', secret: 'secret-of-the-test' };

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const entry: Order = {
  clientOrderId: 'ab12'.repeat(8),
  configId: 'one',
  signalId: 'one@1',
  pair: 'BTC/USDT',
  side: 'buy',
  purpose: 'entry',
  type: 'market',
  quantity: '0.5',
  limitPrice: null,
  stopPrice: null,
  stage: 'MATURE',
  reserved: '50100',
  exitReason: null,
  at: 1,
};

/** Binance's full answer to `entry`, filled in two trades. */
export const filledAnswer = {
  symbol: 'BTCUSDT',
  orderId: 28,
  orderListId: -1,
  clientOrderId: entry.clientOrderId,
  transactTime: 1_700_000_000_000,
  price: '0.00000000',
  origQty: '0.50000000',
  executedQty: '0.50000000',
  cummulativeQuoteQty: '50050.00000000',
  status: 'FILLED',
  timeInForce: 'GTC',
  type: 'MARKET',
  side: 'BUY',
  fills: [
    {
      price: '100000.00000000',
      qty: '0.30000000',
      commission: '0.00030000',
      commissionAsset: 'BTC',
      tradeId: 56,
    },
    {
      price: '100250.00000000',
      qty: '0.20000000',
      commission: '0.00020000',
      commissionAsset: 'BTC',
      tradeId: 57,
    },
  ],
};

export const settingsFor = ({
  endpoint,
}: Pick<ScriptedExchange, 'endpoint'>): ExchangeSettings => ({
  name: 'binance',
  endpoint,
  credentials,
  recvWindowMs: 5000,
  budget: ownBudget(),
});

/** A venue on a fresh scripted exchange around each test; `at` holds them. */
export function eachWithVenue(placeMsMax = 400) {
  const at = {
    connect: (settings: ExchangeSettings): Venue => {
      const bench = { clock: createClock(1), timers: nodeTimers, log: silentLog, placeMsMax };
      const venue = connectVenue(settings, bench);
      venue.news.subscribe((one) => at.news.push(one));
      return venue;
    },
  } as {
    exchange: ScriptedExchange;
    venue: Venue;
    news: VenueNews[];
    /** Another venue on the same exchange. */
    connect(settings: ExchangeSettings): Venue;
  };
  beforeEach(async () => {
    at.exchange = await startScriptedExchange();
    at.news = [];
    at.venue = at.connect(settingsFor(at.exchange));
  });
  afterEach(async () => {
    await at.venue.close();
    await at.exchange.close();
  });
  return at;
}
