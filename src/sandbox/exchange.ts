// The exchange itself: listings, books, the account and the market that moves them. It knows no wire;
// the servers in front of it translate.

import type { Candle } from '../domain/candle.ts';
import { decimal } from '../domain/money.ts';
import { type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import { Account, type AccountRecord, type VenueOrder } from './account.ts';
import { Book, type BookChange } from './book.ts';
import { type Listing, listingOf } from './listing.ts';
import { aggregate, type CandleSource, merge } from './market.ts';
import {
  cancel,
  type Desk,
  type Execution,
  type Matched,
  matchResting,
  place,
} from './matching.ts';
import { checkOrder } from './order-check.ts';
import { type Move, Player } from './player.ts';
import { openRecords, type RecordFile } from './record-file.ts';
import { refusals } from './refusal.ts';

export interface ExchangeListener {
  onMove(listing: Listing, move: Move): void;
  onBook(listing: Listing, change: BookChange, at: Millis): void;
  onClosed(openTime: Millis, at: Millis): void;
  onExecution(listing: Listing, execution: Execution, at: Millis): void;
  onBalances(record: AccountRecord): void;
  onEnd(): void;
}

export interface ExchangeOptions {
  readonly source: CandleSource;
  readonly speed: number;
  readonly fee: number;
  readonly directory: string;
  readonly balances: Readonly<Record<string, string>>;
}

export class Exchange {
  readonly source: CandleSource;
  readonly speed: number;
  readonly fee: number;
  readonly account = new Account();
  readonly listings: ReadonlyMap<string, Listing>;
  readonly player: Player;
  readonly #books = new Map<string, Book>();
  readonly #records: RecordFile;
  readonly #listener: ExchangeListener;

  constructor(options: ExchangeOptions, listener: ExchangeListener) {
    this.source = options.source;
    this.speed = options.speed;
    this.fee = options.fee;
    this.#listener = listener;
    this.listings = listingsOf(options.source);
    this.#records = openRecords(options.directory, compact);
    for (const record of this.#records.records) this.account.apply(record);
    const from = this.#records.records.at(-1)?.at ?? options.source.live;
    if (this.#records.records.length === 0) this.#open(options.balances, from);
    for (const listing of this.listings.values())
      this.#books.set(listing.symbol, this.#bookAt(listing, from));
    const ticks = new Map(
      [...this.listings.values()].map(({ pair, tickSize }) => [pair, tickSize.toNumber()]),
    );
    this.player = new Player(
      options.source,
      ticks,
      { from, speed: options.speed },
      {
        onMove: (move) => this.#moved(move),
        onClosed: (openTime, at) => this.#closed(openTime, at),
        onEnd: () => listener.onEnd(),
      },
    );
  }

  listing(symbol: string | undefined): Listing {
    const listing = symbol === undefined ? undefined : this.listings.get(symbol);
    if (listing === undefined) throw refusals.symbol();
    return listing;
  }

  book(listing: Listing): Book {
    const book = this.#books.get(listing.symbol);
    if (book === undefined) throw refusals.symbol();
    return book;
  }

  /** Checks, matches and records an order. Throws `VenueRefusal`. */
  place(parameters: ReadonlyMap<string, string>): Matched {
    const listing = this.listing(parameters.get('symbol'));
    const desk = this.#desk(listing);
    const request = checkOrder(parameters, listing, desk.book.last);
    const clientOrderId = request.clientOrderId ?? `sandbox-${this.account.nextOrderId()}`;
    const matched = place(desk, request, clientOrderId);
    if (matched.taken.length > 0) {
      const change = desk.book.take(request.side, matched.taken);
      this.#listener.onBook(listing, change, desk.at);
    }
    this.#settle(listing, matched);
    return matched;
  }

  /** Cancels an open order. Throws `VenueRefusal` when it is not open. */
  cancel(order: VenueOrder | undefined): VenueOrder {
    const listing = order === undefined ? undefined : this.listings.get(order.symbol);
    const open = order !== undefined && this.account.openOrders(order.symbol).includes(order);
    if (order === undefined || listing === undefined || !open) throw refusals.unknownCancel();
    const matched = cancel(this.#desk(listing), order);
    this.#settle(listing, matched);
    return matched.order;
  }

  /** The candle of a timeframe at `openTime`, with `now` as its newest part so far. */
  candle(pair: string, timeframe: Timeframe, openTime: Millis, now: Candle): Candle {
    const before = aggregate(this.source, pair, timeframe, openTime, now.openTime);
    return merge(before, now, openTime);
  }

  close(): void {
    this.player.stop();
    this.#record({ at: this.player.now() });
    this.#records.close();
  }

  #desk(listing: Listing): Desk {
    const { account, fee } = this;
    return { account, listing, book: this.book(listing), at: this.player.now(), fee };
  }

  #open(balances: Readonly<Record<string, string>>, at: Millis): void {
    const opening = Object.entries(balances).map(
      ([asset, free]) => [asset, { free: decimal(free).toFixed(), locked: '0' }] as const,
    );
    this.#record({ at, balances: Object.fromEntries(opening) });
  }

  /** On disk first: nobody is answered before the record is safe. */
  #record(record: AccountRecord): void {
    this.#records.append(record);
    this.account.apply(record);
  }

  #settle(listing: Listing, { record, executions }: Matched): void {
    this.#record(record);
    for (const execution of executions) this.#listener.onExecution(listing, execution, record.at);
    this.#listener.onBalances(record);
  }

  #bookAt(listing: Listing, at: Millis): Book {
    const length = timeframeMs(this.source.timeframe);
    const before = this.source.candle(listing.pair, Math.floor(at / length) * length - length);
    const book = new Book(listing);
    book.move(before?.close ?? this.source.candle(listing.pair, this.source.start)?.close ?? 1, at);
    return book;
  }

  #moved(move: Move): void {
    const listing = this.listings.get(symbolOf(move.pair));
    const book = listing === undefined ? undefined : this.#books.get(listing.symbol);
    if (listing === undefined || book === undefined) return;
    const change = book.move(move.step.price, move.at);
    this.#listener.onMove(listing, move);
    this.#listener.onBook(listing, change, move.at);
    for (const order of this.account.openOrders(listing.symbol)) {
      const matched = matchResting(this.#desk(listing), order);
      if (matched !== undefined) this.#settle(listing, matched);
    }
  }

  #closed(openTime: Millis, at: Millis): void {
    // Where the market stands survives a crash to within one candle.
    this.#record({ at });
    this.#listener.onClosed(openTime, at);
  }
}

export const symbolOf = (pair: string): string => pair.replace('/', '');

function listingsOf(source: CandleSource): ReadonlyMap<string, Listing> {
  const rows = source.pairs.map((pair) => {
    const listing = listingOf(pair, source.candle(pair, source.live)?.close ?? 1);
    return [listing.symbol, listing] as const;
  });
  return new Map(rows);
}

function compact(records: readonly AccountRecord[]): readonly AccountRecord[] {
  const last = records.at(-1);
  if (last === undefined) return [];
  const account = new Account();
  for (const record of records) account.apply(record);
  return [account.whole(last.at)];
}
