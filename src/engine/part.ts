// The engine's parts and the pipes between them: what each one hears goes straight to the next. The
// pipes are set once, here; the engine only opens and closes them.
import type { Stage } from '../domain/configuration.ts';
import type { ReviewTerms } from '../domain/eligibility.ts';
import type { Entry, Fact } from '../domain/fact.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import { configurationOfTwin } from '../domain/twin.ts';
import type { VenueHealth } from '../domain/venue-health.ts';
import type { Log } from '../ports.ts';
import type { Banks, EngineListener, EngineRules, EngineStart } from './bank.ts';
import { type BreakerDesk, createBreakerDesk } from './breaker-desk.ts';
import { DecisionAge } from './decision-age.ts';
import { createEffects } from './effect.ts';
import type { Enrolment } from './enrolment.ts';
import type { Evaluation } from './evaluate.ts';
import type { Execution, ExecutionSink } from './execution.ts';
import { FaultDesk } from './fault-desk.ts';
import type { Gauges } from './gauge.ts';
import type { Guard } from './guard.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Month } from './month.ts';
import { createNearestMisses, type NearestMisses } from './nearest-miss.ts';
import { createOrderDesk, type OrderDesk } from './order-desk.ts';
import { Outbox } from './outbox.ts';
import type { Reconciliation } from './reconciliation.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import type { Registry } from './registry.ts';
import { joinCandleRoad, joinEvidence, joinMeasures } from './road.ts';
import { createRulebook, type Rulebook } from './rulebook.ts';
import { type Counters, newCounters } from './status.ts';
import type { Streams } from './stream.ts';
import { createSupervisor, type Supervisor } from './supervise.ts';
import type { Twins } from './twin.ts';
import { joinVenue } from './venue-road.ts';
import { createWatch, type Watch } from './watch.ts';

export interface Parts {
  readonly watch: Watch;
  readonly registry: Registry;
  readonly evaluation: Evaluation;
  readonly execution: Execution;
  readonly recorder: Recorder;
  readonly supervisor: Supervisor;
  readonly streams: Streams;
  readonly gauges: Gauges;
  readonly orders: OrderDesk;
  readonly breakers: BreakerDesk;
  readonly misses: NearestMisses;
  readonly counters: Counters;
  readonly twins: Twins;
  readonly lifecycle: Lifecycle;
  readonly guard: Guard;
  readonly faults: FaultDesk;
  readonly rulebook: Rulebook;
  /** Where the venue's words go. */
  readonly sink: ExecutionSink;
  readonly reconciliation: Reconciliation;
}

export function joinParts(
  banks: Banks,
  rules: EngineRules,
  start: EngineStart,
  health: VenueHealth,
  listener: EngineListener & {
    /** The lifecycle has done with a configuration. */
    onArchived(configId: string): void;
    /** A configuration that failed begins again. */
    onRestart(enrolment: Enrolment): void;
  },
): Parts {
  const { clock, timers, log } = banks;
  const { execution: execute } = rules;
  const send: Supervisor['actor']['send'] = (event) => supervisor.actor.send(event);
  const book = (): Portfolio => supervisor.book();
  const marketTime = (): number => clock.market();

  const outbox = new Outbox();
  const asked = { watch: () => watch, pairs: () => streams.pairs(), outbox };
  const toVenue = joinVenue(banks, rules, { ...start, ...asked, send, book });
  const { sink, execution, reconciliation } = toVenue;
  const watch = createWatch(({ holder, ...crossed }) => {
    const configId = configurationOfTwin(holder);
    if (configId !== undefined) twins.crossed(configId, crossed);
    else send({ type: 'exit.proposed', request: { configId: holder, ...crossed } });
  });
  const record = (facts: readonly Fact[]): void => recorder.record(facts);
  const onFault: FaultDesk['failed'] = (...failure) => faults.failed(...failure);
  const evidence = {
    ...{ rules, watch, timers, marketTime, record, onFault },
    onStage: (configId: string, stage: Stage) => registry.restage(configId, stage),
    onArchived: listener.onArchived,
  };
  const { twins, lifecycle } = joinEvidence(evidence);
  const counters = newCounters();
  const misses = createNearestMisses();
  const heard = { counters, misses, send, book, twins, onFault, mayTell: () => !recorder.isFull };
  const { registry, streams, evaluation } = joinCandleRoad({ clock, timers }, execute, heard);
  const { month, gauges, guard } = joinMeasures(banks, rules, {
    ...{ health, watch, streams, record },
    missingLots: () => reconciliation.missingLots(),
  });
  const ages = new DecisionAge(clock);
  const effect = createEffects({
    ...{ registry, execution, sink, book, marketTime, log, ages, outbox },
    maxSignalAge: execute.maxSignalAge,
    onSlip: (configId, slip) => lifecycle.slipped(configId, slip),
  });
  const hear = (entry: Entry): void => {
    committed(entry, effect, counters, listener, log);
    faults.hear(entry);
  };
  const recorder = joinJournal(banks, counters, { hear, book, send });
  const faults = new FaultDesk({
    ...{ clock, timers, log, counters, registry, evaluation, recorder, book },
    ...{ quarantined: start.quarantined, enrol: start.enrol, onRestart: listener.onRestart },
  });
  const orders = createOrderDesk(start.book, banks);
  const breakers = createBreakerDesk(start.book, banks);
  const rulebook = createRulebook({ ...banks, listed: start.instruments, book });
  const supervisor = createSupervisor({
    charts: [ages, outbox, orders, breakers],
    terms: termsOf(rules, start, month, rulebook),
    book: start.book,
    ...{ watch, recorder, clock, timers, gatherMs: rules.gatherMs },
    readings: () => gauges.readings(),
    onDeath: (error) => listener.onFatal('the portfolio supervisor failed', error),
  });
  return {
    ...{ ...toVenue, watch, registry, evaluation, recorder, supervisor, streams },
    ...{ gauges, orders, breakers, misses, counters, twins, lifecycle, guard, faults },
    rulebook,
  };
}

/** What decisions are held to. */
const termsOf = (
  rules: EngineRules,
  { book }: EngineStart,
  { correlation }: Pick<Month, 'correlation'>,
  rulebook: Rulebook,
): ReviewTerms => ({
  ...rules,
  engine: book.engine,
  // As they are when something is sized or sold, not as they were at the start.
  get instruments() {
    return rulebook.instruments();
  },
  correlation,
});

/** No new exposure while the journal cannot take it; what is decided waits, in order. */
function joinJournal(
  { journal, timers, clock, log }: Banks,
  counters: Counters,
  to: { hear(entry: Entry): void; book(): Portfolio; send: Supervisor['actor']['send'] },
): Recorder {
  return createRecorder({
    ...{ journal, timers, onCommitted: to.hear },
    onFailure(error, isFirst) {
      if (isFirst) {
        counters.faults += 1;
        log.error({ error: String(error) }, 'the journal takes no facts; nothing is sent');
      }
      if (to.book().trading !== 'active') return;
      const at = clock.market();
      to.send({ type: 'portfolio.reduce', at, by: 'engine', reason: 'the store failed' });
    },
  });
}

function committed(
  entry: Entry,
  effect: (entry: Entry) => void,
  counters: Counters,
  listener: EngineListener,
  log: Log,
): void {
  count(counters, entry);
  // Neither may stop the next: the first is a bug that ends the engine, the second only a teller.
  attempt(
    () => effect(entry),
    (error) => listener.onFatal(`${entry.type} took no effect`, error),
  );
  attempt(
    () => listener.onEntry(entry),
    (error) => {
      log.error({ seq: entry.seq, error: String(error) }, 'an entry could not be told');
    },
  );
}

function attempt(act: () => void, failed: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    failed(error);
  }
}

function count(counters: Counters, { type }: Entry): void {
  if (type === 'signal.approved') counters.approvals += 1;
  if (type === 'signal.refused') counters.refusals += 1;
  if (type === 'fill.recorded') counters.fills += 1;
  if (type === 'position.closed') counters.closed += 1;
}
