// Who listens to which public stream: sockets, the streams they named, and their requests to change
// them, each acknowledged.
import type { WebSocket } from 'ws';
import type { Lane } from './lane.ts';

interface Subscriber {
  readonly socket: WebSocket;
  readonly streams: Set<string>;
  /** Wraps frames as `{ stream, data }`. */
  isCombined: boolean;
}

interface Request {
  readonly id: unknown;
  readonly method: unknown;
  readonly params: readonly unknown[];
}

const streamsMax = 1024;
const methods = ['SUBSCRIBE', 'UNSUBSCRIBE', 'LIST_SUBSCRIPTIONS', 'SET_PROPERTY', 'GET_PROPERTY'];

export class Subscriptions {
  readonly #subscribers = new Set<Subscriber>();
  readonly #lane: Lane;
  #wanted: ReadonlySet<string> = new Set();

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  /** Streams somebody listens to: what nobody hears need not be made. */
  get wanted(): ReadonlySet<string> {
    return this.#wanted;
  }

  /** Serves a socket opened on `/ws/<stream>/<stream>`, `/stream?streams=a/b` or `/stream/ws/<n>`. */
  accept(socket: WebSocket, path: string): void {
    const [route = '', query = ''] = path.split('?');
    const isCombined = route === '/stream';
    const named = isCombined ? new URLSearchParams(query).get('streams') : namedIn(route);
    const streams = new Set((named ?? '').split('/').filter((name) => name !== ''));
    const subscriber: Subscriber = { socket, streams, isCombined };
    this.#subscribers.add(subscriber);
    this.#count();
    socket.on('message', (data) => {
      this.#lane.ask(socket, String(data), (text) => {
        const told = answer(subscriber, text);
        this.#count();
        return JSON.stringify(told);
      });
    });
    socket.on('close', () => {
      this.#subscribers.delete(subscriber);
      this.#count();
    });
  }

  /** Sends one frame to all who want the stream. */
  emit(stream: string, frame: object): void {
    if (!this.#wanted.has(stream)) return;
    const plain = JSON.stringify(frame);
    const wrapped = `{"stream":${JSON.stringify(stream)},"data":${plain}}`;
    for (const { socket, streams, isCombined } of this.#subscribers) {
      if (streams.has(stream)) this.#lane.send(socket, isCombined ? wrapped : plain);
    }
  }

  #count(): void {
    this.#wanted = new Set([...this.#subscribers].flatMap(({ streams }) => [...streams]));
  }
}

/** Streams of `/ws/…`; ccxt numbers its sockets there, which names none. */
const namedIn = (route: string): string =>
  /^\/ws\/[a-z!]/.test(route) ? route.slice('/ws/'.length) : '';

function answer(subscriber: Subscriber, text: string): object {
  const request = parse(text);
  if (request === undefined) return refused(3, 'Invalid JSON: expected value at line 1 column 1');
  const { id, method } = request;
  if (id !== null && !(typeof id === 'number' || typeof id === 'string')) {
    return refused(2, 'Invalid request: request ID must be an unsigned integer');
  }
  return { ...done(subscriber, method, request.params), id };
}

function done(subscriber: Subscriber, method: unknown, params: readonly unknown[]): object {
  const { streams } = subscriber;
  const names = params.filter((name) => typeof name === 'string');
  switch (method) {
    case 'SUBSCRIBE':
      if (streams.size + names.length > streamsMax) {
        return refused(2, 'Invalid request: too many parameters');
      }
      for (const name of names) streams.add(name);
      return { result: null };
    case 'UNSUBSCRIBE':
      for (const name of names) streams.delete(name);
      return { result: null };
    case 'LIST_SUBSCRIPTIONS':
      return { result: [...streams] };
    case 'SET_PROPERTY':
      return setProperty(subscriber, params);
    case 'GET_PROPERTY':
      if (params[0] !== 'combined') return refused(0, 'Unknown property');
      return { result: subscriber.isCombined };
    case undefined:
      return refused(2, 'Invalid request: missing field `method`');
    default: {
      const known = methods.map((name) => `\`${name}\``).join(', ');
      return refused(2, `Invalid request: unknown variant \`${method}\`, expected one of ${known}`);
    }
  }
}

function setProperty(subscriber: Subscriber, [name, value]: readonly unknown[]): object {
  if (name !== 'combined') return refused(0, 'Unknown property');
  if (typeof value !== 'boolean') return refused(1, 'Invalid value type: expected Boolean');
  subscriber.isCombined = value;
  return { result: null };
}

const refused = (code: number, msg: string): object => ({ error: { code, msg } });

function parse(text: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const fields = new Map(Object.entries(Object(value)));
    const params = fields.get('params');
    return {
      id: fields.get('id') ?? null,
      method: fields.get('method'),
      params: Array.isArray(params) ? params : [],
    };
  } catch {
    return undefined;
  }
}
