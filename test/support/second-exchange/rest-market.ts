// Public REST answers: time, catalogue, candles, order book.
import { fold, intervalMs } from './candle-series.ts';
import { exchangeInfo, readEntry } from './exchange-info.ts';
import { depthAnswer, klineRow } from './market-frame.ts';
import { missing, VenueRefusal } from './refusal.ts';
import { knownMarket, marketOf, type Venue } from './venue.ts';

/** A whole number parameter, or the given default; capped at the maximum where there is one. */
export function whole(
  parameters: URLSearchParams,
  name: string,
  otherwise: number,
  max = Number.MAX_SAFE_INTEGER,
): number {
  const text = parameters.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,16}$/.test(text)) {
    const message = `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`;
    throw new VenueRefusal(-1100, message);
  }
  return Math.min(Number(text), max);
}

function klines(venue: Venue, parameters: URLSearchParams): object {
  const market = knownMarket(venue, parameters);
  const interval = parameters.get('interval');
  if (interval === null) throw missing('interval');
  const lengthMs = intervalMs.get(interval);
  if (lengthMs === undefined || lengthMs % venue.baseMs !== 0) {
    throw new VenueRefusal(-1120, 'Invalid interval.');
  }
  const limit = whole(parameters, 'limit', 500, 1_000);
  const from = whole(parameters, 'startTime', 0);
  const to = whole(parameters, 'endTime', Number.MAX_SAFE_INTEGER);
  const bars = fold(market?.bars ?? [], lengthMs).filter(
    ({ openTime }) => openTime >= from && openTime <= to,
  );
  const page = parameters.has('startTime') ? bars.slice(0, limit) : bars.slice(-limit);
  return page.map((bar) => klineRow(bar, bar.openTime + lengthMs - 1));
}

function depth(venue: Venue, parameters: URLSearchParams): object {
  const log = venue.depths.get(marketOf(venue, parameters));
  if (log === undefined) throw new VenueRefusal(-1112, 'No orders on book for symbol.');
  const limit = whole(parameters, 'limit', 100, 5_000);
  return depthAnswer(log.bids.slice(0, limit), log.asks.slice(0, limit), log.lastUpdateId);
}

function catalogue(venue: Venue, parameters: URLSearchParams): object {
  const info = exchangeInfo([...venue.markets.values()], venue.others, Date.now());
  const asked = parameters.get('symbol') ?? parameters.get('symbols');
  if (asked === null) return info;
  const names = new Set(asked.match(/[A-Z0-9]+/g));
  const symbols = info.symbols.filter((entry) => names.has(readEntry(entry).symbol));
  if (symbols.length < names.size) throw new VenueRefusal(-1121, 'Invalid symbol.');
  return { ...info, symbols };
}

export const publicRoutes: ReadonlyMap<
  string,
  (venue: Venue, parameters: URLSearchParams) => object
> = new Map([
  ['GET /api/v3/ping', (): object => ({})],
  ['GET /api/v3/time', (): object => ({ serverTime: Date.now() })],
  ['GET /api/v3/exchangeInfo', catalogue],
  ['GET /api/v3/klines', klines],
  ['GET /api/v3/depth', depth],
]);
