// Keeps the stream of the account's own events open, and says when it is lost and when it is back.
import type { Millis } from '../domain/time.ts';
import type { Timers } from '../ports.ts';
import { cutUserStream } from './account-ear.ts';
import type { Binance } from './wired-client.ts';

const retryMs = { first: 100, max: 5000 };

export interface UserStream {
  open(): void;
  /** Resolves when the venue has confirmed the subscription for the first time. */
  live(): Promise<void>;
  /** The venue confirmed the subscription: told by the client's tap. */
  confirmed(): void;
  stop(): void;
}

export function createUserStream(options: {
  client: Binance;
  timers: Timers;
  /** Leave to dial; throws while there is none. */
  leave(): Promise<void>;
  words(error: unknown): string;
  /** The connection or its subscription failed; it is dialled again. */
  onFailed(error: unknown): void;
  onLive(): void;
  onLost(reason: string): void;
}): UserStream {
  const { client, timers, leave, words, onLive, onLost, onFailed } = options;
  let isLive = false;
  let isStopped = false;
  let waitMs: Millis = retryMs.first;
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });

  const pause = (ms: Millis): Promise<void> =>
    new Promise((resolve) => {
      timers.after(ms, resolve);
    });

  function lose(reason: string): void {
    if (!isLive) return;
    isLive = false;
    onLost(reason);
  }

  /** Tapped, it never resolves: it ends with the connection. */
  async function dial(): Promise<void> {
    await leave();
    if (!isStopped) await client.watchOrders();
  }

  async function keep(): Promise<void> {
    while (!isStopped) {
      try {
        await dial();
      } catch (error) {
        if (isStopped) return;
        lose(words(error));
        // Whatever it was: a socket that is still open would refuse to be subscribed again.
        cutUserStream(client);
        onFailed(error);
        await pause(waitMs);
        waitMs = Math.min(retryMs.max, waitMs * 2);
      }
    }
  }

  return {
    open() {
      void keep();
    },
    live: () => begun,
    confirmed() {
      lose('subscribed anew');
      waitMs = retryMs.first;
      isLive = true;
      begin();
      onLive();
    },
    stop() {
      isStopped = true;
      cutUserStream(client);
    },
  };
}
