// A client that asks for leave before each request, tells the budget what the head of the answer says, and
// gives up on an answer that does not come whole in time: the client's own timeout ends with the head.
import { AsyncLocalStorage } from 'node:async_hooks';
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
  readonly msMax: Millis;
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
    // The client's own limiter knows neither what is urgent nor what other clients ask.
    override async throttle(): Promise<void> {}

    override async fetch2(...asked: Parameters<Exchange['fetch2']>): Promise<unknown> {
      const [path, api, method = 'GET', parameters = {}, , , config] = asked;
      const cost = Number(this.calculateRateLimiterCost(api, method, path, parameters, config));
      const leave = await budget.leave({
        urgency: urgencyOf({ method, path, parameters }),
        weight: Math.max(1, Math.ceil((cost * Number(this.rateLimit)) / msPerWeight)),
        isOrder: method === 'POST' && path === 'order',
      });
      const msMax = LONG_PATHS.has(path) ? longAnswerMsMax : answerMsMax;
      try {
        return await passages.run({ leave, msMax }, () => super.fetch2(...asked));
      } finally {
        leave.done();
      }
    }

    override async undiciRequest(url: string, request: Request) {
      const passage = passages.getStore();
      const deadline = createDeadline(passage?.msMax ?? answerMsMax);
      const signals = [deadline.signal, ...(request.signal === undefined ? [] : [request.signal])];
      const signal = AbortSignal.any(signals);
      const response = await deadline.within(super.undiciRequest(url, { ...request, signal }));
      passage?.leave.heard(response.status, response.headers);
      return {
        ...response,
        text: () => deadline.within(response.text()).finally(deadline.end),
        arrayBuffer: () => deadline.within(response.arrayBuffer()).finally(deadline.end),
      };
    }

    override handleErrors(...told: Parameters<Exchange['handleErrors']>) {
      const limits = limitsIn(told[6]);
      if (limits !== undefined) budget.learn(limits);
      return super.handleErrors(...told);
    }
  };
  return Polite as unknown as ExchangeClass<E>;
}

/** Time for one answer, head and body. When it is over the socket is closed: nothing waits on it any more. */
function createDeadline(ms: Millis) {
  const controller = new AbortController();
  let giveUp = (_: VenueFault): void => {};
  const late = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  // Nobody may be listening yet, or any more.
  late.catch(() => {});
  const timer = setTimeout(() => {
    giveUp(new VenueFault(`expected a whole answer within ${ms} ms`, { retryable: true }));
    controller.abort();
  }, ms);
  const end = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    end,
    async within<T>(part: Promise<T>): Promise<T> {
      try {
        return await Promise.race([part, late]);
      } catch (error) {
        end();
        throw error;
      }
    },
  };
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
