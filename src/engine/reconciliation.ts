// Recovery is the start path: the same round of questions at every start, after every loss of the account's
// events, every half minute, and after the venue refused an order for want of funds. Entries wait until a
// round is through; exits never do.
import { orderKey } from '../domain/account.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Marks } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log, Timers, Venue, VenueNews } from '../ports.ts';
import { AccountEar, type AccountEarOptions } from './account-ear.ts';
import type { ExecutionSink } from './execution.ts';
import { differencesIn } from './recover.ts';
import { takeRound } from './round.ts';
import { type Compared, createStocktake, type Look, type Stocktake } from './stocktake.ts';

/** Between two rounds where nothing asks for one sooner. */
const everyMs: Millis = 30_000;
/** Before a second look at what seems to be missing, and after a refusal for want of funds. */
const soonMs: Millis = 1000;
/** Rest between two rounds, whoever asks for one sooner. */
const restMs: Millis = 5000;
const retryMs = { first: 500, max: 15_000 };
/** Without a round for so long, a person must know. */
const alarmMs: Millis = 5 * 60_000;
/** Pairs nobody deals in now that a round asks about: the next round takes the next ones. */
const pairsMax = 10;

export interface Reconciliation {
  /**
   * Takes what the venue said by itself, and says until the returned function is called; before the first
   * round is through it is kept, in order.
   */
  listen(news: Venue['news'], heard: readonly VenueNews[]): () => void;
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

export interface ReconciliationOptions extends AccountEarOptions {
  readonly venue: Pick<Venue, 'find' | 'fills' | 'openOrders' | 'balances'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly sink: ExecutionSink;
  /** Pairs that configurations listen to. */
  pairs(): Iterable<string>;
  marks(): Marks;
}

const moving = 'an order is under way, or money moves; try again in a moment';

export function createReconciliation(options: ReconciliationOptions): Reconciliation {
  return new Rounds(options);
}

class Rounds implements Reconciliation {
  readonly #options: ReconciliationOptions;
  readonly #stocktake: Stocktake;
  readonly #ear: AccountEar;
  /** The round under way; the next waits for it. */
  #under: Promise<unknown> | undefined;
  #isStopped = false;
  #nextAt: Millis = 0;
  #goodAt: Millis;
  #waitMs = retryMs.first;
  #hasAlarmed = false;
  #from = 0;

  constructor(options: ReconciliationOptions) {
    this.#options = options;
    this.#stocktake = createStocktake(options);
    this.#ear = new AccountEar(options, (how) => {
      if (how === 'now') this.#nextAt = 0;
      else this.soon();
    });
    this.#goodAt = options.clock.monotonic();
  }

  listen(news: Venue['news'], heard: readonly VenueNews[]): () => void {
    for (const one of heard) this.#ear.hear(one);
    const hearing = news.subscribe((one) => this.#ear.hear(one));
    return () => hearing.unsubscribe();
  }

  async begin(): Promise<void> {
    const { clock, timers } = this.#options;
    while (!this.#isStopped) {
      await this.#once();
      if (this.#ear.isOpen && this.#nextAt - clock.monotonic() > soonMs) return;
      // While somebody else's round is under way nobody knows when the next one is.
      const waitMs = this.#under === undefined ? this.#nextAt - clock.monotonic() : soonMs;
      await new Promise<void>((resolve) => timers.after(Math.max(0, waitMs), resolve));
    }
  }

  tick(): void {
    const isDue = this.#options.clock.monotonic() >= this.#nextAt;
    if (isDue && this.#ear.isOpen && this.#under === undefined) void this.#once();
  }

  soon(): void {
    const soonest = Math.max(this.#options.clock.monotonic() + soonMs, this.#goodAt + restMs);
    this.#nextAt = Math.min(this.#nextAt, soonest);
  }

  missingLots(): number | undefined {
    return this.#isOverdue() ? Number.NaN : this.#stocktake.missingLots();
  }

  accept(): void {
    this.#stocktake.accept();
    this.#tellMissing();
  }

  async adopt(pair: string | null, by: string, reason: string): Promise<string | undefined> {
    const { book, marks, clock, send, venue, timers } = this.#options;
    const first = await this.#compared();
    if (typeof first === 'string') return first;
    // What the venue already has in its balances and has not told yet must not be booked twice.
    await new Promise<void>((resolve) => timers.after(soonMs, resolve));
    const open = await venue.openOrders();
    const second = await this.#compared();
    if (typeof second === 'string') return second;
    const isStill = JSON.stringify(first.lines) === JSON.stringify(second.lines);
    if (!isStill || second.book.balances !== book().balances) return moving;
    const orders = open
      .filter((one) => !book().orders.has(one.clientOrderId))
      .filter((one) => pair === null || one.pair === pair)
      .map(orderKey);
    send({
      kind: 'adoption',
      ...{ pair, by, reason, orders, at: clock.market(), marks: marks() },
      differences: differencesIn(second.lines),
    });
    await this.#once();
    return undefined;
  }

  /** Book and venue after a round; why not, where there is no comparing them. */
  async #compared(): Promise<Compared | string> {
    const { monotonic } = this.#options.clock;
    const askedAt = monotonic();
    await this.#once();
    if (this.#goodAt < askedAt) return 'the venue does not answer';
    return (await this.#stocktake.compare()) ?? moving;
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
    const { turns } = this.#ear;
    // Whoever asks for another one meanwhile is not forgotten.
    this.#nextAt = Number.POSITIVE_INFINITY;
    await takeRound(
      { ...this.#options, onForeignOrder: (one) => this.#ear.meet(one) },
      this.#pairs(),
    );
    this.#ear.open();
    const look = await this.#stocktake.look();
    if (look === 'agreed' || look === 'short') this.#tellMissing();
    this.#goodAt = clock.monotonic();
    this.#waitMs = retryMs.first;
    this.#hasAlarmed = false;
    // Events that were lost or found again during the round may lie between its answers.
    const isWhole = turns === this.#ear.turns;
    this.#nextAt = Math.min(this.#nextAt, clock.monotonic() + this.#waitAfter(look));
    if (isWhole && this.#ear.isLive) send({ kind: 'reconciled', at: clock.market() });
  }

  /** Sooner where a look needs a second one, or none has come to an end yet. */
  #waitAfter(look: Look): Millis {
    if (look === 'again') return soonMs;
    return look === 'unsure' && this.#stocktake.missingLots() === undefined ? restMs : everyMs;
  }

  /** Those that may explain a difference; besides, all while events were lost or nothing was asked, else some, in turn. */
  #pairs(): readonly string[] {
    const { book, instruments } = this.#options;
    const explaining = this.#stocktake
      .differing()
      .map((asset) => `${asset}/${book().quote}`)
      .filter((pair) => instruments.has(pair));
    return [...explaining, ...this.#inTurn()];
  }

  #inTurn(): readonly string[] {
    const { book, pairs } = this.#options;
    const all = [...pairs()];
    if (!this.#ear.isOpen || book().account.lost !== null) return all;
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
