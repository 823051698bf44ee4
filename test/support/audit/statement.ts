// The facts the audit works on, whoever stated them: what the venue says and what the books say, in
// exact numbers and nothing else.
import type { Rational } from './rational.ts';

/** One execution of the account, as either side recorded it. */
export interface Trade {
  /** Venue symbol, for example BTCUSDT. */
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly tradeId: string;
  readonly clientOrderId: string;
  readonly side: 'BUY' | 'SELL';
  readonly price: Rational;
  readonly quantity: Rational;
  readonly fee: Rational;
  readonly feeAsset: string;
}

export interface VenueTrade extends Trade {
  readonly orderId: string;
  readonly quoteQuantity: Rational;
}

export interface VenueOrder {
  readonly symbol: string;
  readonly orderId: string;
  readonly clientOrderId: string;
  readonly side: 'BUY' | 'SELL';
  readonly executed: Rational;
}

export interface VenueStatement {
  /** Free and locked together, by asset; assets without any are left out. */
  readonly balances: ReadonlyMap<string, Rational>;
  readonly trades: readonly VenueTrade[];
  readonly orders: readonly VenueOrder[];
}

export interface BookFill extends Trade {
  /** Place in the journal. */
  readonly seq: number;
  /** The position it belongs to, and whose that is. */
  readonly position: string;
  readonly config: string;
  /** The fee in quote currency, as the books valued it. */
  readonly feeValue: Rational;
  readonly realised: Rational;
}

export interface BookOrder {
  readonly clientOrderId: string;
  readonly filled: Rational;
}

export interface OpenPosition {
  readonly position: string;
  readonly asset: string;
  readonly quantity: Rational;
  readonly cost: Rational;
}

export interface ClosedPosition {
  readonly position: string;
  readonly fees: Rational;
  readonly profit: Rational;
}

/** The books' own totals after one journal entry. */
export interface Mark {
  readonly seq: number;
  readonly cash: Rational;
  readonly realised: Rational;
  readonly fees: Rational;
}

export interface Posting {
  readonly seq: number;
  readonly account: string;
  readonly asset: string;
  readonly amount: Rational;
}

/** A journal entry that holds an order as it was meant, before anything was sent. */
export interface Intent {
  readonly seq: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly quantity: Rational;
}

/** A journal entry that tells what became of an order. */
export interface Consequence {
  readonly seq: number;
  readonly type: string;
  readonly clientOrderId: string;
}

/** What the books began with. */
export interface Opening {
  readonly quote: string;
  /** What the ids of the engine's own orders begin with. */
  readonly engine: string;
  readonly capital: Rational;
  /** Held at the venue before the books began, by asset, and none of their business. */
  readonly foreign: ReadonlyMap<string, Rational>;
}

/** A part of a position that others sold: for how much, where anybody knows. */
export interface Shrunk {
  readonly seq: number;
  readonly config: string;
  readonly gone: Rational;
  readonly received: Rational | undefined;
}

/** What the books say of others on the account. */
export interface Others {
  /** Trades that are none of the engine's. */
  readonly trades: readonly { readonly symbol: string; readonly tradeId: string }[];
  /** Postings of transfers, and of what a person accepted. */
  readonly moves: readonly Posting[];
  readonly shrunk: readonly Shrunk[];
}

export interface BookStatement {
  readonly opening: Opening;
  readonly others: Others;
  readonly fills: readonly BookFill[];
  /** The fills again, as the journal itself tells them. */
  readonly journalled: readonly Trade[];
  readonly orders: readonly BookOrder[];
  readonly open: readonly OpenPosition[];
  readonly closed: readonly ClosedPosition[];
  readonly lastMark: Mark | undefined;
  readonly postings: readonly Posting[];
  readonly intents: readonly Intent[];
  readonly consequences: readonly Consequence[];
}

/** Something the audit holds against the books, or against the venue. */
export interface Finding {
  readonly code: string;
  readonly detail: string;
}

/** A number that was compared, for the reader of the report. */
export interface Comparison {
  readonly name: string;
  readonly expected: string;
  readonly actual: string;
  readonly agrees: boolean;
}

export interface Report {
  readonly findings: readonly Finding[];
  readonly comparisons: readonly Comparison[];
}
