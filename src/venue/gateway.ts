// The last line before the socket: whatever went wrong above, no entry passes a kill switch, a cap or
// a missing commit. What takes risk away always passes, and never waits behind an entry.
import type { Observable } from 'rxjs';
import { type Decimal, decimal } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import type { CancelOutcome, Clock, Outcome, Venue, VenueNews } from '../ports.ts';
import { Tally } from './tally.ts';

/** Caps per minute of market time, independent of everything that decides what is sent. */
export interface GatewayCaps {
  /** Entries. */
  readonly ordersPerMinuteMax: number;
  /** Quote currency. */
  readonly notionalPerMinuteMax: Decimal;
  /** Orders and cancels of every kind: above it something runs wild, and entries end. */
  readonly sendsPerMinuteMax: number;
  /** Far above any need: here exits and cancels end as well. */
  readonly sendsPerMinuteCeiling: number;
}

export interface GatewayOptions {
  readonly venue: Venue;
  readonly clock: Clock;
  readonly caps: GatewayCaps;
  /** The last word of kill switch and circuit breakers on an entry. */
  mayIncreaseExposure(order: Order): boolean;
  /** Whether the journal holds this order and it was not sent before; true once per commit. */
  takeCommitted(clientOrderId: string): boolean;
  /** Something above went wrong: a cap was reached, or an order came that nobody had committed. */
  onBreach(code: string, message: string): void;
}

const windowMs: Millis = 60_000;
/** Decisions that are remembered as entered; the store keeps the rest from being made again. */
const DECISIONS_MAX = 10_000;

type NotSent = Extract<Outcome, { kind: 'not-sent' }>;

const stopped = (code: string, message: string): NotSent => ({ kind: 'not-sent', code, message });

export class Gateway implements Venue {
  readonly #options: GatewayOptions;
  readonly #venue: Venue;
  readonly #tally: Tally;
  /** Signals that were entered on. */
  readonly #decisions = new Set<string>();
  #isWild = false;
  /** Entries of the last minute. */
  #sent: { at: Millis; notional: Decimal }[] = [];

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#venue = options.venue;
    this.#tally = new Tally(options.clock);
  }

  get name(): string {
    return this.#venue.name;
  }
  get news(): Observable<VenueNews> {
    return this.#venue.news;
  }

  async place(order: Order): Promise<Outcome> {
    if (!this.#options.takeCommitted(order.clientOrderId)) {
      return this.#breach('uncommitted', `expected a committed order, was ${order.clientOrderId}`);
    }
    const isEntry = order.purpose === 'entry';
    const refusal = this.#wildness(isEntry) ?? (isEntry ? this.#refusal(order) : undefined);
    if (refusal !== undefined) return refusal;
    this.#tally.add();
    return this.#venue.place(order);
  }

  async cancel(order: Parameters<Venue['cancel']>[0]): Promise<CancelOutcome> {
    const refusal = this.#wildness(false);
    if (refusal !== undefined) return { kind: 'unknown', reason: refusal.message };
    this.#tally.add();
    return this.#venue.cancel(order);
  }

  connect(): ReturnType<Venue['connect']> {
    return this.#venue.connect();
  }
  instruments(): ReturnType<Venue['instruments']> {
    return this.#venue.instruments();
  }
  balances(): ReturnType<Venue['balances']> {
    return this.#venue.balances();
  }
  find(order: Parameters<Venue['find']>[0]): ReturnType<Venue['find']> {
    return this.#venue.find(order);
  }
  fills(pair: string, since: Millis): ReturnType<Venue['fills']> {
    return this.#venue.fills(pair, since);
  }
  openOrders(): ReturnType<Venue['openOrders']> {
    return this.#venue.openOrders();
  }
  close(): Promise<void> {
    return this.#venue.close();
  }

  /** The count that nothing is exempt from; told when it is passed, not for each that follows. */
  #wildness(isEntry: boolean): NotSent | undefined {
    const { sendsPerMinuteMax, sendsPerMinuteCeiling } = this.#options.caps;
    const count = this.#tally.count();
    const wasWild = this.#isWild;
    this.#isWild = !(count < sendsPerMinuteMax);
    if (!this.#isWild) return undefined;
    const message = `expected fewer than ${sendsPerMinuteMax} orders and cancels a minute`;
    if (!wasWild) this.#options.onBreach('runaway', message);
    if (!isEntry && count < sendsPerMinuteCeiling) return undefined;
    return stopped('runaway', `${message}, was ${count}`);
  }

  #breach(code: string, message: string): Outcome {
    this.#options.onBreach(code, message);
    return stopped(code, message);
  }

  /** A kill switch that cannot be read is taken as thrown. */
  #mayEnter(order: Order): boolean {
    try {
      return this.#options.mayIncreaseExposure(order);
    } catch {
      return false;
    }
  }

  #refusal(order: Order): Outcome | undefined {
    const { clock, caps } = this.#options;
    if (!this.#mayEnter(order)) return stopped('kill-switch', 'no new exposure now');
    if (this.#decisions.has(order.signalId)) {
      const message = `expected one entry on signal ${order.signalId}, was another`;
      return this.#breach('orders-per-decision', message);
    }
    const now = clock.market();
    this.#sent = this.#sent.filter(({ at }) => now - at < windowMs);
    const notional = decimal(order.reserved);
    const total = this.#sent.reduce((sum, entry) => sum.plus(entry.notional), notional);
    if (!(this.#sent.length < caps.ordersPerMinuteMax)) {
      const message = `expected at most ${caps.ordersPerMinuteMax} entries a minute`;
      return this.#breach('orders-per-minute', message);
    }
    if (!total.lte(caps.notionalPerMinuteMax)) {
      const cap = caps.notionalPerMinuteMax.toFixed();
      const message = `expected at most ${cap} a minute, was ${total.toFixed()}`;
      return this.#breach('notional-per-minute', message);
    }
    this.#sent.push({ at: now, notional });
    this.#enter(order.signalId);
    return undefined;
  }

  #enter(signalId: string): void {
    const [oldest] = this.#decisions;
    if (this.#decisions.size >= DECISIONS_MAX && oldest !== undefined) {
      this.#decisions.delete(oldest);
    }
    this.#decisions.add(signalId);
  }
}
