// The exchange itself: listings, books, the account and the market that moves them. It knows no wire;
// the servers in front of it translate.

import type { Candle } from '../domain/candle.ts';
import { type Decimal, decimal } from '../domain/money.ts';
import { type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import { Account, type AccountRecord, compact, type VenueOrder } from './account.ts';
import { Book, type BookChange } from './book.ts';
import type { Execution } from './filling.ts';
import { type Listing, listingsOf, symbolOf } from './listing.ts';
import { aggregate, type CandleSource, firstCandle, merge } from './market.ts';
import { cancel, type Desk, type Matched, matchResting, place } from './matching.ts';
import { checkOrder } from './order-check.ts';
import type { Parameters } from './parameter.ts';
import { type Move, Player } from './player.ts';
import { openRecords, type RecordFile } from './record-file.ts';
import { refusals } from './refusal.ts';

export interface ExchangeListener {
  onMove(listing: Listing, move: Move): void;
  onBook(listing: Listing, change: BookChange, at: Millis): void;
  onClosed(at: Millis): void;
  onExecution(execution: Execution, at: Millis): void;
  onBalances(record: AccountRecord): void;
  onTransfer(asset: string, amount: Decimal, at: Millis): void;
  onEnd(): void;
  /** Something could not be kept on disk; it was not done either. */
  onTrouble(reason: unknown): void;
}

export interface ExchangeOptions {
  readonly source: CandleSource;
  readonly speed: number;
  readonly fee: number;
  readonly directory: string;
  readonly balances: Readonly<Record<string, string>>;
  /** In how many pieces the next order is filled. */
  pieces(): number;
}

export class Exchange {
  readonly source: CandleSource;
  readonly speed: number;
  readonly fee: number;
  readonly account = new Account();
  readonly player: Player;
  readonly #listings: Map<string, Listing>;
  readonly #books = new Map<string, Book>();
  readonly #records: RecordFile;
  readonly #listener: ExchangeListener;
  readonly #pieces: () => number;

  /** Throws when the directory is held, its records are unreadable or of another market. */
  constructor(options: ExchangeOptions, listener: ExchangeListener) {
    const { source, speed } = options;
    this.source = source;
    this.speed = speed;
    this.fee = options.fee;
    this.#listener = listener;
    this.#pieces = options.pieces;
    this.#listings = new Map(listingsOf(source));
    this.#records = openRecords(options.directory, (records) => compact(records, source.name));
    for (const record of this.#records.records) this.account.apply(record);
    const from = this.#records.records.at(-1)?.at ?? source.live;
    if (this.#records.records.length === 0) this.#open(options, from);
    const ticks = new Map(
      [...this.listings.values()].map(({ pair, tickSize }) => [pair, tickSize.toNumber()]),
    );
    this.player = new Player(
      source,
      ticks,
      { from, speed },
      {
        onMove: (move) => this.#moved(move),
        onClosed: (at) => this.#closed(at),
        onEnd: () => listener.onEnd(),
      },
    );
    for (const listing of this.listings.values()) {
      this.#books.set(listing.symbol, this.#bookAt(listing, from));
    }
  }

  get listings(): ReadonlyMap<string, Listing> {
    return this.#listings;
  }

  /** From now on `symbol` is listed otherwise. Throws `VenueRefusal` for one that is not listed. */
  relist(symbol: string, change: Partial<Listing>): void {
    const listing = { ...this.listing(symbol), ...change };
    this.#listings.set(symbol, listing);
    this.book(listing).relist(listing);
  }

  /** Throws `VenueRefusal` for a symbol that is not sent or not listed. */
  listing(symbol: string | undefined): Listing {
    if (symbol === undefined) throw refusals.missing('symbol');
    const listing = this.listings.get(symbol);
    if (listing === undefined) throw refusals.symbol();
    return listing;
  }

  book(listing: Listing): Book {
    const book = this.#books.get(listing.symbol);
    if (book === undefined) throw refusals.symbol();
    return book;
  }

  /** Checks, matches and records an order. Throws `VenueRefusal`. */
  place(parameters: Parameters): Matched {
    const { listing, matched } = this.#match(parameters, this.#pieces());
    this.#settle(listing, matched);
    return matched;
  }

  /** Does all of `place` but doing it. Throws `VenueRefusal`. */
  tryOut(parameters: Parameters): void {
    this.#match(parameters, 1);
  }

  /** Cancels an open order under the name `cancelId`. Throws `VenueRefusal` when it is not open. */
  cancel(order: VenueOrder | undefined, cancelId: string): Matched {
    const listing = order === undefined ? undefined : this.listings.get(order.symbol);
    const open = order !== undefined && this.account.openOrders(order.symbol).includes(order);
    if (order === undefined || listing === undefined || !open) throw refusals.unknownCancel();
    const matched = cancel(this.#desk(listing), order, cancelId);
    this.#settle(listing, matched);
    return matched;
  }

  /** Someone pays `amount` in, or out where it is negative. Throws `VenueRefusal` for more than there is. */
  transfer(asset: string, amount: Decimal): void {
    const at = this.player.now();
    const free = this.account.free(asset).plus(amount);
    if (free.lt(0)) throw refusals.balance();
    const locked = this.account.locked(asset).toFixed();
    const record = { at, balances: { [asset]: { free: free.toFixed(), locked } } };
    this.#record(record);
    this.#listener.onTransfer(asset, amount, at);
    this.#listener.onBalances(record);
  }

  /** The candle of a timeframe at `openTime`, with `now` as its newest part so far. */
  candle(pair: string, timeframe: Timeframe, openTime: Millis, now: Candle): Candle {
    const before = aggregate(this.source, pair, timeframe, openTime, now.openTime);
    return merge(before, now, openTime);
  }

  close(): void {
    this.player.stop();
    try {
      this.#record({ at: this.player.now() });
    } catch (reason) {
      this.#listener.onTrouble(reason);
    }
    this.#records.close();
  }

  #match(parameters: Parameters, pieces: number): { listing: Listing; matched: Matched } {
    const listing = this.listing(parameters.get('symbol'));
    const desk = this.#desk(listing);
    const request = checkOrder(parameters, listing, desk.book.last);
    const clientOrderId = request.clientOrderId ?? `sandbox-${this.account.nextOrderId()}`;
    return { listing, matched: place(desk, request, clientOrderId, pieces) };
  }

  #desk(listing: Listing): Desk {
    const { account, fee } = this;
    return { account, listing, book: this.book(listing), at: this.player.now(), fee };
  }

  #open({ balances, source }: ExchangeOptions, at: Millis): void {
    const opening = Object.entries(balances).map(
      ([asset, free]) => [asset, { free: decimal(free).toFixed(), locked: '0' }] as const,
    );
    this.#record({ at, market: source.name, balances: Object.fromEntries(opening) });
  }

  /** On disk first: nobody is answered before the record is safe. */
  #record(record: AccountRecord): void {
    this.#records.append(record);
    this.account.apply(record);
  }

  #settle(listing: Listing, { record, executions, taken, order }: Matched): void {
    this.#record(record);
    if (taken.length > 0) {
      const change = this.book(listing).take(order.side, taken);
      this.#listener.onBook(listing, change, record.at);
    }
    for (const execution of executions) this.#listener.onExecution(execution, record.at);
    this.#listener.onBalances(record);
  }

  /** The book where the market stood: at the candle in the making, else at the one before. */
  #bookAt(listing: Listing, at: Millis): Book {
    const { source } = this;
    const length = timeframeMs(source.timeframe);
    let last = this.player.candle(listing.pair);
    let openTime = Math.floor(at / length) * length;
    while (last === undefined && openTime > source.start) {
      openTime -= length;
      last = source.candle(listing.pair, openTime);
    }
    const book = new Book(listing, at);
    book.move((last ?? firstCandle(source, listing.pair))?.close ?? 1, at);
    return book;
  }

  #moved(move: Move): void {
    const listing = this.listings.get(symbolOf(move.pair));
    const book = listing === undefined ? undefined : this.#books.get(listing.symbol);
    if (listing === undefined || book === undefined) return;
    const change = book.move(move.step.price, move.at);
    // What is halted has a price again when it is traded again.
    if (listing.status !== 'TRADING') return;
    this.#listener.onMove(listing, move);
    this.#listener.onBook(listing, change, move.at);
    for (const order of this.account.openOrders(listing.symbol)) {
      const matched = matchResting(this.#desk(listing), order);
      if (matched !== undefined) this.#try(() => this.#settle(listing, matched));
    }
  }

  #closed(at: Millis): void {
    // Where the market stands survives a crash to within one candle.
    this.#try(() => this.#record({ at }));
    this.#listener.onClosed(at);
  }

  /** The market goes on, also over a full disk. */
  #try(act: () => void): void {
    try {
      act();
    } catch (reason) {
      this.#listener.onTrouble(reason);
    }
  }
}
