// A deadline of our own around every call: the client's timeout does not cover a response body.
import type { Millis } from '../domain/time.ts';
import { VenueFault } from './fault.ts';

/** Calls `run` once after `delayMs`, unless what it returns is called before. */
export type After = (delayMs: Millis, run: () => void) => () => void;

/** The promise's value, or a retryable `VenueFault` after `ms` by the timers given. */
export async function withDeadline<T>(
  promise: Promise<T>,
  ms: Millis,
  what: string,
  after: After,
): Promise<T> {
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = after(ms, () => {
      const message = `expected ${what} within ${ms} ms, was no answer`;
      reject(new VenueFault(message, { retryable: true }));
    });
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    cancel();
  }
}
