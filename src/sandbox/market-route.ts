// The questions anyone may ask: listings, candles, the book, prices.
import type { Exchange } from './exchange.ts';
import { klines } from './kline.ts';
import { type Listing, wire } from './listing.ts';
import { limitOf, type Parameters } from './parameter.ts';
import { rateLimits } from './rate.ts';
import { refusals } from './refusal.ts';
import { open, type Routes } from './route.ts';
import { levelRow, symbolShape } from './shape.ts';
import { dayTicker } from './ticker.ts';

export const marketRoutes: Routes = {
  'GET /api/v3/ping': open(1, () => ({})),
  'GET /api/v3/time': open(1, () => ({ serverTime: Date.now() })),
  'GET /api/v3/exchangeInfo': open(20, (exchange, parameters) => ({
    timezone: 'UTC',
    serverTime: Date.now(),
    rateLimits,
    exchangeFilters: [],
    symbols: asked(exchange, parameters).listings.map(symbolShape),
  })),
  'GET /api/v3/klines': open(2, klines),
  'GET /api/v3/depth': open(5, (exchange, parameters) => {
    const book = exchange.board.book(exchange.board.listing(parameters.get('symbol')));
    const limit = limitOf(parameters, { preset: 100, most: 5000 });
    return {
      lastUpdateId: book.lastId,
      bids: book.bids.slice(0, limit).map(levelRow),
      asks: book.asks.slice(0, limit).map(levelRow),
    };
  }),
  'GET /api/v3/ticker/price': open(2, (exchange, parameters) =>
    perListing(exchange, parameters, (listing) => ({
      symbol: listing.symbol,
      price: wire(exchange.board.book(listing).last),
    })),
  ),
  'GET /api/v3/ticker/bookTicker': open(2, (exchange, parameters) =>
    perListing(exchange, parameters, (listing) => best(exchange, listing)),
  ),
  'GET /api/v3/ticker/24hr': open(2, (exchange, parameters) =>
    perListing(exchange, parameters, (listing) => day(exchange, listing)),
  ),
};

/** The listings a question is about: one of `symbol`, those of `symbols`, else all. */
function asked(
  exchange: Exchange,
  parameters: Parameters,
): { listings: readonly Listing[]; isOne: boolean } {
  const symbol = parameters.get('symbol');
  if (symbol !== undefined) return { listings: [exchange.board.listing(symbol)], isOne: true };
  const symbols = parameters.get('symbols');
  if (symbols === undefined)
    return { listings: [...exchange.board.listings.values()], isOne: false };
  return { listings: namesOf(symbols).map((name) => exchange.board.listing(name)), isOne: false };
}

/** A JSON list of symbols. */
function namesOf(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value.map(String);
  } catch {
    // Said below.
  }
  throw refusals.illegal('symbols', '["BTCUSDT","BNBUSDT"]');
}

function perListing(
  exchange: Exchange,
  parameters: Parameters,
  shape: (listing: Listing) => object,
): unknown {
  const { listings, isOne } = asked(exchange, parameters);
  const shapes = listings.map(shape);
  return isOne ? shapes[0] : shapes;
}

function best(exchange: Exchange, listing: Listing): object {
  const { bids, asks } = exchange.board.book(listing);
  const [bidPrice = wire(0), bidQty = wire(0)] = bids[0] === undefined ? [] : levelRow(bids[0]);
  const [askPrice = wire(0), askQty = wire(0)] = asks[0] === undefined ? [] : levelRow(asks[0]);
  return { symbol: listing.symbol, bidPrice, bidQty, askPrice, askQty };
}

/** Percent digits as the exchange writes them. */
const percentDigits = 3;

function day(exchange: Exchange, listing: Listing): object {
  const ticker = dayTicker(exchange, listing.pair);
  const last = exchange.board.book(listing).last;
  const open = ticker?.whole.open ?? last.toNumber();
  const change = last.minus(open);
  const volume = ticker?.whole.volume ?? 0;
  const quoteVolume = ticker?.quoteVolume ?? 0;
  const { from, to } = ticker ?? { from: exchange.player.now(), to: exchange.player.now() };
  const { first, last: lastId, count } = exchange.player.trades(from, to);
  return {
    ...best(exchange, listing),
    priceChange: wire(change),
    priceChangePercent: change.div(open).times(100).toFixed(percentDigits),
    weightedAvgPrice: wire(volume > 0 ? quoteVolume / volume : last),
    prevClosePrice: wire(ticker?.closeBefore ?? last),
    lastPrice: wire(last),
    lastQty: wire(volume > 0 ? volume / Math.max(1, count) : 0),
    openPrice: wire(open),
    highPrice: wire(ticker?.whole.high ?? last),
    lowPrice: wire(ticker?.whole.low ?? last),
    volume: wire(volume),
    quoteVolume: wire(quoteVolume),
    openTime: from,
    closeTime: to,
    firstId: first,
    lastId,
    count,
  };
}
