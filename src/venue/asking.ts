// Every question to the venue goes through here: with a deadline of its own, and with every failure
// made one kind of fault whose words hold no secret.
import type { Millis } from '../domain/time.ts';
import type { Credentials } from '../exchange/client.ts';
import { type After, withDeadline } from '../exchange/deadline.ts';
import { VenueFault, wordsOf } from '../exchange/fault.ts';
import { scrub } from '../exchange/scrub.ts';

const deadlineMs: Millis = 10_000;

/** Failures of ccxt that asking again does not mend. */
const FINAL: ReadonlySet<string> = new Set([
  'AccountNotEnabled',
  'AccountSuspended',
  'ArgumentsRequired',
  'AuthenticationError',
  'BadRequest',
  'BadSymbol',
  'NotSupported',
  'PermissionDenied',
]);

export interface Asking {
  /** The answer, or a `VenueFault` that says `what` was asked. */
  ask<T>(what: string, call: () => Promise<T>): Promise<T>;
  /** The same, with undefined where the venue says that there is no such order. */
  lookUp<T>(what: string, call: () => Promise<T>): Promise<T | undefined>;
  /** Words of an error, without secrets. */
  words(error: unknown): string;
}

/** Questions whose failures never tell `key` or `secret`; `after` times their deadlines. */
export function createAsking({ key, secret }: Credentials, after: After): Asking {
  const secrets = [key, secret];
  const words = (error: unknown): string => scrub(wordsOf(error), secrets);

  function faultOf(what: string, error: unknown): VenueFault {
    if (error instanceof VenueFault) return error;
    const retryable = !(error instanceof Error && FINAL.has(error.name));
    // The cause as words: the client's own errors carry signed addresses.
    return new VenueFault(`expected ${what}, was ${words(error)}`, {
      retryable,
      cause: words(error),
    });
  }

  async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await withDeadline(call(), deadlineMs, what, after);
    } catch (error) {
      throw faultOf(what, error);
    }
  }

  async function lookUp<T>(what: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await withDeadline(call(), deadlineMs, what, after);
    } catch (error) {
      if (error instanceof Error && error.name === 'OrderNotFound') return undefined;
      throw faultOf(what, error);
    }
  }

  return { ask, lookUp, words };
}
