// The machine's clocks and timers behind the ports: market time runs on from the venue's last event,
// wall and monotonic time are Node's.
import { performance } from 'node:perf_hooks';
import type { Millis } from './domain/time.ts';
import type { Clock, Timers } from './ports.ts';

/** A silent venue holds market time after this much wall time. */
const silenceMsMax: Millis = 30_000;

/** `speed`: market milliseconds per wall millisecond; 1 except against a sandbox. */
export function createClock(speed: number): Clock {
  let eventAt: Millis = 0;
  let heardAt = 0;
  let latest: Millis = 0;
  return {
    market() {
      if (eventAt === 0) return 0;
      const elapsed = Math.min(silenceMsMax, performance.now() - heardAt);
      latest = Math.max(latest, Math.floor(eventAt + elapsed * speed));
      return latest;
    },
    wall: () => Date.now(),
    monotonic: () => performance.now(),
    observe(at) {
      // An old or absurd event does not turn the clock; NaN neither.
      if (!(at > eventAt)) return;
      eventAt = at;
      heardAt = performance.now();
    },
  };
}

export const nodeTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  every(periodMs, run) {
    const timer = setInterval(run, periodMs);
    return () => clearInterval(timer);
  },
};
