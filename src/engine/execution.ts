// From a committed order to the venue and back: every answer becomes an event to the supervisor. An
// answer that proves nothing keeps the order's exposure reserved until the resolver knows.
import type { OrderNews } from '../domain/conclusion.ts';
import type { Fill } from '../domain/fill.ts';
import type { Order } from '../domain/order.ts';
import type { LiveOrder } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, OrderReport, Outcome, Timers, Venue, VenueNews } from '../ports.ts';

export interface ExecutionSink {
  onFill(fill: Fill): void;
  onOrderNews(news: OrderNews): void;
  /** An order whose outcome or end is not known: someone must find out. */
  onUnknown(order: Order): void;
}

/** What the venue's report says to the supervisor. */
export function newsOf(report: OrderReport): OrderNews {
  const { clientOrderId, at, state, venueOrderId } = report;
  switch (state) {
    case 'canceled':
    case 'rejected':
      return { kind: 'ended', clientOrderId, at, state, code: null, message: null };
    default:
      // `filled` too: an order ends as filled when its fills are in, not when someone says so.
      return { kind: 'accepted', clientOrderId, at, venueOrderId };
  }
}

/** What venues say when the account has not what an order needs. */
export const UNFUNDED: ReadonlySet<string | null> = new Set(['-2010', 'insufficient-funds']);

/** Nothing more can happen to the order. */
export const isOver = ({ state }: OrderReport): boolean => state !== 'open' && state !== 'partial';

/** A stop rests at the venue; of the others, one that stands is one to ask about. */
export const rests = ({ purpose }: Order): boolean => purpose === 'protection';

export interface Execution {
  /** Sends a committed order. Never throws. */
  send(order: Order): Promise<void>;
  /** Asks the venue to cancel a committed order; what came of it is asked until it is known. */
  cancel(order: Order): void;
  /**
   * Resolves when every order sent so far has its answer, or when that takes longer than `msMax`: the next
   * start finds the others.
   */
  settled(msMax: Millis): Promise<void>;
  /** Takes what the venue says by itself. */
  hear(news: VenueNews): void;
}

/**
 * A sale refused for want of coins is looked up before that is believed: they may be gone because it was
 * taken, and its retry would sell others, which are not the engine's. Undefined where the refusal stands: a
 * venue that cannot be asked has had its word.
 */
async function secondWord(
  order: Order,
  outcome: Outcome,
  venue: Pick<Venue, 'find'>,
): Promise<OrderReport | undefined> {
  if (outcome.kind !== 'rejected' || order.side !== 'sell' || !UNFUNDED.has(outcome.code)) {
    return undefined;
  }
  const report = await venue.find(order).catch(() => undefined);
  return report?.state === 'rejected' ? undefined : report;
}

/** What waits for an answer of the venue. */
class UnderWay {
  readonly #timers: Timers;
  readonly #works = new Set<Promise<void>>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  async add(work: Promise<void>): Promise<void> {
    this.#works.add(work);
    await work.finally(() => this.#works.delete(work));
  }

  settled(msMax: Millis): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timers.after(msMax, resolve);
      void Promise.allSettled(this.#works).then(() => {
        cancel();
        resolve();
      });
    });
  }
}

export function createExecution(options: {
  venue: Pick<Venue, 'place' | 'cancel' | 'find'>;
  clock: Clock;
  timers: Timers;
  log: Log;
  sink: ExecutionSink;
  /** What the book knows of an order. */
  orderOf(clientOrderId: string): Pick<LiveOrder, 'order' | 'filled'> | undefined;
}): Execution {
  const { venue, clock, timers, log, sink } = options;
  const underWay = new UnderWay(timers);

  /**
   * An end is believed once the book has all that the order got, and else asked about: without it, what is
   * gone would be let go of, or offered a second time.
   */
  function tell(report: OrderReport): void {
    const live = options.orderOf(report.clientOrderId);
    if (live === undefined || !isOver(report) || live.filled.gte(report.filled)) {
      sink.onOrderNews(newsOf(report));
    } else sink.onUnknown(live.order);
  }

  function conclude(order: Order, outcome: Outcome): void {
    const { clientOrderId } = order;
    const at = clock.market();
    switch (outcome.kind) {
      case 'accepted':
        // Fills first: an order that ended with fills keeps them.
        for (const fill of outcome.fills) sink.onFill(fill);
        tell(outcome.report);
        if (!isOver(outcome.report) && !rests(order)) sink.onUnknown(order);
        return;
      case 'rejected':
      case 'not-sent': {
        const { code, message } = outcome;
        sink.onOrderNews({ kind: 'ended', clientOrderId, at, state: 'rejected', code, message });
        return;
      }
      case 'exists':
        sink.onOrderNews({ kind: 'unresolved', clientOrderId, at, reason: 'already at the venue' });
        sink.onUnknown(order);
        return;
      case 'unknown':
        log.warn({ order: clientOrderId, reason: outcome.reason }, 'order outcome unknown');
        sink.onOrderNews({ kind: 'unresolved', clientOrderId, at, reason: outcome.reason });
        sink.onUnknown(order);
        return;
      default:
        outcome satisfies never;
    }
  }

  async function place(order: Order): Promise<void> {
    const outcome = await venue.place(order);
    const report = await secondWord(order, outcome, venue);
    if (report === undefined) {
      conclude(order, outcome);
      return;
    }
    tell(report);
    if (!isOver(report) && !rests(order)) sink.onUnknown(order);
  }

  async function withdraw(order: Order): Promise<void> {
    const outcome = await venue.cancel(order);
    if (outcome.kind === 'canceled') tell(outcome.report);
    // Filled, gone, or not answered: only the venue's word on the order itself can tell.
    else sink.onUnknown(order);
  }

  return {
    send: (order) => underWay.add(place(order)),
    cancel: (order) => void underWay.add(withdraw(order)),
    settled: (msMax) => underWay.settled(msMax),
    hear(news) {
      if (news.type === 'fill.reported') sink.onFill(news.fill);
      if (news.type === 'order.reported') tell(news.report);
    },
  };
}
