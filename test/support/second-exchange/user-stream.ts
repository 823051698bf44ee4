// The WebSocket API, as far as an account's own events need it: subscription by signature, then every
// order report and balance change to every subscribed connection.
import type { WebSocket } from 'ws';
import { fieldsOf, readFields } from './json.ts';
import { VenueRefusal } from './refusal.ts';
import { type Credentials, requireSignedSocket } from './signature.ts';

type Fields = ReadonlyMap<string, unknown>;

export class UserStream {
  private readonly subscribers = new Map<WebSocket, number>();
  private readonly credentials: Credentials;
  private nextSubscriptionId = 0;

  constructor(credentials: Credentials) {
    this.credentials = credentials;
  }

  accept(socket: WebSocket): void {
    socket.on('close', () => this.subscribers.delete(socket));
    socket.on('message', (data) => this.receive(socket, String(data)));
  }

  connections(): number {
    return this.subscribers.size;
  }

  push(event: object): void {
    for (const [socket, subscriptionId] of this.subscribers) {
      if (socket.readyState === socket.OPEN) {
        socket.send(JSON.stringify({ event, subscriptionId }));
      }
    }
  }

  private receive(socket: WebSocket, text: string): void {
    const request: Fields = readFields(text) ?? new Map();
    const id = request.get('id') ?? null;
    try {
      const result = this.answer(socket, request);
      socket.send(JSON.stringify({ id, status: 200, result, rateLimits: [] }));
      this.push({ e: 'unheardOf', E: 0, note: 'an event type from the future' });
    } catch (refusal) {
      if (!(refusal instanceof VenueRefusal)) throw refusal;
      const error = { code: refusal.code, msg: refusal.message };
      socket.send(JSON.stringify({ id, status: refusal.status, error, rateLimits: [] }));
    }
  }

  private answer(socket: WebSocket, request: Fields): object {
    switch (request.get('method')) {
      case 'ping':
        return {};
      case 'time':
        return { serverTime: Date.now() };
      case 'userDataStream.subscribe.signature':
        return this.subscribe(socket, fieldsOf(request.get('params')) ?? new Map());
      case 'userDataStream.unsubscribe':
        this.subscribers.delete(socket);
        return {};
      default:
        throw new VenueRefusal(-1020, 'This operation is not supported.');
    }
  }

  private subscribe(socket: WebSocket, parameters: Fields): object {
    const texts = [...parameters].map(([name, value]): [string, string] => [name, String(value)]);
    requireSignedSocket(this.credentials, new Map(texts), Date.now());
    if (this.subscribers.has(socket)) {
      throw new VenueRefusal(-2035, 'User Data Stream subscription already active.');
    }
    const subscriptionId = this.nextSubscriptionId;
    this.nextSubscriptionId += 1;
    this.subscribers.set(socket, subscriptionId);
    return { subscriptionId };
  }
}
