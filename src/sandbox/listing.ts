// What the sandbox lists and by which filters: plausible ticks and lots for well-known pairs, derived
// from the price for others. The filters are published in exchangeInfo and enforced on orders.
import { type Decimal, decimal } from '../domain/money.ts';
import { type CandleSource, firstCandle } from './market.ts';

export interface Listing {
  readonly pair: string;
  /** The venue's own name: BTCUSDT. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  /** Orders are taken, and filled, only while it is traded. */
  readonly status: 'TRADING' | 'BREAK' | 'HALT';
  /** Also the lowest price there is. */
  readonly tickSize: Decimal;
  readonly priceMax: Decimal;
  readonly stepSize: Decimal;
  readonly quantityMin: Decimal;
  readonly quantityMax: Decimal;
  readonly marketQuantityMax: Decimal;
  /** Worth of an order in the quote currency; the upper bound is for limit orders. */
  readonly notionalMin: Decimal;
  readonly notionalMax: Decimal;
  /** Open orders at once; those waiting for a stop price also count on their own. */
  readonly ordersMax: number;
  readonly algoOrdersMax: number;
}

const known: Record<string, readonly [tick: string, step: string]> = {
  'BTC/USDT': ['0.01', '0.00001'],
  'ETH/USDT': ['0.01', '0.0001'],
  'BNB/USDT': ['0.01', '0.001'],
  'SOL/USDT': ['0.01', '0.001'],
};

/** The venue's own name of a pair. */
export const symbolOf = (pair: string): string => pair.replace('/', '');

/** A market's listings by symbol. */
export function listingsOf(source: CandleSource): ReadonlyMap<string, Listing> {
  const rows = source.pairs.map((pair) => {
    const candle = source.candle(pair, source.live) ?? firstCandle(source, pair);
    return [symbolOf(pair), listingOf(pair, candle?.close ?? 1)] as const;
  });
  return new Map(rows);
}

/** The listing of a pair whose price is around `price`. */
export function listingOf(pair: string, price: number): Listing {
  const [base = '', quote = ''] = pair.split('/');
  const [tick, step] = known[pair] ?? guess(price);
  return {
    pair,
    symbol: symbolOf(pair),
    base,
    quote,
    status: 'TRADING',
    tickSize: decimal(tick),
    priceMax: decimal(1_000_000),
    stepSize: decimal(step),
    quantityMin: decimal(step),
    quantityMax: decimal(9_000_000),
    marketQuantityMax: decimal(100_000),
    notionalMin: decimal(5),
    notionalMax: decimal(9_000_000),
    ordersMax: 200,
    algoOrdersMax: 5,
  };
}

/** Five significant digits of price, lots worth about a tenth of a unit of quote. */
function guess(price: number): readonly [string, string] {
  const digits = Math.min(8, Math.max(2, 4 - Math.floor(Math.log10(price))));
  const lots = Math.min(5, Math.max(0, Math.ceil(Math.log10(price)) + 1));
  return [(10 ** -digits).toFixed(digits), (10 ** -lots).toFixed(lots)];
}

/** Eight decimals: how the wire writes every amount. */
export const wire = (value: Decimal | number): string => value.toFixed(8);
