// The exchange's catalogue: our few markets among hundreds of others, some of them not trading, in the
// order and with the oddities of a recorded answer where one is given.
import { show } from './fixed-point.ts';
import type { Market } from './market.ts';

const orderTypes = [
  'LIMIT',
  'LIMIT_MAKER',
  'MARKET',
  'STOP_LOSS',
  'STOP_LOSS_LIMIT',
  'TAKE_PROFIT',
  'TAKE_PROFIT_LIMIT',
];

interface SymbolText {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly status: string;
  readonly tick: string;
  readonly step: string;
  readonly minNotional: string;
}

function symbolEntry(text: SymbolText): object {
  return {
    symbol: text.symbol,
    status: text.status,
    baseAsset: text.base,
    baseAssetPrecision: 8,
    quoteAsset: text.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes,
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    opoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    permissions: [],
    permissionSets: [['SPOT']],
    defaultSelfTradePreventionMode: 'NONE',
    allowedSelfTradePreventionModes: ['NONE'],
    filters: [
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
      {
        filterType: 'NOTIONAL',
        minNotional: text.minNotional,
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      {
        filterType: 'LOT_SIZE',
        minQty: text.step,
        maxQty: '9000000.00000000',
        stepSize: text.step,
      },
      {
        filterType: 'PRICE_FILTER',
        minPrice: text.tick,
        maxPrice: '1000000.00000000',
        tickSize: text.tick,
      },
      {
        filterType: 'MARKET_LOT_SIZE',
        minQty: '0.00000000',
        stepSize: '0.00000000',
        maxQty: '100000.00000000',
      },
      { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: 5 },
      { filterType: 'SOMETHING_NEW', bounds: [1, 2, 3] },
    ],
  };
}

const marketEntry = (market: Market): object =>
  symbolEntry({
    symbol: market.symbol,
    base: market.base,
    quote: market.quote,
    status: 'TRADING',
    tick: show(market.tick),
    step: show(market.step),
    minNotional: show(market.minNotional),
  });

/** Three hundred invented symbols, every seventh in a trading break, for want of a recording. */
export const inventedSymbols = (): object[] =>
  Array.from({ length: 300 }, (_, index) => {
    const base = `Q${index.toString(36).toUpperCase().padStart(3, 'X')}`;
    return symbolEntry({
      ...{ symbol: `${base}USDT`, base, quote: 'USDT', status: index % 7 ? 'TRADING' : 'BREAK' },
      tick: '0.00010000',
      step: '0.10000000',
      minNotional: '5.00000000',
    });
  });

/** The status and assets of a foreign entry, read without trusting its shape. */
export function readEntry(entry: object): { symbol: string; status: string; assets: string[] } {
  const fields = new Map<string, unknown>(Object.entries(entry));
  return {
    symbol: String(fields.get('symbol')),
    status: String(fields.get('status')),
    assets: [String(fields.get('baseAsset')), String(fields.get('quoteAsset'))],
  };
}

export interface ExchangeInfo {
  readonly timezone: string;
  readonly serverTime: number;
  readonly exchangeFilters: readonly object[];
  readonly rateLimits: readonly object[];
  readonly symbols: readonly object[];
}

/** The whole answer: half of the foreign symbols before ours, half after. */
export function exchangeInfo(
  markets: readonly Market[],
  others: readonly object[],
  now: number,
): ExchangeInfo {
  const ours = new Set(markets.map(({ symbol }) => symbol));
  const foreign = others.filter((entry) => !ours.has(readEntry(entry).symbol));
  const middle = Math.floor(foreign.length / 2);
  return {
    timezone: 'UTC',
    serverTime: now,
    exchangeFilters: [],
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
    ],
    symbols: [...foreign.slice(0, middle), ...markets.map(marketEntry), ...foreign.slice(middle)],
  };
}
