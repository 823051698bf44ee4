// The engine: the two roads joined on one page. Candles become verdicts, signals, proposals, decisions
// and orders; prices become crossings and exits. Everything outside comes in as a bank.
import { breakerRule } from '../domain/breaker.ts';
import type { Fact } from '../domain/fact.ts';
import type { Instrument } from '../domain/instrument.ts';
import { breakerKey, type OpenBreaker, type Reading } from '../domain/open-breaker.ts';
import { heldPairs, isMarked, type Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import { VenueHealth } from '../domain/venue-health.ts';
import type { ClosedCandle, FeedNews, PriceUpdate } from '../ports.ts';
import type { Banks, EngineListener, EngineRules, EngineStart } from './bank.ts';
import { Checkpointing } from './checkpointing.ts';
import type { Enrolment } from './enrolment.ts';
import { hearFeed } from './feed-ear.ts';
import { insisting } from './insistence.ts';
import { Marking } from './marking.ts';
import { measuredVenue } from './measured-venue.ts';
import type { NearestMiss } from './nearest-miss.ts';
import { joinParts, type Parts } from './part.ts';
import { saveCheckpoint } from './recover.ts';
import { Seating } from './seating.ts';
import { type Status, statusNow } from './status.ts';
import { streamsOf, wantedStreams } from './stream.ts';
import type { Supervisor } from './supervise.ts';
import { armPosition } from './watch.ts';

const tickMs: Millis = 1000;
/** Longest wait for the answers to orders under way at the end. */
const answersMsMax: Millis = 5000;

export class Engine {
  readonly #banks: Banks;
  readonly #rules: EngineRules;
  readonly #listener: EngineListener;
  readonly #start: EngineStart;
  readonly #parts: Parts;
  readonly seating: Seating;
  readonly #endings: (() => void)[] = [];
  readonly #health = new VenueHealth();
  #seq: number;
  readonly #marking = new Marking();
  readonly #checkpoints: Checkpointing;
  #taking = true;

  constructor(banks: Banks, rules: EngineRules, start: EngineStart, listener: EngineListener) {
    this.#banks = { ...banks, venue: measuredVenue(banks.venue, this.#health, banks.clock) };
    this.#rules = rules;
    this.#listener = listener;
    this.#start = start;
    this.#seq = start.seq;
    this.#checkpoints = new Checkpointing(banks, start.seq);
    this.#parts = joinParts(this.#banks, rules, start, this.#health, {
      ...listener,
      onFatal: listener.onFatal,
      onFeedNews: listener.onFeedNews,
      onArchived: (configId) => this.remove(configId),
      onRestart: (enrolment) => this.seating.reseat(enrolment),
      onEntry: (entry) => {
        this.#seq = entry.seq;
        listener.onEntry(entry);
      },
    });
    // From now on, not from the start on: nothing the venue says falls between.
    this.#endings.push(this.#parts.reconciliation.listen(banks.venue.news, start.heard ?? []));
    this.seating = new Seating(this.#parts, banks.clock, rules);
  }

  /** Settles what was open, loads history, and opens for business. Throws what the banks throw. */
  async start(): Promise<void> {
    const { feed, timers } = this.#banks;
    const { watch, rulebook } = this.#parts;
    const { book, enrolments } = this.#start;
    // What is held is watched from the first price on, whatever else takes its time.
    for (const { opening } of book.positions.values()) armPosition(watch, opening);
    const subscriptions = [
      feed.prices.subscribe((update) => this.#priced(update)),
      feed.candles.subscribe((candle) => this.#closed(candle)),
      feed.news.subscribe((news) => this.#heard(news)),
    ];
    this.#endings.push(() => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    });
    this.#endings.push(() => this.#parts.reconciliation.stop());
    this.#endings.push(rulebook.open());
    for (const enrolment of enrolments) this.seating.seat(enrolment);
    this.#endings.push(timers.every(tickMs, () => this.#tick()));
    const asking = insisting(this.#banks);
    this.#endings.push(asking.stop);
    const configurations = enrolments.map(({ configuration }) => configuration);
    // Side by side: a venue that does not answer yet keeps no price from its stop.
    await Promise.all([
      this.#parts.reconciliation.begin(),
      asking.ask('open market data', () => feed.start(wantedStreams(configurations, book))),
    ]);
    this.#send({ type: 'recovery.completed' });
  }

  book(): Portfolio {
    return this.#parts.supervisor.book();
  }

  /** The venue's rules of trading in force. */
  instruments(): ReadonlyMap<string, Instrument> {
    return this.#parts.rulebook.instruments();
  }

  /** Journals facts that are not the supervisor's; resolves once they are committed. */
  async record(facts: readonly Fact[]): Promise<void> {
    this.#parts.recorder.record(facts);
    await this.#parts.recorder.settled();
  }

  status(): Status {
    return statusNow(this.#parts, this.#banks.clock, this.#rules.limits);
  }

  /** What the breakers of market and venue measure now. */
  readings(): readonly Reading[] {
    return this.#parts.gauges.readings();
  }

  /** Bars that came nearest to a decision since the last look. */
  nearestMisses(): readonly NearestMiss[] {
    return this.#parts.misses.take();
  }

  /** Seats a configuration while the engine runs; resolves once its streams are live. */
  async add(enrolment: Enrolment): Promise<void> {
    this.seating.seat(enrolment);
    const wanted = streamsOf(enrolment.configuration);
    await Promise.all(wanted.map((one) => this.#banks.feed.add(one)));
  }

  /** Takes a configuration off its stream. Its position, if any, stays watched until it is closed. */
  remove(configId: string): void {
    this.seating.unseat(configId);
  }

  /** A person lets a quarantined configuration begin again; why not, where it cannot. */
  release(configId: string, by: string, reason: string): string | undefined {
    return this.#parts.faults.release(configId, { by, reason }, this.#banks.clock.market());
  }

  /** A person's word on the whole portfolio. */
  command(type: 'reduce' | 'flatten' | 'resume', by: string, reason: string): void {
    // Said at once: the journal's own line waits for the commit.
    this.#banks.log.info({ word: type, by, reason }, 'taken at its word');
    this.#send({ type: `portfolio.${type}`, at: this.#banks.clock.market(), by, reason });
  }

  /** A person resets an open breaker; why not, where it cannot be. */
  resetBreaker(
    breaker: Pick<OpenBreaker, 'id' | 'on'>,
    by: string,
    reason: string,
  ): string | undefined {
    const book = this.book();
    if (!book.breakers.has(breakerKey(breaker))) return 'it is not open';
    const marks = this.#parts.watch.marks(heldPairs(book));
    if (!isMarked(book, marks)) return 'a position has no price yet';
    if (breaker.id === 'reconciliation') this.#parts.reconciliation.accept();
    else if (breakerRule(breaker.id).scope === 'venue') this.#health.clear();
    this.#send({
      type: 'breaker.reset',
      breaker,
      marks,
      at: this.#banks.clock.market(),
      by,
      reason,
    });
    return undefined;
  }

  /** A person accepts what the venue says of the account; why not, where it cannot be. */
  adopt(pair: string | null, by: string, reason: string): Promise<string | undefined> {
    return this.#parts.reconciliation.adopt(pair, by, reason);
  }

  /** Closes one configuration's position; false when it holds none. */
  close(configId: string): boolean {
    if (!this.book().positions.has(configId)) return false;
    const at = this.#banks.clock.market();
    const request = { configId, reason: 'manual', price: null, at } as const;
    this.#send({ type: 'exit.proposed', request });
    return true;
  }

  /** Whether new exposure is taken at all. */
  get isTaking(): boolean {
    return this.#taking;
  }

  /** Nothing new from now on: the end is near. What is held is watched until `stop`. */
  drain(): void {
    this.#taking = false;
  }

  /** Ends in an orderly way: everything decided is journalled, then a checkpoint. */
  async stop(): Promise<void> {
    const { recorder, registry, supervisor, orders, breakers, execution } = this.#parts;
    for (const end of this.#endings.splice(0)) end();
    await this.#banks.feed.stop();
    await recorder.settled();
    await execution.settled(answersMsMax);
    await recorder.settled();
    registry.stop();
    await saveCheckpoint(this.#banks.journal, this.book(), this.#seq);
    supervisor.actor.stop();
    orders.stop();
    breakers.stop();
  }

  #send(event: Parameters<Supervisor['actor']['send']>[0]): void {
    this.#parts.supervisor.actor.send(event);
  }

  #priced(update: PriceUpdate): void {
    this.#parts.watch.update(update);
    this.#banks.tape.price(update);
  }

  #closed(candle: ClosedCandle): void {
    if (!this.#taking) return;
    const { counters, gauges, evaluation } = this.#parts;
    counters.candles += 1;
    this.#banks.tape.candle(candle);
    gauges.closed(candle);
    evaluation.closed(candle);
  }

  #heard(news: FeedNews): void {
    hearFeed(news, this.#parts, this.#banks.clock.market());
    this.#listener.onFeedNews(news);
  }

  #tick(): void {
    const { clock } = this.#banks;
    this.#parts.reconciliation.tick();
    this.#parts.guard.look(this.book());
    // Before the venue has said what time it is, there is no day to judge.
    if (clock.market() === 0) return;
    this.#parts.gauges.sample();
    this.seating.begin();
    this.#parts.lifecycle.tick();
    const { supervisor, recorder } = this.#parts;
    if (recorder.isIdle) this.#checkpoints.take(this.book(), this.#seq);
    supervisor.tick(!recorder.isFull && this.#marking.isDue(clock));
  }
}
