// One chart per circuit breaker that ever tripped, fed from the supervisor's facts as they are decided. It
// holds what the book does not need: how often; a breaker that trips again and again is said aloud.
import { type Actor, createActor } from 'xstate';
import { breakerEventOf, breakerMachine } from '../../machines/breaker.ts';
import { actorClock } from '../../machines/clock.ts';
import type { Fact } from '../domain/fact.ts';
import { breakerKey, type OpenBreaker } from '../domain/open-breaker.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Banks } from './bank.ts';

export interface BreakerDesk {
  hear(fact: Fact): void;
  stop(): void;
}

/** Every so many trips of one breaker since the start somebody should look. */
const tripsToSay = 5;

export function createBreakerDesk(
  book: Portfolio,
  { log, timers }: Pick<Banks, 'log' | 'timers'>,
): BreakerDesk {
  const clock = actorClock(timers);
  const actors = new Map<string, Actor<typeof breakerMachine>>();

  function seat(key: string, value: OpenBreaker['state'] | 'closed') {
    const snapshot = breakerMachine.resolveState({ value, context: { trips: 0 } });
    const actor = createActor(breakerMachine, { id: key, snapshot, clock });
    actor.subscribe({
      error: (error) => log.error({ key, error: String(error) }, 'a breaker chart failed'),
    });
    actor.start();
    actors.set(key, actor);
    return actor;
  }

  for (const [key, { state }] of book.breakers) seat(key, state);

  return {
    hear(fact) {
      const told = breakerEventOf(fact);
      if (told === undefined) return;
      const key = breakerKey(told.about);
      const actor = actors.get(key) ?? seat(key, 'closed');
      actor.send(told.event);
      const { trips } = actor.getSnapshot().context;
      if (told.event.type === 'breaker.tripped' && trips % tripsToSay === 0) {
        log.warn({ breaker: key, trips }, 'a breaker trips again and again');
      }
    },
    stop() {
      for (const actor of actors.values()) actor.stop();
    },
  };
}
