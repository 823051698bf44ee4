// The roads between the engine's parts, each joined once: from a twin's closed trade to its configuration's
// stage, from a closed candle to a proposal or an exit. The one to the venue has a page of its own.
import type { Stage } from '../domain/configuration.ts';
import type { Fact } from '../domain/fact.ts';
import { type Poison, poisonOf } from '../domain/poison.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Timers } from '../ports.ts';
import type { Banks, EngineRules } from './bank.ts';
import { createEvaluation } from './evaluate.ts';
import { type GaugeOptions, Gauges } from './gauge.ts';
import { Guard } from './guard.ts';
import { Lifecycle } from './lifecycle.ts';
import { createMonth, type Month } from './month.ts';
import type { NearestMisses } from './nearest-miss.ts';
import type { Parts } from './part.ts';
import { createRegistry } from './registry.ts';
import type { Counters } from './status.ts';
import { createStreams, type Streams } from './stream.ts';
import type { Supervisor } from './supervise.ts';
import { Twins } from './twin.ts';
import { createVerdicts } from './verdict.ts';
import type { Watch } from './watch.ts';

/** What the breakers measure, and what every position must have. */
export function joinMeasures(
  { clock, log }: Banks,
  { breakers: levels, isRealTime }: EngineRules,
  from: Pick<GaugeOptions, 'health' | 'missingLots'> & {
    watch: Watch;
    streams: Streams;
    record(facts: readonly Fact[]): void;
  },
): Pick<Parts, 'gauges' | 'guard'> & { readonly month: Month } {
  const { watch, streams, record, health, missingLots } = from;
  const month = createMonth(levels);
  const { pairs } = streams;
  return {
    month,
    gauges: new Gauges({
      ...{ levels, isRealTime, pairs, clock, watch, month, health, missingLots },
    }),
    guard: new Guard({ watch, streams, clock, log, record }),
  };
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
    timers,
    onProposal: (proposal) => send({ type: 'proposal.raised', proposal }),
    onDeath: (configId, error, event) => onFault(configId, error, poisonOf('event', event)),
  });
  const streams = createStreams((configIds, event) => {
    const heard = new Set(configIds);
    for (const configId of heard) registry.send(configId, event);
    if (event.type === 'stream.stale') send({ type: 'stream.stale', configIds: heard });
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
