// A start: the book is recovered, the venue says what it lists and holds, the journal hears that the engine
// began, configurations are admitted, and the engine is joined to its banks. Start-up is recovery, every time.
import type { Configuration } from '../domain/configuration.ts';
import { type Entry, type Fact, fact } from '../domain/fact.ts';
import { apply, draftOf } from '../domain/fold.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Balance, FeedNews, Log } from '../ports.ts';
import { lifecycleRulesOf } from '../settings/lifecycle-setting.ts';
import { describeProblem, type Problem } from '../settings/problem.ts';
import { type Settings, venueOf } from '../settings/settings.ts';
import type { Reader, TradingWord } from '../store/read.ts';
import { unfitFor } from './admission.ts';
import type { Banks } from './bank.ts';
import { createCommittedOrders } from './committed.ts';
import { careful } from './crash-loop.ts';
import { type EarlyNews, listenEarly } from './early-news.ts';
import { Engine } from './engine.ts';
import { type Enrolment, enrol } from './enrolment.ts';
import { joinGateway } from './gate.ts';
import { intakeOf } from './import.ts';
import { insist } from './insistence.ts';
import { opening } from './opening.ts';
import { type Comparison, compareBalances, type Recovered } from './recover.ts';
import { rulesOf } from './rule.ts';

export interface StartOptions {
  readonly settings: Settings;
  /** Orders go to the venue; otherwise fills are simulated on its live prices. */
  readonly live: boolean;
  /** What the configuration file brings. */
  readonly configurations: readonly Configuration[];
  readonly version: string;
  readonly log: Log;
  /** Aborted, the start is given up: one that waits for its venue rejects at once. */
  readonly ended?: AbortSignal;
  onEntry(entry: Entry): void;
  onFeedNews(news: FeedNews): void;
  onFatal(reason: string, error: unknown): void;
}

/** What a start stands on: everything outside the engine, opened, and the book as its journal has it. */
export interface Ground extends Omit<Banks, 'journal' | 'tape' | 'log'> {
  readonly store: Pick<Banks, 'journal' | 'tape'> & {
    readonly read: Pick<
      Reader,
      'configurations' | 'career' | 'boots' | 'tradingWord' | 'quarantined'
    >;
  };
  readonly recovered: Recovered;
  /** A person's kill switch beside store and inbox. */
  isHalted(): boolean;
  /** Random text, drawn once in an engine's life. */
  mark(): string;
}

export interface Joined {
  readonly engine: Engine;
  /** What the start found: for the first lines of the story. */
  readonly facts: StartFacts;
}

export interface StartFacts {
  readonly fresh: boolean;
  readonly book: Portfolio;
  readonly configurations: readonly Configuration[];
  readonly problems: readonly Problem[];
  readonly differences: readonly Comparison[];
  /** Active configurations that the file does not bring any more. */
  readonly absent: readonly string[];
  /** The last word on whether the portfolio trades. */
  readonly word: TradingWord | undefined;
}

/**
 * Recovers and joins; the engine is ready to `start()`. Waits for a venue that does not answer. Throws what the
 * banks throw.
 */
export async function joinEngine(options: StartOptions, ground: Ground): Promise<Joined> {
  const { settings, live, log } = options;
  const { store, recovered, clock, timers, feed, venue, isHalted } = ground;
  // Market time goes on from where the journal ends, not from zero.
  if (recovered.at > 0) clock.observe(recovered.at);
  const early = listenEarly(venue);
  const asking = { clock, timers, log, ended: options.ended ?? new AbortController().signal };
  const instruments = await insist('connect to the venue', () => venue.connect(), asking);
  const balances = await insist('ask for the balances', () => venue.balances(), asking);
  const started = await recover(options, ground, { early, instruments, balances });
  const wasReduced = started.start.book.trading !== 'active';
  const committed = createCommittedOrders(store.journal, wasReduced);
  const gateway = joinGateway(
    // What the book says of trading may still wait for its commit: what goes out is held to both.
    { settings, isHalted: () => isHalted() || committed.isReduced, log },
    { venue, clock, takeCommitted: committed.take },
    () => engine,
  );
  const { journal } = committed;
  const engine: Engine = new Engine(
    { journal, tape: store.tape, feed, venue: gateway, clock, timers, log },
    rulesOf(settings, live),
    { ...started.start, instruments, heard: early.take() },
    options,
  );
  return { engine, facts: started.facts };
}

/** Journals what a start has to say (the opening of the book, new configurations) and takes stock. */
async function recover(
  options: StartOptions,
  { store, recovered, clock, mark }: Ground,
  venue: {
    early: EarlyNews;
    instruments: ReadonlyMap<string, Instrument>;
    balances: ReadonlyMap<string, Balance>;
  },
) {
  const { early, instruments, balances } = venue;
  const wall = clock.wall();
  const { settings, live, version } = options;
  const { name } = venueOf(settings);
  const { quote } = settings.portfolio;
  const at = Math.max(recovered.at, 0);
  const fresh = recovered.book.quote === '';
  if (fresh) early.forget();
  const facts: Fact[] = [];
  if (fresh) facts.push(opening(settings, live, balances, { at, mark: mark() }));
  const mode = live ? 'live' : 'paper';
  facts.push(fact('engine.started', { at, key: name }, { mode, venue: name, version, wall }));
  facts.push(...(await careful(store.read, recovered, wall)));
  const known = new Map(
    (await store.read.configurations('all')).map((one) => [one.id, one] as const),
  );
  const intake = intakeOf(options.configurations, known, settings.configurations, at);
  for (const one of intake.configurations) known.set(one.id, one);
  for (const line of intake.anew) options.log.warn({}, line);
  facts.push(...intake.facts);
  const entries = await store.journal.append(facts);
  for (const entry of entries) options.onEntry(entry);
  const draft = draftOf(recovered.book);
  for (const entry of entries) apply(draft, entry);
  const venueRules = { name, quote, instruments };
  const problems: Problem[] = [];
  const configurations = [...known.values()].filter((configuration) => {
    if (!configuration.isActive) return false;
    const unfit = unfitFor(configuration, venueRules);
    if (unfit !== undefined) {
      problems.push({ file: settings.configurations, path: configuration.id, ...unfit });
    }
    return unfit === undefined;
  });
  for (const problem of problems) options.log.warn({ problem }, describeProblem(problem));
  const brought = new Set(options.configurations.map(({ id }) => id));
  const absent = configurations.map(({ id }) => id).filter((id) => !brought.has(id));
  const word = await store.read.tradingWord();
  const differences = compareBalances(draft, balances).filter(
    ({ difference }) => difference !== '0',
  );
  const enrolments: Enrolment[] = [];
  const rules = lifecycleRulesOf(settings.lifecycle);
  for (const one of configurations) enrolments.push(await enrol(store.read, one, rules));
  const held = await store.read.quarantined();
  const quarantined = new Map([...held].map(([id, { data }]) => [id, data.version]));
  return {
    start: {
      book: draft,
      seq: entries.at(-1)?.seq ?? recovered.seq,
      ...{ enrolments, quarantined },
      enrol: (one: Configuration) => enrol(store.read, one, rules),
    },
    facts: { fresh, book: draft, configurations, problems, differences, absent, word },
  };
}
