// The feed statechart, whole: every state against every event, and the invariants F1–F5 of
// machines/README.md.
import { expect, test } from 'vitest';
import { createActor, type SnapshotFrom } from 'xstate';
import { type FeedEvent, feedMachine } from '../../machines/feed.ts';

type State = SnapshotFrom<typeof feedMachine>['value'];
type EventType = FeedEvent['type'];
type Act = 'repair' | 'live' | 'stale';

/** Where an event leads, and what is done on the way. */
type Cell = readonly [to: State, ...acts: Act[]];

const table: { readonly [S in State]: { readonly [T in EventType]: Cell } } = {
  connecting: {
    'frame.received': ['backfilling', 'repair'],
    'repair.due': ['backfilling', 'repair'],
    'gap.found': ['connecting'],
    'repair.completed': ['connecting'],
    'repair.failed': ['connecting'],
    'connection.lost': ['reconnecting'],
    'stream.silent': ['connecting'],
  },
  backfilling: {
    'frame.received': ['backfilling'],
    'repair.due': ['backfilling'],
    'gap.found': ['backfilling'],
    'repair.completed': ['live', 'live'],
    'repair.failed': ['stale'],
    'connection.lost': ['reconnecting'],
    'stream.silent': ['backfilling'],
  },
  live: {
    'frame.received': ['live'],
    'repair.due': ['backfilling', 'stale', 'repair'],
    'gap.found': ['backfilling', 'stale', 'repair'],
    'repair.completed': ['live'],
    'repair.failed': ['live'],
    'connection.lost': ['reconnecting', 'stale'],
    'stream.silent': ['polling', 'stale', 'repair'],
  },
  stale: {
    'frame.received': ['stale'],
    'repair.due': ['backfilling', 'repair'],
    'gap.found': ['stale'],
    'repair.completed': ['stale'],
    'repair.failed': ['stale'],
    'connection.lost': ['reconnecting'],
    'stream.silent': ['stale'],
  },
  reconnecting: {
    'frame.received': ['backfilling', 'repair'],
    'repair.due': ['polling', 'repair'],
    'gap.found': ['reconnecting'],
    'repair.completed': ['reconnecting'],
    'repair.failed': ['reconnecting'],
    'connection.lost': ['reconnecting'],
    'stream.silent': ['reconnecting'],
  },
  polling: {
    'frame.received': ['backfilling', 'repair'],
    'repair.due': ['polling', 'repair'],
    'gap.found': ['polling'],
    'repair.completed': ['polling'],
    'repair.failed': ['polling'],
    'connection.lost': ['polling'],
    'stream.silent': ['polling'],
  },
};

const ways: Record<State, readonly EventType[]> = {
  connecting: [],
  backfilling: ['frame.received'],
  live: ['frame.received', 'repair.completed'],
  stale: ['frame.received', 'repair.failed'],
  reconnecting: ['connection.lost'],
  polling: ['connection.lost', 'repair.due'],
};

function standing(state: State) {
  const acts: Act[] = [];
  const machine = feedMachine.provide({
    actions: {
      repair: () => acts.push('repair'),
      announceLive: () => acts.push('live'),
      announceStale: () => acts.push('stale'),
    },
  });
  const actor = createActor(machine).start();
  for (const type of ways[state]) actor.send({ type });
  expect(actor.getSnapshot().value).toBe(state);
  acts.length = 0;
  return { actor, acts };
}

const states = Object.keys(table) as readonly State[];
const cells = states.flatMap((state) =>
  (Object.entries(table[state]) as [EventType, Cell][]).map(([type, [to, ...acts]]) => ({
    ...{ state, type, to, acts },
  })),
);

test.each(cells)('$state on $type: $to, $acts', ({ state, type, to, acts }) => {
  const bench = standing(state);
  bench.actor.send({ type });
  expect(bench.actor.getSnapshot().value).toBe(to);
  expect(bench.acts).toEqual(acts);
});

test('F1: only a completed repair makes a stream live', () => {
  const ways = cells.filter(({ to, state }) => to === 'live' && state !== 'live');
  expect(ways.map(({ type }) => type)).toEqual(['repair.completed']);
});

test('F2: every way out of live says so', () => {
  const ways = cells.filter(({ to, state }) => state === 'live' && to !== 'live');
  expect(ways.map(({ acts }) => acts[0])).toEqual(ways.map(() => 'stale'));
  expect(ways).toHaveLength(4);
});

test('F3: a repair starts with backfilling and polling, and with nothing else', () => {
  for (const { state, type, to, acts } of cells) {
    const starts =
      (to === 'backfilling' && state !== to) ||
      (to === 'polling' && (state !== to || type === 'repair.due'));
    expect(acts.includes('repair'), `${state} on ${type}`).toBe(starts);
  }
});

test('F4: a completed repair does not make a polled stream live', () => {
  const { actor } = standing('polling');
  actor.send({ type: 'repair.completed' });
  expect(actor.getSnapshot().value).toBe('polling');
  actor.send({ type: 'frame.received' });
  actor.send({ type: 'repair.completed' });
  expect(actor.getSnapshot().value).toBe('live');
});

test('F5: frames do not hurry a repair that failed', () => {
  const { actor, acts } = standing('stale');
  for (let frame = 0; frame < 100; frame += 1) actor.send({ type: 'frame.received' });
  expect(acts).toEqual([]);
  actor.send({ type: 'repair.due' });
  expect(acts).toEqual(['repair']);
});
