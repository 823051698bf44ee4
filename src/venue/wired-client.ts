// The genuine Binance client with an ear on the wire: what the venue answered to each order, word for
// word, and every event of the account as its frame is parsed. It also keeps its mouth shut while the
// venue forbids requests, and never sends an order that its sender has given up.
import type { pro } from 'ccxt';
import type { Millis } from '../domain/time.ts';
import type { ExchangeClass } from '../exchange/client.ts';
import { VenueFault } from '../exchange/fault.ts';
import { isWords, type Words } from './wire.ts';

export type Binance = InstanceType<typeof pro.binance>;

/** One order on its way: filled in as the request goes out and its answer comes in. */
export interface Passage {
  written: boolean;
  abandoned: boolean;
  answer: { readonly status: number; readonly body: string } | undefined;
}

export interface AccountListener {
  onExecution(words: Words): void;
  onBalance(words: Words): void;
  /** The venue confirmed that it will send the account's events. */
  onSubscribed(): void;
}

export interface Wire {
  readonly type: ExchangeClass<Binance>;
  /** Orders now being placed, by client id. */
  readonly passages: Map<string, Passage>;
  /** Monotonic time before which nothing is sent. */
  quietUntil(): Millis;
}

/** Errors of dialling: the request was never written. */
const DIAL_FAILURES: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Rest after an answer that says "too fast" or "banned" without saying for how long. */
const restMs: Millis = 60_000;

/** `listener` must not throw; `monotonic` is the machine's clock. */
export function wired(
  base: ExchangeClass,
  listener: AccountListener,
  monotonic: () => Millis,
): Wire {
  const Base = base as ExchangeClass<Binance>;
  const passages = new Map<string, Passage>();
  let quietUntil: Millis = 0;

  const passageOf = (method: unknown, body: unknown): Passage | undefined => {
    if (method !== 'POST' || typeof body !== 'string') return undefined;
    return passages.get(new URLSearchParams(body).get('newClientOrderId') ?? '');
  };

  const type = class extends Base {
    override async fetch(url: string, method?: string, headers?: object, body?: string) {
      const rest = quietUntil - monotonic();
      if (rest > 0) throw silent(rest);
      const passage = passageOf(method, body);
      if (passage?.abandoned === true) throw abandoned();
      if (passage !== undefined) passage.written = true;
      return await super.fetch(url, method, headers, body);
    }

    override async undiciRequest(url: string, request: { method?: string; body?: string }) {
      try {
        return await super.undiciRequest(url, request);
      } catch (error) {
        const passage = passageOf(request.method, request.body);
        const neverDialled = isWords(error) && DIAL_FAILURES.has(error['code']);
        if (passage !== undefined && neverDialled) passage.written = false;
        throw error;
      }
    }

    override handleErrors(...told: Parameters<Binance['handleErrors']>) {
      const [status, , , method, headers, body, , , requestBody] = told;
      const passage = passageOf(method, requestBody);
      if (passage !== undefined) passage.answer = { status, body };
      if (status === 418 || status === 429) quietUntil = monotonic() + retryAfterMs(headers);
      return super.handleErrors(...told);
    }

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

    // ccxt forgets the subscription but lets the watcher hang: cut, and it is dialled anew.
    override handleEventStreamTerminated(...told: Parameters<Binance['handleMessage']>): void {
      super.handleEventStreamTerminated(...told);
      cutUserStream(this);
    }
  };
  return { type, passages, quietUntil: () => quietUntil };
}

/** Drops the connection of the account's events, if there is one. */
export function cutUserStream(client: Binance): void {
  for (const socket of Object.values(client.clients)) {
    if (socket.url.includes('/ws-api')) socket.connection?.terminate();
  }
}

const silent = (rest: Millis): VenueFault =>
  new VenueFault(`expected leave to send, was told to wait ${Math.ceil(rest)} ms more`, {
    retryable: true,
  });

const abandoned = (): VenueFault =>
  new VenueFault('expected an order someone waits for, was one given up', { retryable: false });

function retryAfterMs(headers: Words): Millis {
  const name = Object.keys(headers).find((key) => key.toLowerCase() === 'retry-after');
  const seconds = Number(name === undefined ? Number.NaN : headers[name]);
  return seconds >= 0 ? seconds * 1000 : restMs;
}
