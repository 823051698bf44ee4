// The supervisor's actor with its hands tied to the engine: what it publishes is armed at once and
// journalled; proposals are gathered for a moment; positions on their way out are asked again.
import { type Actor, createActor } from 'xstate';
import { actorClock } from '../../machines/clock.ts';
import { portfolioMachine } from '../../machines/portfolio.ts';
import { proposalsOf } from '../domain/batch.ts';
import type { ReviewTerms } from '../domain/eligibility.ts';
import type { Fact } from '../domain/fact.ts';
import type { Reading } from '../domain/open-breaker.ts';
import { heldPairs, liveOrder, type Portfolio, type Position } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Timers } from '../ports.ts';
import { createExitRetry } from './exit-retry.ts';
import type { Recorder } from './recorder.ts';
import { armPosition, type Watch } from './watch.ts';

export interface Supervisor {
  readonly actor: Actor<typeof portfolioMachine>;
  book(): Portfolio;
  /** Marks the book, opens or latches the day, and asks again for exits that did not happen. */
  tick(record: boolean): void;
}

/** A position is watched from its first fill until it is on its way out, before anything else happens. */
function attend(fact: Fact, watch: Watch, book: Portfolio): void {
  switch (fact.type) {
    case 'position.opened':
      armPosition(watch, fact.data);
      return;
    case 'position.closed':
      watch.disarm(fact.data.trade.pair, fact.data.trade.configId);
      return;
    case 'exit.ordered':
      watch.disarm(fact.data.order.pair, fact.data.order.configId);
      return;
    case 'exit.decided': {
      const pair = book.positions.get(fact.data.configId)?.opening.pair;
      if (pair !== undefined) watch.disarm(pair, fact.data.configId);
      return;
    }
    default:
      return;
  }
}

export function createSupervisor(options: {
  terms: ReviewTerms;
  book: Portfolio;
  watch: Watch;
  recorder: Pick<Recorder, 'record'>;
  clock: Clock;
  timers: Timers;
  gatherMs: Millis;
  /** What the breakers of market and venue measure now. */
  readings(): readonly Reading[];
  /** The charts that follow from facts. */
  charts: readonly { hear(fact: Fact): void }[];
  onDeath(error: unknown): void;
}): Supervisor {
  const { watch, recorder, clock, timers } = options;
  const retry = createExitRetry(clock);
  let gathering = false;

  const book = (): Portfolio => actor.getSnapshot().context.book;

  function gather(): void {
    if (gathering) return;
    gathering = true;
    timers.after(options.gatherMs, () => {
      gathering = false;
      const { batch } = actor.getSnapshot().context;
      const pairs = new Set(proposalsOf(batch).map(({ signal }) => signal.pair));
      for (const pair of heldPairs(book())) pairs.add(pair);
      const readings = options.readings();
      actor.send({ type: 'batch.due', at: clock.market(), marks: watch.marks(pairs), readings });
    });
  }

  function publish(facts: readonly Fact[]): void {
    for (const fact of facts) {
      for (const chart of options.charts) chart.hear(fact);
      retry.hear(fact, book());
      attend(fact, watch, book());
    }
    recorder.record(facts);
  }

  const actor = createActor(
    portfolioMachine.provide({
      actions: { gather, publish: ({ context }) => publish(context.facts) },
    }),
    {
      id: 'portfolio',
      input: { terms: options.terms, book: options.book },
      clock: actorClock(timers),
    },
  );
  actor.subscribe({ error: options.onDeath });
  actor.start();

  /** A position is watched, or on its way out with an order, or asked to go again. */
  function tend(position: Position): void {
    const { configId, pair } = position.opening;
    if (position.exiting === null) {
      if (!watch.isArmed(pair, configId)) armPosition(watch, position.opening);
      return;
    }
    if (liveOrder(book(), configId, 'exit') !== undefined) return;
    if (!retry.isDue(position)) return;
    const request = { configId, reason: position.exiting, price: null, at: clock.market() };
    actor.send({ type: 'exit.proposed', request });
  }

  return {
    actor,
    book,
    tick(record) {
      const marks = watch.marks(heldPairs(book()));
      const readings = options.readings();
      actor.send({ type: 'portfolio.marked', at: clock.market(), marks, readings, record });
      for (const position of book().positions.values()) tend(position);
    },
  };
}
