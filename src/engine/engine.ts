// The engine: the two roads joined on one page. Candles become verdicts, signals, proposals, decisions
// and orders; prices become crossings and exits. Everything outside comes in as a bank.
import { streamKey } from '../domain/candle.ts';
import type { Configuration } from '../domain/configuration.ts';
import { type Entry, type Fact, fact } from '../domain/fact.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { ClosedCandle, FeedNews, PriceUpdate } from '../ports.ts';
import type { Banks, EngineListener, EngineRules, EngineStart } from './bank.ts';
import { createEffects } from './effect.ts';
import {
  barsWanted,
  createEvaluation,
  type Evaluation,
  signalOf,
  type Verdict,
} from './evaluate.ts';
import { createExecution, type Execution, type ExecutionSink } from './execution.ts';
import { createNearestMisses, type NearestMiss } from './nearest-miss.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { reconcileOrders, saveCheckpoint } from './recover.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createResolver } from './resolve.ts';
import { newCounters, type Status, statusOf } from './status.ts';
import { createStreams, type Streams } from './stream.ts';
import { createSupervisor, type Supervisor } from './supervise.ts';
import { createVerdicts, heldBy } from './verdict.ts';
import { createWatch, type Watch } from './watch.ts';

const tickMs: Millis = 1000;
/** An equity mark is kept once a minute of market time, but not more often than this. */
const markWallMs: Millis = 5000;
const markMarketMs: Millis = 60_000;

export class Engine {
  readonly #banks: Banks;
  readonly #rules: EngineRules;
  readonly #listener: EngineListener;
  readonly #start: EngineStart;
  readonly #watch: Watch;
  readonly #registry: Registry;
  readonly #evaluation: Evaluation;
  readonly #execution: Execution;
  readonly #recorder: Recorder;
  readonly #supervisor: Supervisor;
  readonly #streams: Streams;
  readonly #sink: ExecutionSink;
  readonly #effect: (entry: Entry) => void;
  readonly #misses = createNearestMisses();
  readonly #counters = newCounters();
  readonly #endings: (() => void)[] = [];
  #seq: number;
  #markedAt = { market: 0, wall: 0 };

  constructor(banks: Banks, rules: EngineRules, start: EngineStart, listener: EngineListener) {
    this.#banks = banks;
    this.#rules = rules;
    this.#listener = listener;
    this.#start = start;
    this.#seq = start.seq;
    const { clock, timers, log, journal } = banks;
    const { execution, gatherMs } = rules;
    const heard: Omit<ExecutionSink, 'onUnknown'> = {
      onFill: (fill) => this.#send({ type: 'fill.reported', fill }),
      onOrderNews: (news) => this.#send({ type: 'order.reported', news }),
    };
    const onUnknown = createResolver({ ...banks, recvWindowMs: rules.recvWindowMs, sink: heard });
    const sink = { ...heard, onUnknown };
    this.#sink = sink;
    this.#watch = createWatch((request) => this.#send({ type: 'exit.proposed', request }));
    this.#recorder = createRecorder({
      journal,
      timers,
      onCommitted: (entry) => this.#committed(entry),
      onFailure: (error) => this.#storeFailed(error),
    });
    this.#registry = createRegistry({
      onProposal: (proposal) => this.#send({ type: 'proposal.raised', proposal }),
      onDeath: (configId, error) => this.#configurationFailed(configId, error),
    });
    this.#streams = createStreams((configIds, event) => {
      for (const configId of configIds) this.#registry.send(configId, event);
    });
    this.#evaluation = createEvaluation({
      costs: execution,
      timers,
      heldBy: (configId) => heldBy(this.book(), this.#registry.get(configId)?.configuration),
      onVerdict: createVerdicts({
        book: () => this.book(),
        marketTime: () => clock.market(),
        maxSignalAge: execution.maxSignalAge,
        misses: this.#misses,
        counters: this.#counters,
        onSignal: (signal) =>
          this.#registry.send(signal.configId, { type: 'signal.raised', signal }),
        onExit: (request) => this.#send({ type: 'exit.proposed', request }),
      }),
      onFault: ({ id }, error) => this.#configurationFailed(id, error),
    });
    this.#execution = createExecution({ venue: banks.venue, clock, log, sink });
    this.#supervisor = createSupervisor({
      terms: {
        ...rules,
        engine: start.book.engine,
        instruments: start.instruments,
        correlation: this.#streams.correlation,
      },
      book: start.book,
      watch: this.#watch,
      recorder: this.#recorder,
      clock,
      timers,
      gatherMs,
      onDeath: (error) => listener.onFatal('the portfolio supervisor failed', error),
    });
    this.#effect = createEffects({
      registry: this.#registry,
      execution: this.#execution,
      sink,
      book: () => this.book(),
      marketTime: () => clock.market(),
      maxSignalAge: execution.maxSignalAge,
      log,
    });
  }

  /** Settles what was open, loads history, and opens for business. Throws what the banks throw. */
  async start(): Promise<void> {
    const { feed, venue, timers } = this.#banks;
    const { book, configurations } = this.#start;
    for (const { opening } of book.positions.values()) this.#watch.arm(opening);
    const subscriptions = [
      feed.prices.subscribe((update) => this.#priced(update)),
      feed.candles.subscribe((candle) => this.#closed(candle)),
      feed.news.subscribe((news) => this.#heard(news)),
      venue.news.subscribe((news) => this.#execution.hear(news)),
    ];
    this.#endings.push(() => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    });
    await reconcileOrders(book, venue, this.#sink);
    for (const configuration of configurations) this.#seat(configuration);
    // The book is marked from the first second on: the day is judged while history still loads.
    this.#endings.push(timers.every(tickMs, () => this.#tick()));
    await feed.start(this.#wantedStreams(configurations));
    this.#send({ type: 'recovery.completed' });
  }

  book(): Portfolio {
    return this.#supervisor.book();
  }

  /** Facts that are not the supervisor's: configurations, commands, the engine's own life. */
  record(facts: readonly Fact[]): void {
    this.#recorder.record(facts);
  }

  status(): Status {
    const book = this.book();
    const pairs = [...book.positions.values()].map(({ opening }) => opening.pair);
    const state = this.#supervisor.actor.getSnapshot().value;
    return {
      ...statusOf(book, this.#watch.marks(pairs), this.#rules.limits),
      at: this.#banks.clock.market(),
      trading: state,
      configurations: this.#registry.size,
      streams: this.#streams.count(),
      counters: { ...this.#counters, prices: this.#watch.updates },
    };
  }

  nearestMisses(): readonly NearestMiss[] {
    return this.#misses.take();
  }

  /** Seats a configuration while the engine runs; it decides once its stream is warm. */
  async add(configuration: Configuration): Promise<void> {
    this.remove(configuration.id);
    this.#seat(configuration);
    const { pair, timeframe } = configuration;
    await this.#banks.feed.add({ stream: { pair, timeframe }, bars: barsWanted(configuration) });
  }

  /** Takes a configuration off its stream. Its position, if any, stays watched until it is closed. */
  remove(configId: string): void {
    const member = this.#registry.get(configId);
    if (member === undefined) return;
    this.#evaluation.remove(member.configuration);
    this.#streams.remove(member.configuration);
    this.#registry.remove(configId);
  }

  /** A person's word on the whole portfolio. */
  command(type: 'reduce' | 'flatten' | 'resume', by: string, reason: string): void {
    this.#send({ type: `portfolio.${type}`, at: this.#banks.clock.market(), by, reason });
  }

  /** Closes one configuration's position; false when it holds none. */
  close(configId: string): boolean {
    if (!this.book().positions.has(configId)) return false;
    const at = this.#banks.clock.market();
    const request = { configId, reason: 'manual', price: null, at } as const;
    this.#send({ type: 'exit.proposed', request });
    return true;
  }

  /** Ends in an orderly way: everything decided is journalled, then a checkpoint. */
  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    await this.#banks.feed.stop();
    await this.#recorder.settled();
    this.#registry.stop();
    this.#supervisor.actor.stop();
    await saveCheckpoint(this.#banks.journal, this.book(), this.#seq);
  }

  #send(event: Parameters<Supervisor['actor']['send']>[0]): void {
    this.#supervisor.actor.send(event);
  }

  #seat(configuration: Configuration): void {
    this.#registry.add(configuration, this.book());
    this.#evaluation.add(configuration);
    this.#streams.add(configuration);
  }

  #priced(update: PriceUpdate): void {
    this.#watch.update(update);
    this.#banks.tape.price(update);
  }

  #closed(candle: ClosedCandle): void {
    this.#counters.candles += 1;
    this.#banks.tape.candle(candle);
    this.#streams.closed(candle);
    this.#evaluation.closed(candle);
  }

  #heard(news: FeedNews): void {
    if (news.type === 'stream.live') this.#streams.live(news.stream);
    if (news.type === 'stream.stale') this.#streams.stale(news.stream);
    if (news.type === 'candle.rejected') this.#counters.candlesRejected += 1;
    if (news.type === 'gap.found') {
      this.#counters.gaps += 1;
      const { from, to } = news;
      const stream = streamKey(news.stream);
      const at = this.#banks.clock.market();
      this.record([fact('stream.gapped', { at, key: stream }, { stream, from, to })]);
    }
    this.#listener.onFeedNews(news);
  }

  #committed(entry: Entry): void {
    this.#seq = entry.seq;
    if (entry.type === 'signal.approved') this.#counters.approvals += 1;
    if (entry.type === 'signal.refused') this.#counters.refusals += 1;
    if (entry.type === 'fill.recorded') this.#counters.fills += 1;
    if (entry.type === 'position.closed') this.#counters.closed += 1;
    this.#effect(entry);
    this.#listener.onEntry(entry);
  }

  /** No new exposure while the journal cannot take it; what is decided waits, in order. */
  #storeFailed(error: unknown): void {
    const { log, clock } = this.#banks;
    log.error({ error: String(error) }, 'the journal does not take facts; nothing is sent');
    if (this.book().trading !== 'active') return;
    const at = clock.market();
    this.#send({ type: 'portfolio.reduce', at, by: 'engine', reason: 'the store failed' });
  }

  #configurationFailed(configId: string, error: unknown): void {
    this.#counters.faults += 1;
    this.#banks.log.error({ configId, error: String(error) }, 'a configuration failed');
    this.#registry.send(configId, { type: 'fault.raised' });
  }

  #tick(): void {
    const { clock } = this.#banks;
    const [market, wall] = [clock.market(), clock.monotonic()];
    // Before the venue has said what time it is, there is no day to judge.
    if (market === 0) return;
    const due =
      market - this.#markedAt.market >= markMarketMs && wall - this.#markedAt.wall >= markWallMs;
    if (due) this.#markedAt = { market, wall };
    this.#supervisor.tick(due);
  }

  #wantedStreams(configurations: readonly Configuration[]) {
    const wanted = new Map<
      string,
      { stream: { pair: string; timeframe: Configuration['timeframe'] }; bars: number }
    >();
    for (const configuration of configurations) {
      const { pair, timeframe } = configuration;
      const key = streamKey(configuration);
      const bars = Math.max(barsWanted(configuration), wanted.get(key)?.bars ?? 0);
      wanted.set(key, { stream: { pair, timeframe }, bars });
    }
    return [...wanted.values()];
  }
}
