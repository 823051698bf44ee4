// The roads between the engine's parts, each joined once: from an order to the venue's words on it, from a
// twin's closed trade to its configuration's stage, from a closed candle to a proposal or an exit.
import type { Stage } from '../domain/configuration.ts';
import type { Fact } from '../domain/fact.ts';
import { type Poison, poisonOf } from '../domain/poison.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Timers } from '../ports.ts';
import type { Banks, EngineRules } from './bank.ts';
import { createEvaluation } from './evaluate.ts';
import { createExecution, type ExecutionSink } from './execution.ts';
import { Lifecycle } from './lifecycle.ts';
import type { NearestMisses } from './nearest-miss.ts';
import type { Parts } from './part.ts';
import { createRegistry } from './registry.ts';
import { createResolver } from './resolve.ts';
import type { Counters } from './status.ts';
import { createStreams } from './stream.ts';
import type { Supervisor } from './supervise.ts';
import { Twins } from './twin.ts';
import { createVerdicts } from './verdict.ts';
import type { Watch } from './watch.ts';

/** From an order to the venue's words on it. */
export function joinVenue(
  { venue, clock, timers, log }: Banks,
  { recvWindowMs }: EngineRules,
  send: Supervisor['actor']['send'],
): Pick<Parts, 'sink' | 'execution'> {
  const heard: Omit<ExecutionSink, 'onUnknown'> = {
    onFill: (fill) => send({ type: 'fill.reported', fill }),
    onOrderNews: (news) => send({ type: 'order.reported', news }),
  };
  const onUnknown = createResolver({ venue, clock, timers, log, recvWindowMs, sink: heard });
  const sink = { ...heard, onUnknown };
  return { sink, execution: createExecution({ venue, clock, timers, log, sink }) };
}

/** From a twin's closed trade to its configuration's stage. */
export function joinEvidence(to: {
  rules: EngineRules;
  watch: Watch;
  timers: Timers;
  marketTime(): number;
  record(facts: readonly Fact[]): void;
  onStage(configId: string, stage: Stage): void;
  onArchived(configId: string): void;
  onFault(configId: string, error: unknown, poison: Poison): void;
}): Pick<Parts, 'twins' | 'lifecycle'> {
  const { rules, ...rest } = to;
  const lifecycle = new Lifecycle({
    ...rest,
    caps: rules.sizing.base,
    slippage: rules.execution.slippage,
    onStage(configId, stage) {
      to.onStage(configId, stage);
      twins.restage(configId, stage);
    },
  });
  const twins = new Twins({
    ...rest,
    terms: rules,
    onClosed: (trade) => lifecycle.closed(trade),
  });
  return { twins, lifecycle };
}

/** From a closed candle to a proposal or an exit. */
export function joinCandleRoad(
  { clock, timers }: Pick<Banks, 'clock' | 'timers'>,
  execute: EngineRules['execution'],
  to: {
    counters: Counters;
    misses: NearestMisses;
    send: Supervisor['actor']['send'];
    book: () => Portfolio;
    twins: Twins;
    onFault(configId: string, error: unknown, poison: Poison): void;
    mayTell(): boolean;
  },
): Pick<Parts, 'registry' | 'streams' | 'evaluation'> {
  const { counters, misses, send, book, twins, onFault } = to;
  const registry = createRegistry({
    onProposal: (proposal) => send({ type: 'proposal.raised', proposal }),
    onDeath: (configId, error, event) => onFault(configId, error, poisonOf('event', event)),
  });
  const streams = createStreams((configIds, event) => {
    for (const configId of configIds) registry.send(configId, event);
  });
  const verdicts = createVerdicts({
    book,
    registry,
    marketTime: () => clock.market(),
    maxSignalAge: execute.maxSignalAge,
    misses,
    counters,
    onSignal: (signal) => registry.send(signal.configId, { type: 'signal.raised', signal }),
    onExit: (request) => send({ type: 'exit.proposed', request }),
  });
  const evaluation = createEvaluation({
    costs: execute,
    timers,
    books: [verdicts, twins],
    onFault,
    mayTell: to.mayTell,
  });
  return { registry, streams, evaluation };
}
