// The time of the charts. An actor that is given no clock waits on the machine's own; every actor is given
// this one, made of the timers its owner was handed, so that whoever owns those owns all waiting.
import type { ActorOptions, AnyActorLogic } from 'xstate';

export type ActorClock = NonNullable<ActorOptions<AnyActorLogic>['clock']>;

/** `after` runs something once, after milliseconds of wall time; what it returns cancels. */
export const actorClock = (timers: {
  after(delayMs: number, run: () => void): () => void;
}): ActorClock => ({
  setTimeout: (run, delayMs) => timers.after(delayMs, run),
  clearTimeout: (cancel) => cancel(),
});
