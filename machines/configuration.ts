// One actor per configuration: its lifecycle stage, the position it is in, and its health. It hears
// only what means something; candles and prices never enter a chart (DESIGN §2).
import { type Actor, createActor, setup } from 'xstate';
import { STAGES, type Stage } from '../src/domain/configuration.ts';
import type { RefusalCode } from '../src/domain/refusal.ts';
import type { Signal } from '../src/domain/signal.ts';
import type { ActorClock } from './clock.ts';

export interface ConfigurationContext {
  readonly id: string;
}

export type ConfigurationEvent =
  | { readonly type: 'signal.raised'; readonly signal: Signal }
  | { readonly type: 'proposal.approved' }
  | { readonly type: 'proposal.refused'; readonly code: RefusalCode }
  | { readonly type: 'entry.ended' }
  | { readonly type: 'position.opened' }
  | { readonly type: 'exit.ordered' }
  | { readonly type: 'position.closed' }
  | { readonly type: 'stream.live' }
  | { readonly type: 'stream.stale' }
  | { readonly type: 'fault.raised' }
  | { readonly type: 'fault.cleared' }
  | { readonly type: 'fault.repeated' }
  | { readonly type: 'configuration.pause' }
  | { readonly type: 'configuration.resume' }
  | { readonly type: 'stage.changed'; readonly stage: Stage };

export const configurationMachine = setup({
  types: {
    context: {} as ConfigurationContext,
    events: {} as ConfigurationEvent,
    tags: {} as 'healthy' | 'fresh',
  },
  actions: {
    /** Given by the engine: hands the signal, and what is true of this actor now, to the supervisor. */
    propose: (_, _params: { signal: Signal }) => {},
  },
  guards: {
    entersStage: ({ event }, { stage }: { stage: Stage }) =>
      event.type === 'stage.changed' && event.stage === stage,
  },
}).createMachine({
  id: 'configuration',
  type: 'parallel',
  context: { id: '' },
  states: {
    lifecycle: {
      initial: 'PAPER',
      on: {
        'stage.changed': STAGES.map((stage) => ({
          guard: { type: 'entersStage', params: { stage } } as const,
          target: `.${stage}` as const,
        })),
      },
      states: { PAPER: {}, DISCOVERY: {}, VALIDATION: {}, MATURE: {}, DECAY: {} },
    },
    position: {
      initial: 'flat',
      on: {
        // Also out of turn: the supervisor refuses it by name, so that every signal has a record.
        'signal.raised': { actions: { type: 'propose', params: ({ event }) => event } },
        // The venue's word wins over what this actor believed: a late fill is a position.
        'position.opened': '.holding',
        'position.closed': '.flat',
      },
      states: {
        flat: {
          on: {
            'signal.raised': {
              target: 'proposing',
              actions: { type: 'propose', params: ({ event }) => event },
            },
          },
        },
        proposing: {
          on: { 'proposal.approved': 'entering', 'proposal.refused': 'flat' },
        },
        entering: { on: { 'entry.ended': 'flat' } },
        holding: { on: { 'exit.ordered': 'exiting' } },
        exiting: { on: { 'position.opened': {} } },
      },
    },
    health: {
      initial: 'warming',
      on: { 'configuration.pause': '.paused', 'fault.raised': '.faulted' },
      states: {
        warming: { tags: 'healthy', on: { 'stream.live': 'live' } },
        live: { tags: ['healthy', 'fresh'], on: { 'stream.stale': 'stale' } },
        stale: { tags: 'healthy', on: { 'stream.live': 'live' } },
        paused: { on: { 'configuration.resume': 'warming' } },
        faulted: {
          on: { 'fault.cleared': 'warming', 'fault.repeated': 'quarantined' },
        },
        quarantined: { on: { 'fault.raised': {}, 'configuration.resume': 'warming' } },
      },
    },
  },
});

export type ConfigurationActor = Actor<typeof configurationMachine>;

/** Where an actor stands when it is made: a new one is flat, a recovered one is where its facts left it. */
export interface ConfigurationStart {
  readonly id: string;
  readonly stage: Stage;
  readonly position: 'flat' | 'entering' | 'holding' | 'exiting';
}

/** A root actor for one configuration; `machine` is this machine with the engine's actions. */
export function configurationActor(
  machine: typeof configurationMachine,
  { id, stage, position }: ConfigurationStart,
  clock: ActorClock,
): ConfigurationActor {
  const snapshot = machine.resolveState({
    value: { lifecycle: stage, position, health: 'warming' },
    context: { id },
  });
  return createActor(machine, { id, snapshot, clock });
}
