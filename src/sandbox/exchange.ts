// The exchange itself: listings, books, the account and the market that moves them. It knows no wire;
// the servers in front of it translate.

import type { Candle } from '../domain/candle.ts';
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis, Timeframe } from '../domain/time.ts';
import {
  Account,
  type AccountRecord,
  compact,
  isOpen,
  type VenueList,
  type VenueOrder,
} from './account.ts';
import { Board } from './board.ts';
import type { BookChange } from './book.ts';
import type { Execution } from './filling.ts';
import type { Listing } from './listing.ts';
import { aggregate, type CandleSource, merge } from './market.ts';
import { type Desk, type Matched, place } from './matching.ts';
import { checkOrder } from './order-check.ts';
import { type MatchedPair, placePair } from './pair.ts';
import { checkPair } from './pair-check.ts';
import type { Parameters } from './parameter.ts';
import { type Move, Player } from './player.ts';
import { openRecords, type RecordFile } from './record-file.ts';
import { refusals } from './refusal.ts';
import { cancel, matchResting } from './resting.ts';

export interface ExchangeListener {
  onMove(listing: Listing, move: Move): void;
  onBook(listing: Listing, change: BookChange, at: Millis): void;
  onClosed(at: Millis): void;
  onExecution(execution: Execution, at: Millis): void;
  onBalances(record: AccountRecord): void;
  /** A list began, or none of its orders is open any more. */
  onList(list: VenueList, at: Millis): void;
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
  readonly board: Board;
  readonly player: Player;
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
    this.board = new Board(source);
    this.#records = openRecords(options.directory, (records) => compact(records, source.name));
    for (const record of this.#records.records) this.account.apply(record);
    const from = this.#records.records.at(-1)?.at ?? source.live;
    if (this.#records.records.length === 0) this.#open(options, from);
    const ticks = new Map(
      [...this.board.listings.values()].map(({ pair, tickSize }) => [pair, tickSize.toNumber()]),
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
    this.board.open(source, from, (pair) => this.player.candle(pair));
  }

  /** Checks, matches and records an order. Throws `VenueRefusal`. */
  place(parameters: Parameters): Matched {
    const { listing, matched } = this.#match(parameters, this.#pieces);
    this.#settle(listing, matched);
    return matched;
  }

  /** The same of two orders of which one cancels the other. Throws `VenueRefusal`. */
  placePair(parameters: Parameters): MatchedPair {
    const listing = this.board.listing(parameters.get('symbol'));
    const desk = this.#desk(listing);
    const pair = placePair(desk, checkPair(parameters, listing, desk.book.last));
    this.#settle(listing, { ...pair, record: { ...pair.record, lists: [pair.list] } });
    return pair;
  }

  /** Does all of `place` but doing it. Throws `VenueRefusal`. */
  tryOut(parameters: Parameters): void {
    this.#match(parameters, () => 1);
  }

  /** Cancels an open order under the name `cancelId`. Throws `VenueRefusal` when it is not open. */
  cancel(order: VenueOrder | undefined, cancelId: string): Matched {
    const listing = order === undefined ? undefined : this.board.listings.get(order.symbol);
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

  #match(parameters: Parameters, pieces: () => number): { listing: Listing; matched: Matched } {
    const listing = this.board.listing(parameters.get('symbol'));
    const desk = this.#desk(listing);
    const request = checkOrder(parameters, listing, desk.book.last);
    const clientOrderId = request.clientOrderId ?? `sandbox-${this.account.nextOrderId()}`;
    return { listing, matched: place(desk, request, clientOrderId, pieces) };
  }

  #desk(listing: Listing): Desk {
    const { account, fee } = this;
    return { account, listing, book: this.board.book(listing), at: this.player.now(), fee };
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
      const change = this.board.book(listing).take(order.side, taken);
      this.#listener.onBook(listing, change, record.at);
    }
    for (const execution of executions) this.#listener.onExecution(execution, record.at);
    const list = this.account.list(order.list);
    if (list !== undefined && (record.lists !== undefined || !this.account.isActive(list))) {
      this.#listener.onList(list, record.at);
    }
    this.#listener.onBalances(record);
  }

  #moved(move: Move): void {
    const listing = this.board.listingOf(move.pair);
    if (listing === undefined) return;
    const change = this.board.book(listing).move(move.step.price, move.at);
    // What is halted has a price again when it is traded again.
    if (listing.status !== 'TRADING') return;
    this.#listener.onMove(listing, move);
    this.#listener.onBook(listing, change, move.at);
    for (const { orderId } of this.account.openOrders(listing.symbol)) {
      // The one before may have ended it.
      const order = this.account.order(orderId);
      if (order === undefined || !isOpen(order)) continue;
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
