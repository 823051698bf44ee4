// The charts of breaker, configuration, feed and order walked along paths that are made from them (xstate/graph): each
// situation they can be in by the shortest way, and every event from there. Each path is taken by a real actor, held
// to the invariants of machines/README.md, and where the book has the truth, to the book. No state and no
// transition stays untouched.
import { expect, test } from 'vitest';
import { breakerMachine } from '../../machines/breaker.ts';
import { type ConfigurationEvent, configurationMachine } from '../../machines/configuration.ts';
import { type FeedEvent, feedMachine } from '../../machines/feed.ts';
import { type OrderEvent, orderMachine } from '../../machines/order.ts';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { breakerKey } from '../../src/domain/open-breaker.ts';
import { stopping } from '../../src/domain/stopping.ts';
import { closed, halfOpened, opened } from '../../src/domain/tripping.ts';
import { happen, LOTS, setup } from '../model/order.ts';
import { configurationOf, NOON, openedBook, signalOf } from '../support/bench.ts';
import { Coverage, eventsOf, pathsOf, watched } from './path.ts';

const at = NOON + 1000;

const about = { id: 'slippage-pause', on: 'BTC' } as const;
const breakerMoves = {
  tripped: { type: 'breaker.tripped' },
  halfOpened: { type: 'breaker.half-opened' },
  closed: { type: 'breaker.closed' },
} as const;

/** The same in the book, which moves only what is not closed and trips what is open no more. */
function moveInBook(draft: Draft, { type }: { readonly type: string }): void {
  const one = draft.breakers.get(breakerKey(about));
  if (type === 'breaker.tripped') {
    const measured = { ...about, value: 0.01, trip: 0.005, failures: 0 };
    if (one?.state !== 'open') opened(draft, measured, at, DEFAULT_LEVELS);
  } else if (one === undefined) return;
  else if (type === 'breaker.half-opened') halfOpened(draft, one, at);
  else closed(draft, about, at, { by: 'engine', reason: 'for the test' });
}

test('breaker, B1, B2, B4: every path ends where the book has its breaker', () => {
  const coverage = new Coverage(breakerMachine);
  const situation = ({ value }: { value: unknown }) => `${value}`;
  const paths = pathsOf({ machine: breakerMachine, events: breakerMoves, situation });
  for (const path of paths) {
    const chart = watched(breakerMachine, coverage);
    const draft = draftOf(openedBook());
    for (const event of eventsOf(path, breakerMoves)) {
      moveInBook(draft, event);
      chart.send(event);
      const state = draft.breakers.get(breakerKey(about))?.state ?? 'closed';
      expect(chart.getSnapshot().value, path.join()).toBe(state);
      // Open it keeps entries out; half open whoever comes first may try.
      const isStopped = stopping(draft, { configId: 'one', asset: 'BTC' }) !== undefined;
      expect(isStopped).toBe(state === 'open');
    }
  }
  expect(coverage.missed).toEqual([]);
}, 60_000);

test('configuration, C1–C6: every path, region by region', () => {
  const signal = signalOf(configurationOf('one'));
  const plain = [
    ...(['proposal.approved', 'entry.ended', 'position.opened', 'exit.ordered'] as const),
    ...([
      'position.closed',
      'stream.live',
      'stream.stale',
      'fault.raised',
      'fault.cleared',
    ] as const),
    ...(['fault.repeated', 'configuration.pause', 'configuration.resume'] as const),
  ];
  const events: Readonly<Record<string, ConfigurationEvent>> = {
    ...Object.fromEntries(plain.map((type) => [type, { type }])),
    'signal.raised': { type: 'signal.raised', signal },
    'proposal.refused': { type: 'proposal.refused', code: 'stage-cap' },
    ...Object.fromEntries(STAGES.map((stage) => [stage, { type: 'stage.changed', stage }])),
  };
  let proposals = 0;
  const machine = configurationMachine.provide({
    actions: {
      propose: () => {
        proposals += 1;
      },
    },
  });
  const coverage = new Coverage(machine);
  const situation = ({ value }: { value: unknown }) => JSON.stringify(value);
  for (const path of pathsOf({ machine, events, situation })) {
    const chart = watched(machine, coverage);
    const steps = eventsOf(path, events);
    for (const event of steps.slice(0, -1)) chart.send(event);
    const [last] = steps.slice(-1);
    if (last === undefined) continue;
    const before = chart.getSnapshot().value;
    proposals = 0;
    chart.send(last);
    const after = chart.getSnapshot();
    expectSound(before, after.value, last);
    expect(proposals).toBe(last.type === 'signal.raised' ? 1 : 0);
    expect([after.hasTag('healthy'), after.hasTag('fresh')]).toEqual([
      ['warming', 'live', 'stale'].includes(after.value.health),
      after.value.health === 'live',
    ]);
  }
  expect(coverage.missed).toEqual([]);
}, 60_000);

interface Regions {
  readonly lifecycle: Stage;
  readonly position: string;
  readonly health: string;
}

/** One step moves one region, as its invariants allow. */
function expectSound(before: Regions, after: Regions, event: ConfigurationEvent): void {
  const moved = (['lifecycle', 'position', 'health'] as const).filter(
    (one) => before[one] !== after[one],
  );
  expect(moved.length).toBeLessThanOrEqual(1);
  expect(after.lifecycle).toBe(event.type === 'stage.changed' ? event.stage : before.lifecycle);
  if (event.type === 'position.closed') expect(after.position).toBe('flat');
  if (event.type === 'position.opened') {
    expect(after.position).toBe(before.position === 'exiting' ? 'exiting' : 'holding');
  }
  const isByPerson = event.type === 'configuration.pause' || event.type === 'configuration.resume';
  if (before.health === 'quarantined' && !isByPerson) expect(after.health).toBe('quarantined');
}

/** What a step of a feed has to do, in order. */
function dutiesOf(before: string, after: string, { type }: FeedEvent): readonly string[] {
  if (before === after) return after === 'polling' && type === 'repair.due' ? ['repair'] : [];
  const leaving = before === 'live' ? ['stale'] : [];
  const entering = { live: 'live', backfilling: 'repair', polling: 'repair' }[after];
  return entering === undefined ? leaving : [...leaving, entering];
}

test('feed, F1–F5: every path announces what it must and repairs when it must', () => {
  const types = [
    ...(['frame.received', 'repair.due', 'gap.found', 'repair.completed'] as const),
    ...(['repair.failed', 'connection.lost', 'stream.silent'] as const),
  ];
  const events: Readonly<Record<string, FeedEvent>> = Object.fromEntries(
    types.map((type) => [type, { type }]),
  );
  const done: string[] = [];
  const machine = feedMachine.provide({
    actions: {
      repair: () => done.push('repair'),
      announceLive: () => done.push('live'),
      announceStale: () => done.push('stale'),
    },
  });
  const coverage = new Coverage(machine);
  for (const path of pathsOf({ machine, events, situation: ({ value }) => `${value}` })) {
    const chart = watched(machine, coverage);
    for (const event of eventsOf(path, events)) {
      const before = chart.getSnapshot().value;
      done.length = 0;
      chart.send(event);
      const after = chart.getSnapshot().value;
      expect(done, `${before} on ${event.type}`).toEqual(dutiesOf(before, after, event));
      const [isLive, wasStale] = [before !== 'live' && after === 'live', before === 'stale'];
      if (isLive) expect(event.type).toBe('repair.completed');
      if (wasStale && event.type === 'frame.received') expect(after).toBe('stale');
    }
  }
  expect(coverage.missed).toEqual([]);
}, 60_000);

test('order, O1–O8: every path ends where the model and the book have the order', () => {
  const types = [
    ...(['order.accepted', 'order.unresolved', 'order.quarantined', 'order.resent'] as const),
    ...(['cancel.ordered', 'order.rejected', 'order.canceled', 'order.absent'] as const),
  ];
  const filled = (tradeId: string, quantity: string): OrderEvent => ({
    type: 'order.filled',
    tradeId,
    quantity,
  });
  const strayed = (tradeId: string, quantity: string): OrderEvent => ({
    type: 'order.strayed',
    tradeId,
    quantity,
  });
  const events: Readonly<Record<string, OrderEvent>> = {
    ...Object.fromEntries(types.map((type) => [type, { type }])),
    part: filled('part', '2'),
    more: filled('more', '1'),
    rest: filled('rest', '4'),
  };
  const last = {
    whole: filled('whole', String(LOTS)),
    over: filled('over', '9'),
    nothing: filled('nothing', '0'),
    stray: strayed('stray', '1'),
    strayWhole: strayed('strayWhole', String(LOTS)),
  };
  const coverage = new Coverage(orderMachine);
  const paths = pathsOf({
    ...{ machine: orderMachine, events, last },
    input: { clientOrderId: 'ab12'.repeat(8), quantity: String(LOTS) },
    situation: ({ value, context }) => `${value} ${[...context.trades].sort()}`,
  });
  for (const path of paths) {
    const { model, real } = setup('exit');
    const chart = watched(orderMachine, coverage, real.order);
    for (const event of eventsOf(path, { ...events, ...last })) {
      happen(model, real, event);
      chart.send(event);
    }
    expect(chart.getSnapshot().value, path.join()).toBe(real.raw.getSnapshot().value);
  }
  expect(coverage.missed).toEqual([]);
}, 60_000);
