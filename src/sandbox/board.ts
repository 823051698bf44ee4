// What the exchange lists and the order book of each: made where the market stands, moved with it, and
// listed otherwise while it runs.
import type { Candle } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { Book } from './book.ts';
import { type Listing, listingsOf, symbolOf } from './listing.ts';
import { type CandleSource, firstCandle } from './market.ts';
import { refusals } from './refusal.ts';

export class Board {
  readonly #listings: Map<string, Listing>;
  readonly #books = new Map<string, Book>();

  constructor(source: CandleSource) {
    this.#listings = new Map(listingsOf(source));
  }

  get listings(): ReadonlyMap<string, Listing> {
    return this.#listings;
  }

  /** Throws `VenueRefusal` for a symbol that is not sent or not listed. */
  listing(symbol: string | undefined): Listing {
    if (symbol === undefined) throw refusals.missing('symbol');
    const listing = this.#listings.get(symbol);
    if (listing === undefined) throw refusals.symbol();
    return listing;
  }

  /** Undefined for a pair that is not listed. */
  listingOf(pair: string): Listing | undefined {
    return this.#listings.get(symbolOf(pair));
  }

  book({ symbol }: Pick<Listing, 'symbol'>): Book {
    const book = this.#books.get(symbol);
    if (book === undefined) throw refusals.symbol();
    return book;
  }

  /** From now on `symbol` is listed otherwise. Throws `VenueRefusal` for one that is not listed. */
  relist(symbol: string, change: Partial<Listing>): void {
    const listing = { ...this.listing(symbol), ...change };
    this.#listings.set(symbol, listing);
    this.book(listing).relist(listing);
  }

  /** Opens the books where the market stands: at the candle in the making, else at the one before. */
  open(source: CandleSource, at: Millis, current: (pair: string) => Candle | undefined): void {
    const length = timeframeMs(source.timeframe);
    for (const listing of this.#listings.values()) {
      let last = current(listing.pair);
      let openTime = Math.floor(at / length) * length;
      while (last === undefined && openTime > source.start) {
        openTime -= length;
        last = source.candle(listing.pair, openTime);
      }
      const book = new Book(listing, at);
      book.move((last ?? firstCandle(source, listing.pair))?.close ?? 1, at);
      this.#books.set(listing.symbol, book);
    }
  }
}
