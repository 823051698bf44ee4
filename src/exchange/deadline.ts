// A deadline of our own around every call: the client's timeout does not cover a response body.
import { VenueFault } from './fault.ts';

/** The promise's value, or a retryable `VenueFault` after `ms` of wall time. */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const message = `expected ${what} within ${ms} ms, was no answer`;
      reject(new VenueFault(message, { retryable: true }));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
