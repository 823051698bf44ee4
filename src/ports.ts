// What the engine needs from the world, as types: adapters implement them, nothing here runs.
import type { Observable } from 'rxjs';
import type { Candle, Stream } from './domain/candle.ts';
import type { Entry, Fact } from './domain/fact.ts';
import type { Fill } from './domain/fill.ts';
import type { Instrument } from './domain/instrument.ts';
import type { DecimalText } from './domain/money.ts';
import type { Order, OrderState } from './domain/order.ts';
import type { Millis } from './domain/time.ts';

/** Market time comes from the venue's events; wall and monotonic time from the machine. */
export interface Clock {
  market(): Millis;
  wall(): Millis;
  monotonic(): Millis;
  /** Tells the clock the event time of something the venue just sent. */
  observe(eventAt: Millis): void;
}

/** Timers on wall time; the handle cancels. Injected so that a simulation owns all waiting. */
export interface Timers {
  after(delayMs: Millis, run: () => void): () => void;
  every(periodMs: Millis, run: () => void): () => void;
}

export interface ClosedCandle {
  readonly stream: Stream;
  readonly candle: Candle;
  /** Loaded from history or a repair, not seen live: it feeds indicators, decisions on it may be late. */
  readonly backfilled: boolean;
}

/** One price of one pair as the venue sent it; `at` is the venue's event time. */
export interface PriceUpdate {
  readonly pair: string;
  readonly price: number;
  readonly at: Millis;
}

export type FeedNews =
  | { readonly type: 'backfill.progressed'; readonly loaded: number; readonly wanted: number }
  | { readonly type: 'stream.live'; readonly stream: Stream }
  | { readonly type: 'stream.stale'; readonly stream: Stream; readonly reason: string }
  | {
      readonly type: 'gap.found';
      readonly stream: Stream;
      readonly from: Millis;
      readonly to: Millis;
    }
  | { readonly type: 'candle.rejected'; readonly stream: Stream; readonly reason: string }
  /** The venue changed a candle after it had closed: said and counted, never decided on again. */
  | {
      readonly type: 'candle.corrected';
      readonly stream: Stream;
      readonly was: Candle;
      readonly is: Candle;
    }
  /** A frame that is none of what the protocol promises: it was dropped. */
  | { readonly type: 'frame.malformed'; readonly reason: string };

/** Live market data: every candle proven closed, once, in order, without holes. */
export interface Feed {
  readonly candles: Observable<ClosedCandle>;
  readonly prices: Observable<PriceUpdate>;
  readonly news: Observable<FeedNews>;
  /** Backfills `bars` closed candles of each stream, then goes live. Resolves when all are live. */
  start(wanted: readonly { stream: Stream; bars: number }[]): Promise<void>;
  /** Adds a stream while running. */
  add(wanted: { stream: Stream; bars: number }): Promise<void>;
  stop(): Promise<void>;
}

/** What the venue answered to an order, by the allow-list of RELIABILITY §3.3. */
export type Outcome =
  | { readonly kind: 'accepted'; readonly report: OrderReport; readonly fills: readonly Fill[] }
  | { readonly kind: 'exists' }
  | { readonly kind: 'rejected'; readonly code: string; readonly message: string }
  | { readonly kind: 'not-sent'; readonly code: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** What came of a cancel: only an answer that names our order and says so proves that it is gone. */
export type CancelOutcome =
  | { readonly kind: 'canceled'; readonly report: OrderReport }
  /** Everything else, “no such order” included: it may have been filled. Look it up. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The venue's word on one order. */
export interface OrderReport {
  readonly clientOrderId: string;
  readonly venueOrderId: string;
  readonly pair: string;
  readonly state: Extract<OrderState, 'open' | 'partial' | 'filled' | 'rejected' | 'canceled'>;
  /** Cumulative filled quantity in base units. */
  readonly filled: DecimalText;
  readonly at: Millis;
}

export type VenueNews =
  | { readonly type: 'order.reported'; readonly report: OrderReport }
  | { readonly type: 'fill.reported'; readonly fill: Fill }
  /** Money came or went without a trade. */
  | {
      readonly type: 'balance.changed';
      readonly asset: string;
      readonly delta: DecimalText;
      readonly at: Millis;
    }
  /** The venue hears nothing from this address for so long, exits included. */
  | { readonly type: 'requests.banned'; readonly forMs: Millis }
  /** An order broke a rule of trading: those in force are not the venue's any more. */
  | { readonly type: 'rules.doubted'; readonly pair: string }
  | { readonly type: 'reports.live' }
  | { readonly type: 'reports.lost'; readonly reason: string };

export interface Balance {
  readonly free: DecimalText;
  readonly locked: DecimalText;
}

/** Where orders go: a real exchange, or the paper venue. Every call carries its own deadline. */
export interface Venue {
  readonly name: string;
  readonly news: Observable<VenueNews>;
  /** Loads the rules of trading and opens the stream of own orders. Throws `VenueFault`. */
  connect(): Promise<ReadonlyMap<string, Instrument>>;
  /** The rules of trading as they are now. Throws `VenueFault`. */
  instruments(): Promise<ReadonlyMap<string, Instrument>>;
  balances(): Promise<ReadonlyMap<string, Balance>>;
  /** Never throws: whatever went wrong is an outcome. */
  place(order: Order): Promise<Outcome>;
  /** Never throws. What the order filled before its end is told before this resolves. */
  cancel(order: Pick<Order, 'clientOrderId' | 'pair'>): Promise<CancelOutcome>;
  /** The venue's word on an order by its client id; undefined when it does not know it. */
  find(order: Pick<Order, 'clientOrderId' | 'pair'>): Promise<OrderReport | undefined>;
  /** Own trades of a pair since a market time, oldest first, paged to the end. */
  fills(pair: string, since: Millis): Promise<readonly Fill[]>;
  openOrders(): Promise<readonly OrderReport[]>;
  close(): Promise<void>;
}

/** A saved state of the book: what recovery starts from. */
export interface Checkpoint {
  readonly seq: number;
  readonly hash: string;
  readonly state: string;
}

/** The append-only journal. An append resolves after commit, projections in the same transaction. */
export interface Journal {
  append(facts: readonly Fact[]): Promise<readonly Entry[]>;
  /** Entries with seq ≥ from, in order. */
  read(from: number): AsyncIterable<Entry>;
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** The newest checkpoint; with `before`, the newest of those that end before that entry. */
  latestCheckpoint(before?: number): Promise<Checkpoint | undefined>;
  /** Whether an order of this id was ever recorded, however long ago. */
  holdsOrder(clientOrderId: string): Promise<boolean>;
}

/** Inputs as they came, apart from the journal: candles and prices for replay. Rotates by itself. */
export interface Tape {
  candle(candle: ClosedCandle): void;
  price(update: PriceUpdate): void;
  close(): Promise<void>;
}

export interface Log {
  debug(data: object, message: string): void;
  info(data: object, message: string): void;
  warn(data: object, message: string): void;
  error(data: object, message: string): void;
}
