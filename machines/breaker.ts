// One circuit breaker from its first trip on. Fed from facts, as the book is: the book decides what an
// entry may do, the chart holds which moves there are, and remembers what the book need not: how often.
import { assign, setup } from 'xstate';
import type { Fact } from '../src/domain/fact.ts';
import type { Trip } from '../src/domain/open-breaker.ts';

export interface BreakerContext {
  /** Trips since the chart was made, those after a failed probe included. */
  readonly trips: number;
}

export type BreakerEvent =
  | { readonly type: 'breaker.tripped' }
  | { readonly type: 'breaker.half-opened' }
  | { readonly type: 'breaker.closed' };

export const breakerMachine = setup({
  types: {
    context: {} as BreakerContext,
    events: {} as BreakerEvent,
  },
  actions: {
    count: assign(({ context }) => ({ trips: context.trips + 1 })),
  },
}).createMachine({
  id: 'breaker',
  initial: 'closed',
  context: { trips: 0 },
  states: {
    closed: {
      on: { 'breaker.tripped': { target: 'open', actions: 'count' } },
    },
    open: {
      on: { 'breaker.half-opened': 'halfOpen', 'breaker.closed': 'closed' },
    },
    /** One entry of the smallest size tries. One that brings no answer leaves it to the next. */
    halfOpen: {
      on: {
        'breaker.tripped': { target: 'open', actions: 'count' },
        'breaker.half-opened': 'halfOpen',
        'breaker.closed': 'closed',
      },
    },
  },
});

/** What a fact says to the breaker it is about; undefined when it says nothing to any. */
export function breakerEventOf(
  fact: Fact,
): { readonly about: Pick<Trip, 'id' | 'on'>; readonly event: BreakerEvent } | undefined {
  switch (fact.type) {
    case 'breaker.tripped':
    case 'breaker.half-opened':
    case 'breaker.closed':
      return { about: fact.data, event: { type: fact.type } };
    default:
      return undefined;
  }
}
