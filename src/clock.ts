// The machine's clocks and timers behind the ports: market time runs on from the venue's last event,
// wall and monotonic time are Node's.
import { performance } from 'node:perf_hooks';
import type { Millis } from './domain/time.ts';
import type { Clock, Timers } from './ports.ts';

/** A silent venue holds market time after this much wall time. */
const silenceMsMax: Millis = 30_000;
/** A leap ahead of more than this in wall time needs so many events that agree on it. */
const hourMs: Millis = 3_600_000;
const LEAP_EVENTS = 3;

/**
 * `speed`: market milliseconds per wall millisecond; 1 except against a sandbox. Market time is 0 until
 * the first event. One event from the future is not believed: time that never runs back would stay
 * there. `monotonic` is in milliseconds; `leapMs` is how far in wall time an event may be ahead of what the
 * events before it and the time since then say.
 */
export function createClock(
  speed: number,
  monotonic: () => Millis = () => performance.now(),
  leapMs: Millis = hourMs,
): Clock {
  let eventAt: Millis = 0;
  let heardAt = 0;
  let latest: Millis = 0;
  let leap = { at: 0, heardAt: 0, events: 0 };

  function market(): Millis {
    if (eventAt === 0) return 0;
    const elapsed = Math.min(silenceMsMax, monotonic() - heardAt);
    latest = Math.max(latest, Math.floor(eventAt + elapsed * speed));
    return latest;
  }

  function believes(at: Millis): boolean {
    const far = leapMs * speed;
    if (eventAt === 0 || at - market() <= far) return true;
    const now = monotonic();
    const agrees = Math.abs(at - leap.at - (now - leap.heardAt) * speed) <= far;
    leap = { at, heardAt: now, events: agrees ? leap.events + 1 : 1 };
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
      leap = { at: 0, heardAt: 0, events: 0 };
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
