// What the sandbox lists and by which filters: plausible ticks and lots for well-known pairs, derived
// from the price for others. The filters are published in exchangeInfo and enforced on orders.
import { type Decimal, decimal } from '../domain/money.ts';

export interface Listing {
  readonly pair: string;
  /** The venue's own name: BTCUSDT. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tickSize: Decimal;
  readonly stepSize: Decimal;
  readonly quantityMin: Decimal;
  readonly quantityMax: Decimal;
  readonly marketQuantityMax: Decimal;
  readonly notionalMin: Decimal;
  readonly algoOrdersMax: number;
}

const known: Record<string, readonly [tick: string, step: string]> = {
  'BTC/USDT': ['0.01', '0.00001'],
  'ETH/USDT': ['0.01', '0.0001'],
  'BNB/USDT': ['0.01', '0.001'],
  'SOL/USDT': ['0.01', '0.001'],
};

/** The listing of a pair whose price is around `price`. */
export function listingOf(pair: string, price: number): Listing {
  const [base = '', quote = ''] = pair.split('/');
  const [tick, step] = known[pair] ?? guess(price);
  return {
    pair,
    symbol: base + quote,
    base,
    quote,
    tickSize: decimal(tick),
    stepSize: decimal(step),
    quantityMin: decimal(step),
    quantityMax: decimal(9_000_000),
    marketQuantityMax: decimal(100_000),
    notionalMin: decimal(5),
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
export const wire = (value: Decimal | number): string =>
  typeof value === 'number' ? value.toFixed(8) : value.toFixed(8);
