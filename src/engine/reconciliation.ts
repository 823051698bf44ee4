// Recovery is the start path: the same round of questions at every start, after every loss of the account's
// events, every half minute, and after the venue refused an order for want of funds. Entries wait until a
// round is through; exits never do.
import type { Instrument } from '../domain/instrument.ts';
import { decimal } from '../domain/money.ts';
import type { Marks, Portfolio } from '../domain/portfolio.ts';
import type { AccountNews } from '../domain/supervision.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, OrderReport, Timers, Venue, VenueNews } from '../ports.ts';
import type { ExecutionSink } from './execution.ts';
import { takeRound } from './round.ts';
import { createStocktake, type Stocktake } from './stocktake.ts';
import type { Strangers } from './stranger.ts';

/** Between two rounds where nothing asks for one sooner. */
const everyMs: Millis = 30_000;
/** Before a second look at what seems to be missing, and after a refusal for want of funds. */
const soonMs: Millis = 1000;
const retryMs = { first: 500, max: 15_000 };
/** Without a round for so long, a person must know. */
const alarmMs: Millis = 5 * 60_000;
/** Pairs nobody deals in now that a round asks about: the next round takes the next ones. */
const pairsMax = 10;

export interface Reconciliation {
  /** Takes what the venue says by itself; until the first round is through it is kept, in order. */
  hear(news: VenueNews): void;
  /** Resolves once a round was through; asks until then. */
  begin(): Promise<void>;
  /** Call it about once a second. */
  tick(): void;
  /** A round is wanted sooner. */
  soon(): void;
  /** As `Stocktake` has it; no number while rounds have failed for too long. */
  missingLots(): number | undefined;
  /** A person has looked: what is missing counts no more. */
  accept(): void;
  /** A person accepts what the venue says; why not, where it cannot be. */
  adopt(pair: string | null, by: string, reason: string): Promise<string | undefined>;
  stop(): void;
}

export interface ReconciliationOptions {
  readonly venue: Pick<Venue, 'find' | 'fills' | 'openOrders' | 'balances'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly sink: ExecutionSink;
  readonly strangers: Strangers;
  /** The most of the quote currency that may be put in. */
  readonly ceiling: string;
  book(): Portfolio;
  /** Pairs that configurations listen to. */
  pairs(): Iterable<string>;
  marks(): Marks;
  /** Where the venue's news of orders and fills go. */
  pass(news: VenueNews): void;
  send(news: AccountNews): void;
}

export function createReconciliation(options: ReconciliationOptions): Reconciliation {
  return new Rounds(options);
}

class Rounds implements Reconciliation {
  readonly #options: ReconciliationOptions;
  readonly #stocktake: Stocktake;
  /** What was said before the first round was through; undefined afterwards. */
  #kept: VenueNews[] | undefined = [];
  /** The round under way; the next waits for it. */
  #under: Promise<unknown> | undefined;
  #isLive = true;
  /** Losses and returns of the account's events so far: a round must lie between two of them. */
  #turns = 0;
  #isStopped = false;
  #nextAt: Millis = 0;
  #goodAt: Millis;
  #waitMs = retryMs.first;
  #hasAlarmed = false;
  #from = 0;

  constructor(options: ReconciliationOptions) {
    this.#options = options;
    this.#stocktake = createStocktake(options);
    this.#goodAt = options.clock.monotonic();
  }

  hear(news: VenueNews): void {
    if (news.type === 'reports.lost') {
      this.#isLive = false;
      this.#turns += 1;
      const at = this.#options.clock.market();
      this.#options.send({ kind: 'lost', reason: news.reason, at });
    } else if (news.type === 'reports.live') {
      this.#isLive = true;
      this.#turns += 1;
      this.#nextAt = 0;
    } else if (this.#kept !== undefined) {
      this.#kept.push(news);
    } else {
      this.#take(news);
    }
  }

  #take(news: VenueNews): void {
    const { book, pass, send, ceiling } = this.#options;
    if (news.type === 'balance.changed') {
      const { asset, delta: amount, at } = news;
      send({ kind: 'transfer', asset, amount, at, ceiling: decimal(ceiling) });
      return;
    }
    if (news.type === 'order.reported') {
      const { report } = news;
      const isOpen = report.state === 'open' || report.state === 'partial';
      if (isOpen && !book().orders.has(report.clientOrderId)) this.#meet(report);
    }
    pass(news);
  }

  #meet({ clientOrderId, venueOrderId, pair, at }: OrderReport): void {
    this.#options.send({ kind: 'order', clientOrderId, venueOrderId, pair, at });
    this.#options.strangers.met(clientOrderId, pair);
  }

  async begin(): Promise<void> {
    const { clock, timers } = this.#options;
    while (!this.#isStopped) {
      await this.#once();
      if (this.#kept === undefined && this.#nextAt - clock.monotonic() > soonMs) return;
      const waitMs = Math.max(0, this.#nextAt - clock.monotonic());
      await new Promise<void>((resolve) => timers.after(waitMs, resolve));
    }
  }

  tick(): void {
    const isDue = this.#options.clock.monotonic() >= this.#nextAt;
    if (isDue && this.#kept === undefined && this.#under === undefined) void this.#once();
  }

  soon(): void {
    this.#nextAt = Math.min(this.#nextAt, this.#options.clock.monotonic() + soonMs);
  }

  missingLots(): number | undefined {
    return this.#isOverdue() ? Number.NaN : this.#stocktake.missingLots();
  }

  accept(): void {
    this.#stocktake.accept();
    this.#tellMissing();
  }

  async adopt(pair: string | null, by: string, reason: string): Promise<string | undefined> {
    const { book, marks, clock, send, venue } = this.#options;
    await this.#once();
    if (this.#isStopped || clock.monotonic() - this.#goodAt > soonMs)
      return 'the venue does not answer';
    const open = await venue.openOrders();
    const compared = await this.#stocktake.compare();
    if (compared === undefined) return 'an order is under way; try again in a moment';
    const differences = compared
      .filter(({ difference }) => difference !== '0')
      .map(({ asset, difference }) => [asset, decimal(difference)] as const);
    const orders = open
      .filter((one) => !book().orders.has(one.clientOrderId))
      .filter((one) => pair === null || one.pair === pair)
      .map(({ venueOrderId }) => venueOrderId);
    send({
      kind: 'adoption',
      ...{ pair, by, reason, orders, at: clock.market() },
      ...{ differences: new Map(differences), marks: marks() },
    });
    await this.#once();
    return undefined;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** One round after whichever is under way. Never throws. */
  async #once(): Promise<void> {
    while (this.#under !== undefined) await this.#under;
    this.#under = this.#round().catch((error: unknown) => this.#failed(error));
    await this.#under;
    this.#under = undefined;
  }

  async #round(): Promise<void> {
    const { clock, send } = this.#options;
    const turns = this.#turns;
    await takeRound({ ...this.#options, onForeignOrder: (one) => this.#meet(one) }, this.#pairs());
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    for (const news of kept) this.#take(news);
    const look = await this.#stocktake.look();
    this.#tellMissing();
    this.#goodAt = clock.monotonic();
    this.#waitMs = retryMs.first;
    this.#hasAlarmed = false;
    // Events that were lost or found again during the round may lie between its answers.
    const isWhole = turns === this.#turns;
    this.#nextAt = isWhole ? clock.monotonic() + (look === 'again' ? soonMs : everyMs) : 0;
    if (isWhole && this.#isLive) send({ kind: 'reconciled', at: clock.market() });
  }

  /** All of them while events were lost or nothing was asked yet; else some, in turn. */
  #pairs(): readonly string[] {
    const { book, pairs } = this.#options;
    const all = [...pairs()];
    if (this.#kept !== undefined || book().account.lost !== null) return all;
    const from = this.#from % Math.max(1, all.length);
    this.#from = from + pairsMax;
    return [...all.slice(from), ...all.slice(0, from)].slice(0, pairsMax);
  }

  #tellMissing(): void {
    const at = this.#options.clock.market();
    this.#options.send({ kind: 'differences', missing: this.#stocktake.missing(), at });
  }

  #failed(error: unknown): void {
    const { clock, log } = this.#options;
    if (this.#isStopped) return;
    log.warn(
      { error: String(error) },
      'the venue could not be asked about the account; again soon',
    );
    this.#nextAt = clock.monotonic() + this.#waitMs;
    this.#waitMs = Math.min(retryMs.max, this.#waitMs * 2);
    if (!this.#isOverdue() || this.#hasAlarmed) return;
    this.#hasAlarmed = true;
    log.error({}, 'book and venue could not be compared for five minutes: no entries');
  }

  #isOverdue(): boolean {
    return this.#options.clock.monotonic() - this.#goodAt > alarmMs;
  }
}
