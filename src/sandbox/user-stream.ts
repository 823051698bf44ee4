// The websocket API: the exchange's routes by their method names, and a subscription to the account's
// own events by signature: every report and balance change, in market time.
import type { WebSocket } from 'ws';
import type { Exchange } from './exchange.ts';
import type { Lane } from './lane.ts';
import type { Parameters } from './parameter.ts';
import type { RateBudget } from './rate.ts';
import { refusals, VenueRefusal } from './refusal.ts';
import { routes } from './rest.ts';
import { checkKey, checkSignature, checkTime, type KeyPair } from './signature.ts';

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly parameters: Parameters;
}

const routeOf: Readonly<Record<string, keyof typeof routes>> = {
  ping: 'GET /api/v3/ping',
  time: 'GET /api/v3/time',
  exchangeInfo: 'GET /api/v3/exchangeInfo',
  klines: 'GET /api/v3/klines',
  depth: 'GET /api/v3/depth',
  'ticker.price': 'GET /api/v3/ticker/price',
  'ticker.book': 'GET /api/v3/ticker/bookTicker',
  'ticker.24hr': 'GET /api/v3/ticker/24hr',
  'account.status': 'GET /api/v3/account',
  'order.place': 'POST /api/v3/order',
  'order.test': 'POST /api/v3/order/test',
  'order.status': 'GET /api/v3/order',
  'order.cancel': 'DELETE /api/v3/order',
  'openOrders.status': 'GET /api/v3/openOrders',
  'openOrders.cancelAll': 'DELETE /api/v3/openOrders',
  allOrders: 'GET /api/v3/allOrders',
  myTrades: 'GET /api/v3/myTrades',
};

export class UserStream {
  readonly #exchange: Exchange;
  readonly #pair: KeyPair;
  readonly #budget: RateBudget;
  readonly #lane: Lane;
  /** Subscription number by socket. */
  readonly #subscriptions = new Map<WebSocket, number>();
  #next = 0;

  constructor(exchange: Exchange, pair: KeyPair, budget: RateBudget, lane: Lane) {
    this.#exchange = exchange;
    this.#pair = pair;
    this.#budget = budget;
    this.#lane = lane;
  }

  accept(socket: WebSocket): void {
    socket.on('message', (data) => {
      this.#lane.ask(socket, String(data), (text) => JSON.stringify(this.#respond(socket, text)));
    });
    socket.on('close', () => this.#subscriptions.delete(socket));
  }

  /** Sends an event to every subscriber. */
  publish(event: object): void {
    for (const [socket, subscriptionId] of this.#subscriptions) {
      this.#lane.send(socket, JSON.stringify({ subscriptionId, event }));
    }
  }

  #respond(socket: WebSocket, text: string): object {
    let id: unknown = null;
    let outcome: object;
    try {
      const request = parse(text);
      id = request.id;
      outcome = { status: 200, result: this.#result(socket, request) };
    } catch (error) {
      const refusal = error instanceof VenueRefusal ? error : refusals.trouble(error);
      const { code, status, message: msg } = refusal;
      outcome = { status, error: { code, msg } };
    }
    return { id, ...outcome, rateLimits: this.#budget.report() };
  }

  #result(socket: WebSocket, { method, parameters }: Request): unknown {
    const now = Date.now();
    switch (method) {
      case 'userDataStream.subscribe.signature':
        this.#budget.spend(2, now);
        this.#authorize(parameters, now);
        return { subscriptionId: this.#subscribe(socket) };
      case 'userDataStream.unsubscribe':
        this.#budget.spend(2, now);
        if (!this.#subscriptions.delete(socket)) throw refusals.isNotSubscribed();
        return {};
      default:
        return this.#ask(method, parameters, now);
    }
  }

  #ask(method: string, parameters: Parameters, now: number): unknown {
    const name = Object.hasOwn(routeOf, method) ? routeOf[method] : undefined;
    const route = name === undefined ? undefined : routes[name];
    if (route === undefined) throw refusals.unknownMethod();
    this.#budget.spend(route.weight, now);
    if (route.isSigned) this.#authorize(parameters, now);
    if (route.isOrder) this.#budget.spendOrder(now);
    return route.answer(this.#exchange, parameters);
  }

  #subscribe(socket: WebSocket): number {
    if (this.#subscriptions.has(socket)) throw refusals.isSubscribed();
    const subscriptionId = this.#next;
    this.#next += 1;
    this.#subscriptions.set(socket, subscriptionId);
    return subscriptionId;
  }

  #authorize(parameters: Parameters, now: number): void {
    checkKey(parameters.get('apiKey'), this.#pair);
    const payload = [...parameters]
      .filter(([name]) => name !== 'signature')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    checkSignature(payload, parameters.get('signature'), this.#pair);
    checkTime(parameters, now);
  }
}

/** Throws `VenueRefusal`. */
function parse(text: string): Request {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusals.json();
  }
  if (value === null || typeof value !== 'object' || !('method' in value)) {
    throw refusals.missing('method');
  }
  const params = 'params' in value ? Object(value.params) : {};
  return {
    id: 'id' in value ? value.id : null,
    method: String(value.method),
    parameters: new Map(Object.entries(params).map(([name, part]) => [name, String(part)])),
  };
}
