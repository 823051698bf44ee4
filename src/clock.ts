// The machine's clocks and timers behind the ports: market time runs on from the venue's last event,
// wall and monotonic time are Node's.
import { performance } from 'node:perf_hooks';
import type { Millis } from './domain/time.ts';
import type { Clock, Timers } from './ports.ts';

/** A silent venue holds market time after this much wall time. */
const silenceMsMax: Millis = 30_000;
/** A leap ahead of more than an hour of wall time needs this many events that agree on it. */
const leapMs: Millis = 3_600_000;
const LEAP_EVENTS = 3;

/**
 * `speed`: market milliseconds per wall millisecond; 1 except against a sandbox. Market time is 0 until
 * the first event. One event from a far future is not believed: time that never runs back would stay
 * there. `monotonic` is in milliseconds.
 */
export function createClock(
  speed: number,
  monotonic: () => Millis = () => performance.now(),
): Clock {
  let eventAt: Millis = 0;
  let heardAt = 0;
  let latest: Millis = 0;
  let leap = { at: 0, events: 0 };

  function market(): Millis {
    if (eventAt === 0) return 0;
    const elapsed = Math.min(silenceMsMax, monotonic() - heardAt);
    latest = Math.max(latest, Math.floor(eventAt + elapsed * speed));
    return latest;
  }

  function believes(at: Millis): boolean {
    const far = leapMs * speed;
    if (eventAt === 0 || at - market() <= far) return true;
    const agrees = Math.abs(at - leap.at) <= far;
    leap = { at, events: agrees ? leap.events + 1 : 1 };
    return leap.events >= LEAP_EVENTS;
  }

  return {
    market,
    wall: () => Date.now(),
    monotonic,
    observe(at) {
      // An old event does not turn the clock; NaN neither.
      if (!(at > eventAt)) return;
      if (!believes(at)) return;
      leap = { at: 0, events: 0 };
      eventAt = at;
      heardAt = monotonic();
    },
  };
}

export const nodeTimers: Timers = {
  after(delayMs, run) {
    if (delayMs <= 0) {
      // Next turn of the loop: a timer would wait a millisecond at least.
      const turn = setImmediate(run);
      return () => clearImmediate(turn);
    }
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
};
