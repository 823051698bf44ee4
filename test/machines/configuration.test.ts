// The configuration statechart, region by region: every state against every event it hears, deaf to all
// others, and the invariants C1, C2, C4 and C7 of machines/README.md; the others along every path, in path.test.ts.
import { describe, expect, test } from 'vitest';
import { actorClock } from '../../machines/clock.ts';
import {
  type ConfigurationEvent,
  configurationActor,
  configurationMachine,
} from '../../machines/configuration.ts';
import { nodeTimers } from '../../src/clock.ts';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { configurationOf, signalOf } from '../support/bench.ts';

type EventType = ConfigurationEvent['type'];
type Position = 'flat' | 'proposing' | 'entering' | 'holding' | 'exiting';
type Health = 'warming' | 'live' | 'stale' | 'paused' | 'faulted' | 'quarantined';

const clock = actorClock(nodeTimers);
const signal = signalOf(configurationOf('one'));

const events: { readonly [T in EventType]: Extract<ConfigurationEvent, { type: T }> } = {
  'signal.raised': { type: 'signal.raised', signal },
  'proposal.approved': { type: 'proposal.approved' },
  'proposal.refused': { type: 'proposal.refused', code: 'stage-cap' },
  'entry.ended': { type: 'entry.ended' },
  'position.opened': { type: 'position.opened' },
  'exit.ordered': { type: 'exit.ordered' },
  'position.closed': { type: 'position.closed' },
  'stream.live': { type: 'stream.live' },
  'stream.stale': { type: 'stream.stale' },
  'fault.raised': { type: 'fault.raised' },
  'fault.cleared': { type: 'fault.cleared' },
  'fault.repeated': { type: 'fault.repeated' },
  'configuration.pause': { type: 'configuration.pause' },
  'configuration.resume': { type: 'configuration.resume' },
  'stage.changed': { type: 'stage.changed', stage: 'DECAY' },
};
const types = Object.keys(events) as readonly EventType[];

/** Which events each region hears; the others it must not notice. */
type PositionEvent =
  | 'signal.raised'
  | 'proposal.approved'
  | 'proposal.refused'
  | 'entry.ended'
  | 'position.opened'
  | 'exit.ordered'
  | 'position.closed';
type HealthEvent = Exclude<EventType, PositionEvent | 'stage.changed'>;

const positionTable: {
  readonly [S in Position]: { readonly [T in PositionEvent]: Position };
} = {
  flat: {
    'signal.raised': 'proposing',
    'proposal.approved': 'flat',
    'proposal.refused': 'flat',
    'entry.ended': 'flat',
    'position.opened': 'holding',
    'exit.ordered': 'flat',
    'position.closed': 'flat',
  },
  proposing: {
    'signal.raised': 'proposing',
    'proposal.approved': 'entering',
    'proposal.refused': 'flat',
    'entry.ended': 'proposing',
    'position.opened': 'holding',
    'exit.ordered': 'proposing',
    'position.closed': 'flat',
  },
  entering: {
    'signal.raised': 'entering',
    'proposal.approved': 'entering',
    'proposal.refused': 'entering',
    'entry.ended': 'flat',
    'position.opened': 'holding',
    'exit.ordered': 'entering',
    'position.closed': 'flat',
  },
  holding: {
    'signal.raised': 'holding',
    'proposal.approved': 'holding',
    'proposal.refused': 'holding',
    'entry.ended': 'holding',
    'position.opened': 'holding',
    'exit.ordered': 'exiting',
    'position.closed': 'flat',
  },
  exiting: {
    'signal.raised': 'exiting',
    'proposal.approved': 'exiting',
    'proposal.refused': 'exiting',
    'entry.ended': 'exiting',
    'position.opened': 'exiting',
    'exit.ordered': 'exiting',
    'position.closed': 'flat',
  },
};

const healthTable: { readonly [S in Health]: { readonly [T in HealthEvent]: Health } } = {
  warming: {
    'stream.live': 'live',
    'stream.stale': 'warming',
    'fault.raised': 'faulted',
    'fault.cleared': 'warming',
    'fault.repeated': 'warming',
    'configuration.pause': 'paused',
    'configuration.resume': 'warming',
  },
  live: {
    'stream.live': 'live',
    'stream.stale': 'stale',
    'fault.raised': 'faulted',
    'fault.cleared': 'live',
    'fault.repeated': 'live',
    'configuration.pause': 'paused',
    'configuration.resume': 'live',
  },
  stale: {
    'stream.live': 'live',
    'stream.stale': 'stale',
    'fault.raised': 'faulted',
    'fault.cleared': 'stale',
    'fault.repeated': 'stale',
    'configuration.pause': 'paused',
    'configuration.resume': 'stale',
  },
  paused: {
    'stream.live': 'paused',
    'stream.stale': 'paused',
    'fault.raised': 'faulted',
    'fault.cleared': 'paused',
    'fault.repeated': 'paused',
    'configuration.pause': 'paused',
    'configuration.resume': 'warming',
  },
  faulted: {
    'stream.live': 'faulted',
    'stream.stale': 'faulted',
    'fault.raised': 'faulted',
    'fault.cleared': 'warming',
    'fault.repeated': 'quarantined',
    'configuration.pause': 'paused',
    'configuration.resume': 'faulted',
  },
  quarantined: {
    'stream.live': 'quarantined',
    'stream.stale': 'quarantined',
    'fault.raised': 'quarantined',
    'fault.cleared': 'quarantined',
    'fault.repeated': 'quarantined',
    'configuration.pause': 'paused',
    'configuration.resume': 'warming',
  },
};

const positions = Object.keys(positionTable) as readonly Position[];
const healths = Object.keys(healthTable) as readonly Health[];

/** Events that lead from the start to each state of a region. */
const waysToPosition: Record<Position, readonly EventType[]> = {
  flat: [],
  proposing: ['signal.raised'],
  entering: ['signal.raised', 'proposal.approved'],
  holding: ['position.opened'],
  exiting: ['position.opened', 'exit.ordered'],
};
const waysToHealth: Record<Health, readonly EventType[]> = {
  warming: [],
  live: ['stream.live'],
  stale: ['stream.live', 'stream.stale'],
  paused: ['configuration.pause'],
  faulted: ['fault.raised'],
  quarantined: ['fault.raised', 'fault.repeated'],
};

/** An actor started flat and warming, then led to where it should stand. */
function standing({
  stage = 'PAPER',
  position = 'flat',
  health = 'warming',
}: {
  stage?: Stage;
  position?: Position;
  health?: Health;
}) {
  const proposed: unknown[] = [];
  const machine = configurationMachine.provide({
    actions: { propose: (_, params) => proposed.push(params.signal) },
  });
  const actor = configurationActor(machine, { id: 'one', stage, position: 'flat' }, clock).start();
  for (const type of [...waysToPosition[position], ...waysToHealth[health]]) {
    actor.send(events[type]);
  }
  proposed.length = 0;
  const value = () => actor.getSnapshot().value;
  expect(value()).toEqual({ lifecycle: stage, position, health });
  return { actor, value, proposed };
}

describe.each(positions)('position, %s', (position) => {
  test.each(types)('on %s', (type) => {
    const { actor, value } = standing({ position });
    actor.send(events[type]);
    const row: Partial<Record<EventType, Position>> = positionTable[position];
    expect(value().position).toBe(row[type] ?? position);
  });
});

describe.each(healths)('health, %s', (health) => {
  test.each(types)('on %s', (type) => {
    const { actor, value } = standing({ health });
    actor.send(events[type]);
    const row: Partial<Record<EventType, Health>> = healthTable[health];
    expect(value().health).toBe(row[type] ?? health);
  });

  test('C4: is told to the supervisor by its tags', () => {
    const { actor } = standing({ health });
    const healthy = ['warming', 'live', 'stale'].includes(health);
    expect(actor.getSnapshot().hasTag('healthy')).toBe(healthy);
    expect(actor.getSnapshot().hasTag('fresh')).toBe(health === 'live');
  });
});

describe.each(STAGES)('lifecycle, %s', (stage) => {
  test.each(STAGES)('C1: on stage.changed to %s', (next) => {
    const { actor, value } = standing({ stage });
    actor.send({ type: 'stage.changed', stage: next });
    expect(value().lifecycle).toBe(next);
  });

  test.each(types.filter((type) => type !== 'stage.changed'))('C1: stays on %s', (type) => {
    const { actor, value } = standing({ stage });
    actor.send(events[type]);
    expect(value().lifecycle).toBe(stage);
  });
});

test.each(positions)('C2: %s, a signal is proposed once, so that it has a record', (position) => {
  const { actor, proposed } = standing({ position });
  actor.send(events['signal.raised']);
  expect(proposed).toEqual([signal]);
});

test.each(['flat', 'entering', 'holding', 'exiting'] as const)(
  'C7: a recovered actor is %s as its facts left it, and not fresh before its stream is',
  (position) => {
    const actor = configurationActor(
      configurationMachine,
      { id: 'one', stage: 'MATURE', position },
      clock,
    );
    actor.start();
    const snapshot = actor.getSnapshot();
    expect(snapshot.value).toEqual({ lifecycle: 'MATURE', position, health: 'warming' });
    expect(snapshot.hasTag('fresh')).toBe(false);
    actor.send(events['stream.live']);
    expect(actor.getSnapshot().hasTag('fresh')).toBe(true);
  },
);
