// Rules of trading out of the client's markets: exact, the stricter of two filters, and nothing half known.
import { expect, test } from 'vitest';
import { nodeTimers } from '../../src/clock.ts';
import { createClient, loadExchange } from '../../src/exchange/client.ts';
import { loadInstruments } from '../../src/venue/listing.ts';
import { json, startScriptedExchange } from '../support/scripted-exchange.ts';
import { settingsFor } from './bench.ts';

const lot = { filterType: 'LOT_SIZE', minQty: '0.00010', maxQty: '9000.0', stepSize: '0.00010' };
const price = { filterType: 'PRICE_FILTER', minPrice: '0.1', maxPrice: '1000', tickSize: '0.025' };
const notional = { filterType: 'NOTIONAL', minNotional: '10.00000000' };

const symbol = (base: string, change: object) => ({
  symbol: `${base}USDT`,
  status: 'TRADING',
  baseAsset: base,
  quoteAsset: 'USDT',
  orderTypes: ['LIMIT', 'MARKET'],
  permissions: [],
  filters: [price, lot, notional],
  ...change,
});

async function instruments(symbols: readonly object[]) {
  const exchange = await startScriptedExchange();
  exchange.script = ({ what }) => (what.includes('exchangeInfo') ? json({ symbols }) : undefined);
  const type = await loadExchange('binance');
  const client = await createClient(type, { ...settingsFor(exchange), credentials: null });
  try {
    return await loadInstruments(client, nodeTimers.after);
  } finally {
    await client.close();
    await exchange.close();
  }
}

const market = (change: object) => ({
  filterType: 'MARKET_LOT_SIZE',
  ...{ minQty: '0.0', maxQty: '0.0', stepSize: '0.0', ...change },
});

test('steps and ranges obey both lot filters, and zero means no filter', async () => {
  const found = await instruments([
    symbol('AAA', { filters: [price, lot, notional, market({})] }),
    symbol('BBB', {
      filters: [price, lot, market({ minQty: '0.5', maxQty: '12.5', stepSize: '0.0020' })],
    }),
  ]);
  const shown = [...found.values()].map(({ stepSize, quantityMin, quantityMax, notionalMin }) =>
    [stepSize, quantityMin, quantityMax, notionalMin].map((part) => part.toFixed()),
  );
  expect(shown).toEqual([
    ['0.0001', '0.0001', '9000', '10'],
    ['0.002', '0.5', '12.5', '0'],
  ]);
  expect(found.get('AAA/USDT')?.tickSize.toFixed()).toBe('0.025');
});

test('a market in a break is known but not active; one without a step or tick is not known', async () => {
  const found = await instruments([
    symbol('AAA', { status: 'BREAK' }),
    symbol('BBB', { filters: [price] }),
    symbol('CCC', { filters: [lot] }),
    symbol('DDD', { filters: [{ ...price, tickSize: 'NaN' }, lot] }),
    symbol('EEE', {}),
  ]);
  expect([...found.values()].map(({ pair, active }) => `${pair} ${active}`)).toEqual([
    'AAA/USDT false',
    'EEE/USDT true',
  ]);
});
