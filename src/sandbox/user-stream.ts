// The websocket API: subscription to the account's own events by signature, then every report and
// balance change of the account, in market time.
import type { WebSocket } from 'ws';
import type { Exchange } from './exchange.ts';
import { refusals, VenueRefusal } from './refusal.ts';
import { checkKey, checkSignature, checkTime, type KeyPair } from './signature.ts';

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export class UserStream {
  readonly #exchange: Exchange;
  readonly #pair: KeyPair;
  /** Subscription number by socket. */
  readonly #subscriptions = new Map<WebSocket, number>();
  #next = 0;

  constructor(exchange: Exchange, pair: KeyPair) {
    this.#exchange = exchange;
    this.#pair = pair;
  }

  accept(socket: WebSocket): void {
    socket.on('message', (data) =>
      socket.send(JSON.stringify(this.#respond(socket, String(data)))),
    );
    socket.on('close', () => this.#subscriptions.delete(socket));
  }

  /** Sends an event to every subscriber. */
  publish(event: object): void {
    for (const [socket, subscriptionId] of this.#subscriptions) {
      socket.send(JSON.stringify({ subscriptionId, event }));
    }
  }

  #respond(socket: WebSocket, text: string): object {
    const request = parse(text);
    const id = request?.id ?? null;
    try {
      if (request === undefined) throw refusals.missing('method');
      return { id, status: 200, result: this.#result(socket, request), rateLimits: [] };
    } catch (error) {
      if (!(error instanceof VenueRefusal)) throw error;
      const { code, status, message: msg } = error;
      return { id, status, error: { code, msg }, rateLimits: [] };
    }
  }

  #result(socket: WebSocket, { method, parameters }: Request): object {
    switch (method) {
      case 'ping':
        return {};
      case 'time':
        return { serverTime: Date.now() };
      case 'userDataStream.subscribe.signature':
        this.#authorize(parameters);
        return { subscriptionId: this.#subscribe(socket) };
      case 'userDataStream.unsubscribe':
        this.#subscriptions.delete(socket);
        return {};
      case 'order.place': {
        this.#authorize(parameters);
        const { order } = this.#exchange.place(parameters);
        const { orderId, clientOrderId, symbol, status, updateTime: transactTime } = order;
        return { symbol, orderId, orderListId: -1, clientOrderId, transactTime, status };
      }
      default:
        throw refusals.unknownRoute();
    }
  }

  #subscribe(socket: WebSocket): number {
    const known = this.#subscriptions.get(socket);
    if (known !== undefined) return known;
    const subscriptionId = this.#next;
    this.#next += 1;
    this.#subscriptions.set(socket, subscriptionId);
    return subscriptionId;
  }

  #authorize(parameters: ReadonlyMap<string, string>): void {
    checkKey(parameters.get('apiKey'), this.#pair);
    const payload = [...parameters]
      .filter(([name]) => name !== 'signature')
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    checkSignature(payload, parameters.get('signature'), this.#pair);
    checkTime(parameters, Date.now());
  }
}

function parse(text: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || !('method' in value)) return undefined;
    const params = 'params' in value ? Object(value.params) : {};
    return {
      id: 'id' in value ? value.id : null,
      method: String(value.method),
      parameters: new Map(Object.entries(params).map(([name, part]) => [name, String(part)])),
    };
  } catch {
    return undefined;
  }
}
