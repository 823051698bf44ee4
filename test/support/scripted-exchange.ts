// An exchange that answers by script: Binance's paths over real sockets, each answer what a test says,
// so that every way in which a venue can answer, half answer or not answer can be met.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Endpoint } from '../../src/exchange/client.ts';

export type Answer =
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
  /** No answer at all; the socket cut; the head of an answer and then nothing; half of a body. */
  | 'silence'
  | 'reset'
  | 'stall'
  | 'half';

export interface Asked {
  /** Method and path. */
  readonly what: string;
  readonly parameters: ReadonlyMap<string, string>;
}

export type Script = (asked: Asked) => Answer | undefined;

export interface ScriptedExchange {
  readonly endpoint: Endpoint;
  /** Every request, in order. */
  readonly asked: Asked[];
  /** Answers first; where it says nothing, the exchange answers as a healthy one. */
  script: Script;
  /** Sends an event to everyone who listens to the account. */
  push(event: object): void;
  /** Drops the sockets of the account's events. */
  dropListeners(): void;
  listeners(): number;
  /** Requests whose sockets are held open for an answer. */
  unanswered(): number;
  close(): Promise<void>;
}

export const json = (value: unknown, status = 200): Answer => ({
  status,
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json' },
});

const symbol = {
  symbol: 'BTCUSDT',
  status: 'TRADING',
  baseAsset: 'BTC',
  quoteAsset: 'USDT',
  orderTypes: ['LIMIT', 'MARKET', 'STOP_LOSS_LIMIT'],
  permissions: [],
  filters: [
    { filterType: 'PRICE_FILTER', minPrice: '0.01', maxPrice: '1000000.00', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000.0', stepSize: '0.00001' },
    { filterType: 'MARKET_LOT_SIZE', minQty: '0.0', maxQty: '100.0', stepSize: '0.0' },
    { filterType: 'NOTIONAL', minNotional: '5.0', maxNotional: '9000000.0' },
  ],
};

const healthy: Script = ({ what }) => {
  switch (what) {
    case 'GET /api/v3/exchangeInfo':
      return json({ symbols: [symbol] });
    case 'GET /api/v3/time':
      return json({ serverTime: Date.now() });
    case 'GET /sapi/v1/account/apiRestrictions':
      return json({ enableWithdrawals: false, enableSpotAndMarginTrading: true });
    default:
      return undefined;
  }
};

async function askedBy(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://scripted');
  let body = '';
  for await (const chunk of request) body += chunk;
  const parameters = new Map([...url.searchParams, ...new URLSearchParams(body)]);
  return { what: `${request.method} ${url.pathname}`, parameters };
}

function give(response: ServerResponse, answer: Answer): void {
  if (answer === 'silence') return;
  if (answer === 'reset') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (answer === 'stall' || answer === 'half') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '400' });
    response.write('{"symbol":"BTCUSDT","orderId":1,');
    if (answer === 'half') response.socket?.end();
    return;
  }
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** Listens on a free loopback port. */
export async function startScriptedExchange(): Promise<ScriptedExchange> {
  const asked: Asked[] = [];
  const listening = new Set<WebSocket>();
  const pending = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    pending.add(response);
    response.on('close', () => pending.delete(response));
    void askedBy(request).then((one) => {
      asked.push(one);
      const missing = json({ code: -1100, msg: `no script for ${one.what}` }, 404);
      give(response, exchange.script(one) ?? healthy(one) ?? missing);
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('close', () => listening.delete(socket));
    socket.on('message', (data) => {
      const { id, method } = JSON.parse(String(data));
      if (method !== 'userDataStream.subscribe.signature') return;
      listening.add(socket);
      socket.send(JSON.stringify({ id, status: 200, result: { subscriptionId: 0 } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const exchange: ScriptedExchange = {
    endpoint: { rest: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}` },
    asked,
    script: () => undefined,
    push(event) {
      for (const socket of listening) socket.send(JSON.stringify({ subscriptionId: 0, event }));
    },
    dropListeners() {
      for (const socket of listening) socket.terminate();
    },
    listeners: () => listening.size,
    unanswered: () => pending.size,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return exchange;
}
