// An ear on the account's own events: each is handed over as its frame is parsed, before the client makes
// anything of it; and what the client lets hang, or end the process, ends here.
import type { ExchangeClass } from '../exchange/client.ts';
import { isWords, type Words } from './wire.ts';
import type { Binance } from './wired-client.ts';

export interface AccountListener {
  onExecution(words: Words): void;
  onBalance(words: Words): void;
  /** The venue confirmed that it will send the account's events. */
  onSubscribed(): void;
}

/** The client class with the ear on it; `listener` must not throw. */
export function listening(
  Base: ExchangeClass<Binance>,
  listener: AccountListener,
): ExchangeClass<Binance> {
  return class extends Base {
    // No super: the watch promise then never resolves, it only rejects when the connection is lost.
    override handleOrderUpdate(_client: unknown, message: unknown): void {
      if (isWords(message)) listener.onExecution(message);
    }

    override handleBalance(_client: unknown, message: unknown): void {
      if (isWords(message)) listener.onBalance(message);
    }

    override handleUserDataStreamSubscribe(...told: Parameters<Binance['handleMessage']>): void {
      super.handleUserDataStreamSubscribe(...told);
      const message: unknown = told[1];
      const result = isWords(message) ? message['result'] : undefined;
      if (isWords(result) && 'subscriptionId' in result) listener.onSubscribed();
    }

    // Besides telling its caller of a refusal, ccxt rejects a promise that nobody listens to, which would
    // end the process.
    override async ensureUserDataStreamWsSubscribeSignature(market = 'spot'): Promise<void> {
      const subscribing = super.ensureUserDataStreamWsSubscribeSignature(market);
      for (const { futures } of Object.values(this.clients)) {
        const announced: unknown = futures[`authenticate:signature:${market}`];
        if (announced instanceof Promise) announced.catch(() => {});
      }
      await subscribing;
    }

    // ccxt forgets the subscription but lets the watcher hang: cut, and it is dialled anew.
    override handleEventStreamTerminated(...told: Parameters<Binance['handleMessage']>): void {
      super.handleEventStreamTerminated(...told);
      cutUserStream(this);
    }
  };
}

/** Drops the connection of the account's events, if there is one. */
export function cutUserStream(client: Binance): void {
  for (const socket of Object.values(client.clients)) {
    if (socket.url.includes('/ws-api')) socket.connection?.terminate();
  }
}
