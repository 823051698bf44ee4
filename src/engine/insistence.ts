// A start asks until it is answered (RELIABILITY §3.5, step 10): a venue that is away for a while, or limits
// requests, makes a start later and does not end it. What asking again cannot mend still ends it.
import type { Millis } from '../domain/time.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Clock, Log, Timers } from '../ports.ts';

const waitMs = { first: 500, max: 15_000 };
/** Without an answer for so long, a person must know. */
const alarmMs: Millis = 5 * 60_000;

export interface InsistenceOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly timers: Pick<Timers, 'after'>;
  readonly log: Log;
  /** Aborted, what is being asked is given up at once. */
  readonly ended: AbortSignal;
}

/**
 * The answer to `question`, asked again after every retryable fault, ever more patiently; `what` could not be
 * done meanwhile, in words. Throws its other faults, and one as soon as `ended` is aborted.
 */
export async function insist<T>(
  what: string,
  question: () => Promise<T>,
  { clock, timers, log, ended }: InsistenceOptions,
): Promise<T> {
  const givenUp = abortion(ended);
  const alarmAt = clock.monotonic() + alarmMs;
  for (let pauseMs = waitMs.first; ; pauseMs = Math.min(waitMs.max, pauseMs * 2)) {
    try {
      return await Promise.race([givenUp, question()]);
    } catch (error) {
      if (ended.aborted || !(error instanceof VenueFault && error.retryable)) throw error;
      log.warn({ error: error.message }, `could not ${what}; again in ${pauseMs / 1000} s`);
      if (!(clock.monotonic() < alarmAt)) {
        log.error({}, `could not ${what} for minutes: nothing is traded and no stop watched`);
      }
    }
    const pause = new Promise<void>((resolve) => timers.after(pauseMs, resolve));
    await Promise.race([givenUp, pause]);
  }
}

/** The same until `stop` is called. */
export function insisting(banks: Omit<InsistenceOptions, 'ended'>) {
  const asking = new AbortController();
  return {
    ask: <T>(what: string, question: () => Promise<T>): Promise<T> =>
      insist(what, question, { ...banks, ended: asking.signal }),
    stop: (): void => asking.abort(),
  };
}

/** Rejects once `signal` is aborted. */
function abortion(signal: AbortSignal): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void =>
      reject(new VenueFault('the start was ended while it asked', { retryable: false }));
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  // Where nobody asks any more it is no error.
  aborted.catch(() => {});
  return aborted;
}
