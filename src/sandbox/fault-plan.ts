// What goes wrong at the exchange, and when: plain data, so that a plan can be read from a file, drawn
// from a seed, and handed to another process.

/** When a rule applies. What it is about comes in turns (requests, frames, orders); times are the wall's. */
export interface FaultTiming {
  /** The first turn it applies to, counted from 1 while it is awake; the first unless given. */
  readonly from?: number | undefined;
  /** How many turns it takes; all unless given. */
  readonly times?: number | undefined;
  /** Milliseconds after the exchange opened at which it wakes; 0 unless given. */
  readonly afterMs?: number | undefined;
  /** Milliseconds it stays awake; for ever unless given. */
  readonly forMs?: number | undefined;
  /** Chance that it takes a turn it could take; 1 unless given. */
  readonly probability?: number | undefined;
}

/** What happens to a request and its answer. */
export type RequestFault =
  /** No answer: the connection is closed, is cut with a reset, or stays open for ever. */
  | { readonly kind: 'drop' | 'reset' | 'hang'; readonly carriedOut: boolean }
  /** The answer ends in its middle, whole as HTTP; or the connection does. */
  | { readonly kind: 'truncated' | 'cut'; readonly carriedOut: boolean }
  /** Another answer than the exchange's own. */
  | {
      readonly kind: 'answer';
      readonly carriedOut: boolean;
      readonly status: number;
      readonly body?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    }
  /** Carried out at once, answered after `ms`. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Carried out after `ms`, its time having been checked when it came. */
  | { readonly kind: 'late'; readonly ms: number };

/** What happens to the frames of a stream, and to its sockets. */
export type StreamFault =
  /** The frame comes twice; after the next one; not at all; broken in its middle. */
  | { readonly kind: 'duplicate' | 'swap' | 'silent' | 'malformed' }
  | { readonly kind: 'delay'; readonly ms: number }
  /** From now on the socket sends and hears nothing, pings included, and stays open. */
  | { readonly kind: 'half-open' }
  /** The socket is closed with `code`; cut where none is given. */
  | { readonly kind: 'close'; readonly code?: number | undefined }
  /** A subscription is refused. */
  | { readonly kind: 'refuse' };

/** What the exchange itself does, once, when the rule wakes. */
export type ExchangeFault =
  | {
      readonly kind: 'filters';
      readonly symbol: string;
      readonly tickSize?: string | undefined;
      readonly stepSize?: string | undefined;
      readonly notionalMin?: string | undefined;
    }
  /** Not traded while the rule is awake: orders are refused, none is filled. */
  | { readonly kind: 'halt'; readonly symbol: string; readonly status: 'BREAK' | 'HALT' }
  /** Somebody trades on the same account, under an id of their own. */
  | {
      readonly kind: 'trade';
      readonly symbol: string;
      readonly side: 'BUY' | 'SELL';
      readonly quantity: string;
    };

/** Orders are filled in this many pieces, one at each move of the market. */
export interface PiecesFault {
  readonly kind: 'pieces';
  readonly pieces: number;
}

export const STREAMS = ['market-stream', 'user-stream'] as const;
export type StreamName = (typeof STREAMS)[number];

export type RequestRule = {
  /** `POST /api/v3/order`; `GET *` and `* /api/v3/*` stand for many. */
  readonly on: `${string} ${string}`;
  readonly when: FaultTiming;
  readonly do: RequestFault;
};
export type StreamRule = {
  readonly on: StreamName;
  readonly when: FaultTiming;
  readonly do: StreamFault;
};
export type ExchangeRule = {
  readonly on: 'exchange';
  readonly when: FaultTiming;
  readonly do: ExchangeFault;
};
export type OrderRule = {
  readonly on: 'orders';
  readonly when: FaultTiming;
  readonly do: PiecesFault;
};
export type FaultRule = RequestRule | StreamRule | ExchangeRule | OrderRule;

export interface FaultPlan {
  /** Of the chances in it: the same seed decides alike at the same turns. */
  readonly seed: number;
  /** The first that applies to a turn takes it. */
  readonly rules: readonly FaultRule[];
}

export const isOnStream = (rule: FaultRule): rule is StreamRule =>
  STREAMS.some((name) => name === rule.on);
export const isOnExchange = (rule: FaultRule): rule is ExchangeRule => rule.on === 'exchange';
export const isOnOrders = (rule: FaultRule): rule is OrderRule => rule.on === 'orders';
export const isOnRequests = (rule: FaultRule): rule is RequestRule => rule.on.includes(' ');
