// The time of the charts is the time their owner was given: nothing waits beside it.
import { readdirSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import {
  type AnyStateMachine,
  type AnyStateNode,
  createActor,
  createMachine,
  StateMachine,
} from 'xstate';
import { actorClock } from '../../machines/clock.ts';

/** A chart that waits, as none of ours does: a second, then another. */
const waiting = createMachine({
  initial: 'first',
  states: {
    first: { after: { 1000: 'second' }, on: { stop: 'ended' } },
    second: { after: { 2000: 'ended' } },
    ended: {},
  },
});

function bench() {
  const waits = new Map<number, () => void>();
  const clock = actorClock({
    after(delayMs, run) {
      waits.set(delayMs, run);
      return () => void waits.delete(delayMs);
    },
  });
  const actor = createActor(waiting, { clock }).start();
  return { waits, actor };
}

test('a chart that waits goes on when the given timers say so, and no sooner', () => {
  vi.useFakeTimers();
  try {
    const { waits, actor } = bench();
    vi.advanceTimersByTime(60_000);
    expect(actor.getSnapshot().value).toBe('first');
    expect(vi.getTimerCount()).toBe(0);
    waits.get(1000)?.();
    expect(actor.getSnapshot().value).toBe('second');
    waits.get(2000)?.();
    expect(actor.getSnapshot().value).toBe('ended');
  } finally {
    vi.useRealTimers();
  }
});

test('a chart that goes on by itself takes its wait back', () => {
  const { waits, actor } = bench();
  expect([...waits.keys()]).toEqual([1000]);
  actor.send({ type: 'stop' });
  expect(waits.size).toBe(0);
});

/** A node and all below it. */
const nodesOf = (node: AnyStateNode): readonly AnyStateNode[] => [
  node,
  ...Object.values(node.states).flatMap(nodesOf),
];

const waitsOf = ({ root }: AnyStateMachine): readonly string[] =>
  nodesOf(root)
    .filter(({ after, invoke }) => after.length + invoke.length > 0)
    .map(({ id }) => id);

test('no chart waits by itself: what is due comes as an event', async () => {
  const names = readdirSync('machines').flatMap((name) =>
    name.endsWith('.ts') ? [name.slice(0, -3)] : [],
  );
  const modules = await Promise.all(names.map((name) => import(`../../machines/${name}.ts`)));
  const machines = modules
    .flatMap((module) => Object.values<unknown>(module))
    .filter((value) => value instanceof StateMachine);
  expect(machines.map(({ id }) => id).sort()).toEqual([
    ...['breaker', 'configuration', 'feed', 'order', 'portfolio'],
  ]);
  for (const machine of machines) expect(waitsOf(machine), machine.id).toEqual([]);
  expect(waitsOf(waiting)).toEqual(['(machine).first', '(machine).second']);
});
