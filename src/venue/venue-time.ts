// The venue's time for our signatures. It runs on the machine's monotonic clock from what the venue said, so
// that a step of the wall clock changes nothing; what that cannot see, a machine that slept, the venue tells
// by refusing a signature, and then nothing is signed until it was asked again (RELIABILITY D9).
import type { Millis } from '../domain/time.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Clock, Log, Timers } from '../ports.ts';

const SAMPLES = 5;
/** An exit that may be refused is better than one that waits for a venue that does not answer. */
const doubtMsMax: Millis = 2000;
/** Off by more than this, the machine's own clock is worth a word. */
const offMsMax: Millis = 500;

export interface VenueTime {
  /** Milliseconds since the epoch, as the venue counts them. */
  now(): Millis;
  /** Asks the venue. Throws what `ask` throws. */
  align(): Promise<void>;
  /** The same in passing: a failure is only told. */
  alignSoon(): void;
  /** The venue refused a signature for its time: ask before the next one. */
  doubt(): void;
  isInDoubt(): boolean;
  /** Resolves when there is no doubt, or no answer within two seconds. Never rejects. */
  settled(): Promise<void>;
}

/** `ask` tells the venue's time, in milliseconds. */
export function createVenueTime(options: {
  ask(): Promise<number>;
  clock: Pick<Clock, 'wall' | 'monotonic'>;
  timers: Pick<Timers, 'after'>;
  log: Log;
}): VenueTime {
  const { ask, clock, timers, log } = options;
  /** The venue's time at zero of the monotonic clock; the machine's, before anyone was asked. */
  let origin = clock.wall() - clock.monotonic();
  let doubt: Promise<void> | undefined;

  const now = (): Millis => Math.floor(origin + clock.monotonic());

  async function align(): Promise<void> {
    let best = { wayMs: Number.POSITIVE_INFINITY, origin: Number.NaN };
    for (let sample = 0; sample < SAMPLES; sample += 1) {
      const askedAt = clock.monotonic();
      const venueAt = await ask();
      const wayMs = clock.monotonic() - askedAt;
      if (!(venueAt > 0)) {
        const message = `expected the time of the venue, was ${venueAt}`;
        throw new VenueFault(message, { retryable: true });
      }
      // Right to half of the way: the shortest is the best.
      if (wayMs < best.wayMs) best = { wayMs, origin: venueAt - (askedAt + wayMs / 2) };
    }
    origin = best.origin;
    const aheadMs = Math.round(clock.wall() - now());
    if (!(Math.abs(aheadMs) <= offMsMax)) {
      log.warn({ aheadMs }, 'this machine’s clock is off; signatures follow the venue’s');
    }
  }

  const inPassing = (): Promise<void> =>
    align().catch((error: unknown) => {
      log.warn({ error: String(error) }, 'could not ask the venue for its time');
    });

  return {
    now,
    align,
    alignSoon() {
      void inPassing();
    },
    doubt() {
      if (doubt !== undefined) return;
      const inTime = new Promise<void>((resolve) => {
        const cancel = timers.after(doubtMsMax, resolve);
        void inPassing().finally(() => {
          cancel();
          resolve();
        });
      });
      doubt = inTime.finally(() => {
        doubt = undefined;
      });
    },
    isInDoubt: () => doubt !== undefined,
    settled: async () => doubt,
  };
}
