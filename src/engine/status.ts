// What the engine says of itself at any moment: a value for the terminal, the command line and the view.
import type { Stage } from '../domain/configuration.ts';
import { STAGES } from '../domain/configuration.ts';
import { type DecimalText, text } from '../domain/money.ts';
import type { OpenBreaker } from '../domain/open-breaker.ts';
import type { OrderState } from '../domain/order.ts';
import type { Marks, Portfolio, Trading } from '../domain/portfolio.ts';
import { cash, dayReturn, equity, exposure, heldPairs, marked } from '../domain/portfolio.ts';
import type { RiskLimits } from '../domain/risk.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, FeedNews } from '../ports.ts';
import type { Parts } from './part.ts';

export interface PositionStatus {
  readonly configId: string;
  readonly pair: string;
  readonly stage: Stage;
  readonly quantity: DecimalText;
  readonly cost: DecimalText;
  readonly value: DecimalText;
  readonly mark: DecimalText | null;
  readonly stopLoss: DecimalText;
  readonly takeProfit: DecimalText;
  readonly exiting: string | null;
}

export interface Status {
  readonly at: Millis;
  readonly trading: Trading | 'recovering';
  readonly equity: DecimalText;
  readonly cash: DecimalText;
  readonly exposure: DecimalText;
  readonly dayReturn: number;
  readonly lossLatched: boolean;
  /** Circuit breakers that are not closed. */
  readonly breakers: readonly OpenBreaker[];
  /** Exposure and cap of each stage that may hold capital. */
  readonly stages: readonly { stage: Stage; used: DecimalText; cap: DecimalText }[];
  readonly positions: readonly PositionStatus[];
  /** Orders that are out, and the last that were, by client id. */
  readonly orders: Readonly<Record<string, OrderState>>;
  readonly configurations: number;
  /** Of these, those that failed too often and wait for a person. */
  readonly quarantined: number;
  readonly streams: { readonly live: number; readonly stale: number };
  /** How long positions have lacked an armed stop on a live price, in wall time, by configuration. */
  readonly unprotected: Readonly<Record<string, Millis>>;
  readonly counters: Counters;
}

/** What happened since the engine started. */
export interface Counters {
  candles: number;
  prices: number;
  holds: number;
  signals: number;
  approvals: number;
  refusals: number;
  fills: number;
  closed: number;
  candlesRejected: number;
  /** Candles that the venue changed after they had closed. */
  candlesCorrected: number;
  /** Frames that were none, and were dropped. */
  framesDropped: number;
  gaps: number;
  faults: number;
}

export const newCounters = (): Counters => ({
  candles: 0,
  prices: 0,
  holds: 0,
  signals: 0,
  approvals: 0,
  refusals: 0,
  fills: 0,
  closed: 0,
  candlesRejected: 0,
  candlesCorrected: 0,
  framesDropped: 0,
  gaps: 0,
  faults: 0,
});

/** Counts what befell a stream or a frame. */
export function countNews(counters: Counters, { type }: FeedNews): void {
  if (type === 'candle.rejected') counters.candlesRejected += 1;
  if (type === 'candle.corrected') counters.candlesCorrected += 1;
  if (type === 'frame.malformed') counters.framesDropped += 1;
  if (type === 'gap.found') counters.gaps += 1;
}

/** What `parts` say now; money at the last prices. */
export function statusNow(
  { watch, supervisor, registry, streams, orders, counters, faults, guard }: Parts,
  { market }: Pick<Clock, 'market'>,
  limits: RiskLimits,
): Status {
  const book = supervisor.book();
  return {
    ...statusOf(book, watch.marks(heldPairs(book)), limits),
    at: market(),
    trading: supervisor.actor.getSnapshot().value,
    configurations: registry.size,
    quarantined: faults.quarantinedCount,
    streams: streams.count(),
    unprotected: guard.ages(),
    orders: Object.fromEntries(orders.states()),
    counters: { ...counters, prices: watch.updates },
  };
}

/** The book's part of a status. */
export function statusOf(
  book: Portfolio,
  marks: Marks,
  limits: RiskLimits,
): Omit<
  Status,
  | 'at'
  | 'trading'
  | 'configurations'
  | 'quarantined'
  | 'streams'
  | 'orders'
  | 'counters'
  | 'unprotected'
> {
  const worth = equity(book, marks);
  return {
    equity: text(worth),
    cash: text(cash(book)),
    exposure: text(exposure(book, marks)),
    dayReturn: dayReturn(book, worth),
    lossLatched: book.day?.latched ?? false,
    breakers: [...book.breakers.values()],
    stages: STAGES.filter((stage) => limits.stageCaps[stage] > 0).map((stage) => ({
      stage,
      used: text(exposure(book, marks, (held) => held.stage === stage)),
      cap: text(worth.times(limits.stageCaps[stage])),
    })),
    positions: [...book.positions.values()].map((position) => {
      const { configId, pair, stage, stopLoss, takeProfit } = position.opening;
      const mark = marks.get(pair);
      return {
        configId,
        pair,
        stage,
        stopLoss,
        takeProfit,
        quantity: text(position.quantity),
        cost: text(position.cost),
        value: text(marked(position, marks)),
        mark: mark === undefined ? null : text(mark),
        exiting: position.exiting,
      };
    }),
  };
}
