// A client that asks for leave before each request, tells the budget what the head of the answer says, and
// gives up on an answer that does not come whole in time: the client's own timeout ends with the head.
import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import type { Exchange } from 'ccxt';
import type { Millis } from '../domain/time.ts';
import type { ExchangeClass } from './client.ts';
import { VenueFault } from './fault.ts';
import type { Leave, RateBudget, Urgency } from './rate-budget.ts';

/** One request before it is signed. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** How urgent a request is. */
export type UrgencyOf = (asked: Asked) => Urgency;

/** The list of markets is megabytes. */
const LONG_PATHS: ReadonlySet<string> = new Set(['exchangeInfo']);
const answerMsMax: Millis = 10_000;
const longAnswerMsMax: Millis = 30_000;

/** ccxt counts in parts of its `rateLimit`; 10 ms of it are one unit of Binance's request weight. */
const msPerWeight: Millis = 10;

interface Passage {
  readonly leave: Leave;
  readonly deadline: Deadline;
}

interface Request {
  readonly signal?: AbortSignal;
}

/** The class with `budget` before the wire; `urgencyOf` is asked once a request. */
export function polite<E extends Exchange>(
  type: ExchangeClass<E>,
  budget: RateBudget,
  urgencyOf: UrgencyOf,
): ExchangeClass<E> {
  const Base = type as unknown as ExchangeClass;
  /** The leave of the request that is on its way: the client's own layers do not pass it on. */
  const passages = new AsyncLocalStorage<Passage>();

  const Polite = class extends Base {
    readonly #ending = endingOfMany();

    // The client's own limiter knows neither what is urgent nor what other clients ask.
    override async throttle(): Promise<void> {}

    override async fetch2(...asked: Parameters<Exchange['fetch2']>): Promise<unknown> {
      const [path, api, method = 'GET', parameters = {}, , , config = {}] = asked;
      const cost = Number(this.calculateRateLimiterCost(api, method, path, parameters, config));
      const wish = {
        urgency: urgencyOf({ method, path, parameters }),
        weight: weightOf(cost * Number(this.rateLimit)),
        isOrder: method === 'POST' && path === 'order',
      };
      const leave = await budget.leave(wish, this.#ending.signal);
      const deadline = createDeadline(LONG_PATHS.has(path) ? longAnswerMsMax : answerMsMax);
      try {
        const answer = passages.run({ leave, deadline }, () => super.fetch2(...asked));
        return await Promise.race([answer, deadline.late]);
      } finally {
        deadline.end();
        leave.done();
      }
    }

    /** What waits for leave waits no longer: nobody is there for the answer. */
    override async close(): Promise<void> {
      this.#ending.abort();
      await super.close();
    }

    override async undiciRequest(url: string, request: Request) {
      const passage = passages.getStore();
      if (passage === undefined) return await super.undiciRequest(url, request);
      const { deadline } = passage;
      request.signal?.addEventListener('abort', deadline.cut);
      const response = await super.undiciRequest(url, { ...request, signal: deadline.signal });
      passage.leave.heard(response.status, response.headers);
      return response;
    }

    override handleErrors(...told: Parameters<Exchange['handleErrors']>) {
      const limits = limitsIn(told[6]);
      if (limits !== undefined) budget.learn(limits);
      return super.handleErrors(...told);
    }
  };
  return Polite as unknown as ExchangeClass<E>;
}

/** One end for however many requests wait for leave: none of them is a leak. */
function endingOfMany(): AbortController {
  const ending = new AbortController();
  setMaxListeners(0, ending.signal);
  return ending;
}

/** A cost that nobody can read is one. */
const weightOf = (ms: Millis): number => (ms > 0 ? Math.ceil(ms / msPerWeight) : 1);

interface Deadline {
  readonly signal: AbortSignal;
  /** Closes the socket at once. */
  cut(): void;
  /** Rejects when the time is over. */
  readonly late: Promise<never>;
  end(): void;
}

/** Time for one answer, head and body. When it is over the socket is closed: nothing waits on it any more. */
function createDeadline(ms: Millis): Deadline {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new VenueFault(`expected a whole answer within ${ms} ms`, { retryable: true }));
      controller.abort();
    }, ms);
  });
  const { signal } = controller;
  return { signal, late, cut: () => controller.abort(), end: () => clearTimeout(timer) };
}

/** The limits of an address and an account, where an answer tells them. */
function limitsIn(answer: unknown): Parameters<RateBudget['learn']>[0] | undefined {
  const rows: unknown = Object(answer).rateLimits;
  if (!Array.isArray(rows)) return undefined;
  const limit = (type: string, interval: string, intervalNum: number): number | undefined => {
    const row: unknown = rows.find((one: unknown) => {
      const { rateLimitType, interval: unit, intervalNum: length } = Object(one);
      return rateLimitType === type && unit === interval && Number(length) === intervalNum;
    });
    return Number(Object(row).limit) || undefined;
  };
  return {
    weight: limit('REQUEST_WEIGHT', 'MINUTE', 1),
    orders: limit('ORDERS', 'SECOND', 10),
  };
}
