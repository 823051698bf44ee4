// The state behind every answer of this exchange, in one place: markets, books, wallet, desk, clock.
import type { DepthLog } from './book.ts';
import { readEntry } from './exchange-info.ts';
import type { Market } from './market.ts';
import type { OrderDesk } from './order-desk.ts';
import { missing, VenueRefusal } from './refusal.ts';
import type { Wallet } from './wallet.ts';

export interface Venue {
  readonly baseMs: number;
  readonly markets: ReadonlyMap<string, Market>;
  readonly depths: ReadonlyMap<Market, DepthLog>;
  readonly wallet: Wallet;
  readonly desk: OrderDesk;
  /** Entries of symbols that are listed but not traded here. */
  readonly others: readonly object[];
  /** Market time in ms. */
  readonly now: () => number;
}

/** The market a request names; undefined for a symbol that is listed but has nothing to tell here. */
export function knownMarket(venue: Venue, parameters: URLSearchParams): Market | undefined {
  const symbol = parameters.get('symbol');
  if (symbol === null || symbol === '') throw missing('symbol');
  const market = venue.markets.get(symbol);
  if (market !== undefined) return market;
  if (venue.others.some((entry) => readEntry(entry).symbol === symbol)) return undefined;
  throw new VenueRefusal(-1121, 'Invalid symbol.');
}

/** The open market a request names; refuses unknown symbols and closed ones. */
export function marketOf(venue: Venue, parameters: URLSearchParams): Market {
  const market = knownMarket(venue, parameters);
  if (market === undefined) throw new VenueRefusal(-2010, 'Market is closed.');
  return market;
}
