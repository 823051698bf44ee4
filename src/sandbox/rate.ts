// How much a client may ask: request weight a minute and orders a ten seconds, of wall time, counted
// and refused as the exchange publishes them.
import { refusals } from './refusal.ts';

const weight = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 };
const orders = { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 };

/** As exchangeInfo tells them. */
export const rateLimits: readonly object[] = [weight, orders];

/** Uses since the window began; windows begin at whole multiples of their length. */
class Count {
  readonly #lengthMs: number;
  #window = 0;
  used = 0;

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs;
  }

  add(amount: number, now: number): number {
    const window = Math.floor(now / this.#lengthMs);
    if (window !== this.#window) this.used = 0;
    this.#window = window;
    this.used += amount;
    return this.used;
  }

  /** Seconds until the next window. */
  restSeconds(now: number): number {
    return Math.ceil((this.#lengthMs - (now % this.#lengthMs)) / 1000);
  }
}

export class RateBudget {
  readonly #weight = new Count(60_000);
  readonly #orders = new Count(10_000);

  /** Counts a request at wall time `now`. Throws `VenueRefusal` above the limit. */
  spend(amount: number, now: number): void {
    if (this.#weight.add(amount, now) > weight.limit) throw refusals.tooMuchWeight(weight.limit);
  }

  /** Counts new orders at wall time `now`. Throws `VenueRefusal` above the limit. */
  spendOrders(count: number, now: number): void {
    if (count === 0) return;
    if (this.#orders.add(count, now) > orders.limit) throw refusals.tooManyOrders(orders.limit);
  }

  /** Response headers: what is used; with `isRefused` also when to come again. */
  headers(now: number, isRefused: boolean): Record<string, string> {
    return {
      'x-mbx-used-weight': String(this.#weight.used),
      'x-mbx-used-weight-1m': String(this.#weight.used),
      'x-mbx-order-count-10s': String(this.#orders.used),
      ...(isRefused ? { 'retry-after': String(this.#weight.restSeconds(now)) } : {}),
    };
  }

  /** The same in an answer of the websocket API. */
  report(): readonly object[] {
    return [
      { ...weight, count: this.#weight.used },
      { ...orders, count: this.#orders.used },
    ];
  }
}
