// The breaker statechart, whole: every state against every event, and that fed from the facts it stands
// where the book does.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Actor, createActor, type SnapshotFrom } from 'xstate';
import { type BreakerEvent, breakerEventOf, breakerMachine } from '../../machines/breaker.ts';
import { nodeTimers } from '../../src/clock.ts';
import { BREAKER_IDS, breakerRule } from '../../src/domain/breaker.ts';
import { DEFAULT_LEVELS as levels } from '../../src/domain/breaker-levels.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { breakerKey } from '../../src/domain/open-breaker.ts';
import { review } from '../../src/domain/review.ts';
import { concludeReported } from '../../src/domain/supervision.ts';
import { judgeBreakers, resetBreaker } from '../../src/domain/tripping.ts';
import { createBreakerDesk } from '../../src/engine/breaker-desk.ts';
import {
  configurationOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

type State = SnapshotFrom<typeof breakerMachine>['value'];
type EventType = BreakerEvent['type'];

const table: { readonly [S in State]: { readonly [T in EventType]: State } } = {
  closed: {
    'breaker.tripped': 'open',
    'breaker.half-opened': 'closed',
    'breaker.closed': 'closed',
  },
  open: {
    'breaker.tripped': 'open',
    'breaker.half-opened': 'halfOpen',
    'breaker.closed': 'closed',
  },
  halfOpen: {
    'breaker.tripped': 'open',
    'breaker.half-opened': 'halfOpen',
    'breaker.closed': 'closed',
  },
};
const cells = Object.entries(table).flatMap(([state, row]) =>
  Object.entries(row).map(([type, to]) => ({ state: state as State, type: type as EventType, to })),
);

test.each(cells)('$state on $type goes to $to', ({ state, type, to }) => {
  const snapshot = breakerMachine.resolveState({ value: state, context: { trips: 0 } });
  const actor = createActor(breakerMachine, { snapshot }).start();
  actor.send({ type });
  expect(actor.getSnapshot().value).toBe(to);
  expect(actor.getSnapshot().context.trips).toBe(
    type === 'breaker.tripped' && state !== to ? 1 : 0,
  );
});

const terms = termsFor(['BTC/USDT']);
const { marks } = momentAt({ 'BTC/USDT': 100 });
const subject = { portfolio: '', venue: '', asset: 'BTC', configuration: 'c' } as const;

interface Step {
  readonly what: 'bad' | 'calm' | 'enter' | 'answer' | 'reset';
  readonly id: (typeof BREAKER_IDS)[number];
  readonly isTaken: boolean;
}

/** One step of a story on the book, and the facts that came of it. */
function stepOf(draft: Draft, { what, id, isTaken }: Step, at: number): readonly Fact[] {
  const on = subject[breakerRule(id).scope];
  const reading = { id, on, value: what === 'bad' ? 1e9 : 0, isCalm: what === 'calm' };
  const moment = { at, marks, readings: [reading], open: true };
  if (what === 'reset') {
    return resetBreaker(draft, { id, on }, { at, marks, by: 'anna', reason: 'seen' });
  }
  if (what === 'enter') {
    return review(draft, [proposalOf(configurationOf(`c${at}`), { at })], terms, moment);
  }
  if (what === 'answer') {
    const newest = [...draft.orders.values()].at(-1)?.order.clientOrderId ?? '';
    const state = isTaken ? 'canceled' : 'rejected';
    const ended = { kind: 'ended', clientOrderId: newest, at, code: null, message: null } as const;
    return concludeReported(draft, terms, { ...ended, state });
  }
  return judgeBreakers(draft, moment, levels);
}

type Actors = Map<string, Actor<typeof breakerMachine>>;

function tell(actors: Actors, one: Fact): void {
  const told = breakerEventOf(one);
  if (told === undefined) return;
  const key = breakerKey(told.about);
  const actor = actors.get(key) ?? createActor(breakerMachine).start();
  actors.set(key, actor);
  actor.send(told.event);
}

test('B4: fed from the facts, each chart stands where the book has its breaker', () => {
  const steps = fc.array(
    fc.record<Step>({
      what: fc.constantFrom('bad', 'calm', 'enter', 'answer', 'reset'),
      id: fc.constantFrom(...BREAKER_IDS.filter((id) => breakerRule(id).scope !== 'configuration')),
      isTaken: fc.boolean(),
    }),
    // Long enough that one closes half in most of them: short ones rarely get there.
    { minLength: 40, maxLength: 60 },
  );
  let halfOpened = 0;
  fc.assert(
    fc.property(steps, (story) => {
      const draft = draftOf(openedBook());
      const actors: Actors = new Map();
      for (const [index, step] of story.entries()) {
        const facts = stepOf(draft, step, NOON + index * 600_000);
        for (const one of facts) tell(actors, one);
        halfOpened += facts.filter(({ type }) => type === 'breaker.half-opened').length;
        for (const [key, actor] of actors) {
          expect(actor.getSnapshot().value).toBe(draft.breakers.get(key)?.state ?? 'closed');
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(halfOpened).toBeGreaterThan(10);
});

test('the desk says so when a breaker trips again and again', () => {
  const said: object[] = [];
  const log = { debug() {}, info() {}, warn: (data: object) => void said.push(data), error() {} };
  const draft = draftOf(openedBook());
  const desk = createBreakerDesk(draft, { log, timers: nodeTimers });
  for (let round = 0; round < 12; round += 1) {
    const at = NOON + round * 600_000;
    for (const what of ['bad', 'calm'] as const) {
      const step = { what, id: 'price-band', isTaken: true } as const;
      const time = at + (what === 'calm' ? 400_000 : 0);
      for (const one of stepOf(draft, step, time)) desk.hear(one);
    }
  }
  desk.stop();
  expect(said).toEqual([5, 10].map((trips) => ({ breaker: 'price-band BTC', trips })));
});
