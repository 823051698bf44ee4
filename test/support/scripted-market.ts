// Market data by script: Binance's public paths over real sockets, sending exactly the frames a test
// wants, and answering candles by REST from what has been played so far.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import type { Millis } from '../../src/domain/time.ts';
import type { Endpoint } from '../../src/exchange/client.ts';

export const minuteMs = 60_000;

type CandleOf = (pair: string, openTime: Millis) => Candle | undefined;

export interface ScriptedMarket {
  readonly endpoint: Endpoint;
  /** Market time: what REST has closed, and the event time of frames. Tests turn it. */
  now: Millis;
  /** Volume of the candles in the making, as REST shows them. */
  traded: number;
  /** REST answers 503 while true. */
  restDown: boolean;
  /** Every subscription is refused while true. */
  refusing: boolean;
  /** Refuses a request that names such a stream. */
  refuses: (stream: string) => boolean;
  /** What candles REST tells. */
  truth: CandleOf;
  /** The last price by the ticker; without one, the ticker is down. */
  lastPrice: string | undefined;
  /** Names of all streams in the order of their subscription, repeats included. */
  readonly subscribed: string[];
  /** Start times of the candle requests. */
  readonly asked: Millis[];
  connections(): number;
  /** Sends texts to every subscriber, all in one TCP chunk. */
  send(texts: readonly string[]): void;
  /** The kline frame of a candle; `over` changes its `k` fields. */
  kline(pair: string, candle: Candle, closed: boolean, over?: object): string;
  trade(pair: string, price: string): string;
  /** Is told of every candle request before it is answered. */
  onAsked: () => void;
  /** Ends every websocket from this side: with a closing code, by hanging up, or by a reset; how many. */
  drop(how?: 1000 | 1001 | 'gone' | 'reset'): number;
  /** Reads nothing more of any websocket, new ones neither: alive, and answering nobody. */
  freeze(): void;
  /** Reads again, also what was sent meanwhile. */
  thaw(): void;
  /** Subscribes, answers pings, and sends nothing, while true. */
  mute: boolean;
  close(): Promise<void>;
}

const symbolOf = (pair: string): string => pair.replace('/', '');

const listing = (pair: string): object => ({
  symbol: symbolOf(pair),
  status: 'TRADING',
  baseAsset: pair.split('/')[0],
  quoteAsset: 'USDT',
  orderTypes: ['LIMIT', 'MARKET'],
  permissions: [],
  filters: [
    { filterType: 'PRICE_FILTER', tickSize: '0.01' },
    { filterType: 'LOT_SIZE', stepSize: '0.00001' },
  ],
});

const rowOf = ({ openTime, open, high, low, close, volume }: Candle): unknown[] => [
  openTime,
  ...[open, high, low, close, volume].map(String),
  openTime + minuteMs - 1,
];

/** The TCP socket under a websocket, for what its interface cannot do. */
const wireOf = (socket: WebSocket): Socket => (socket as unknown as { _socket: Socket })._socket;

/** Listens on a free loopback port; `candleOf` is the market's truth, one-minute candles. */
export async function startScriptedMarket(
  pairs: readonly string[],
  candleOf: CandleOf,
  now: Millis,
): Promise<ScriptedMarket> {
  const listeners = new Set<WebSocket>();
  const bySymbol = new Map(pairs.map((pair) => [symbolOf(pair), pair]));

  function rows(query: URLSearchParams): unknown[] {
    const pair = bySymbol.get(query.get('symbol') ?? '') ?? '';
    const start = Number(query.get('startTime'));
    market.asked.push(start);
    market.onAsked();
    const found: unknown[] = [];
    for (let at = Math.ceil(start / minuteMs) * minuteMs; at <= market.now; at += minuteMs) {
      const candle = market.truth(pair, at);
      if (candle === undefined) continue;
      // Half made: only its open is as it will be.
      const whole = at + minuteMs <= market.now;
      found.push(
        rowOf(whole ? candle : { ...emptyCandle(at, candle.open), volume: market.traded }),
      );
    }
    return found.slice(0, Number(query.get('limit')));
  }

  function answer(url: URL, response: ServerResponse): void {
    if (market.restDown) response.writeHead(503).end('{}');
    else if (url.pathname === '/api/v3/exchangeInfo')
      response.end(JSON.stringify({ symbols: pairs.map(listing) }));
    else if (url.pathname === '/api/v3/ticker/24hr' && market.lastPrice !== undefined)
      response.end(JSON.stringify({ symbol: 'BTCUSDT', lastPrice: market.lastPrice }));
    else if (url.pathname === '/api/v3/klines')
      response.end(JSON.stringify(rows(url.searchParams)));
    else response.writeHead(404).end('{}');
  }

  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    answer(new URL(request.url ?? '/', 'http://scripted'), response);
  });
  const sockets = new WebSocketServer({ server });
  let isFrozen = false;
  sockets.on('connection', (socket) => {
    if (isFrozen) wireOf(socket).pause();
    socket.on('close', () => listeners.delete(socket));
    socket.on('message', (data) => {
      const { id, method, params } = JSON.parse(String(data));
      if (method !== 'SUBSCRIBE') return;
      market.subscribed.push(...params);
      const isRefused = market.refusing || params.some(market.refuses);
      if (!isRefused) listeners.add(socket);
      const error = { error: { code: 2, msg: 'Invalid request: refused by script' }, id };
      socket.send(JSON.stringify(isRefused ? error : { result: null, id }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  const market: ScriptedMarket = {
    endpoint: { rest: `http://127.0.0.1:${port}`, stream: `ws://127.0.0.1:${port}` },
    now,
    traded: 1,
    restDown: false,
    refusing: false,
    refuses: () => false,
    truth: candleOf,
    lastPrice: undefined,
    subscribed: [],
    asked: [],
    onAsked() {},
    connections: () => sockets.clients.size,
    send(texts) {
      if (market.mute || isFrozen) return;
      for (const socket of listeners) {
        const wire = wireOf(socket);
        wire.cork();
        for (const text of texts) socket.send(text);
        wire.uncork();
      }
    },
    kline(pair, { openTime, open, high, low, close, volume }, closed, over = {}) {
      const s = symbolOf(pair);
      const prices = { o: `${open}`, h: `${high}`, l: `${low}`, c: `${close}`, v: `${volume}` };
      const k = { t: openTime, s, i: '1m', ...prices, x: closed, ...over };
      return JSON.stringify({ e: 'kline', E: market.now, s, k });
    },
    trade: (pair, price) =>
      JSON.stringify({
        ...{ e: 'trade', E: market.now, s: symbolOf(pair), t: 1 },
        ...{ p: price, q: '1', T: market.now, m: false },
      }),
    freeze() {
      isFrozen = true;
      for (const socket of sockets.clients) wireOf(socket).pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets.clients) wireOf(socket).resume();
    },
    mute: false,
    drop(how = 'gone') {
      const open = [...sockets.clients].filter((socket) => socket.readyState === socket.OPEN);
      for (const socket of open) {
        if (how === 'gone') socket.terminate();
        else if (how === 'reset') wireOf(socket).resetAndDestroy();
        else socket.close(how);
        listeners.delete(socket);
      }
      return open.length;
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return market;
}

/** A sound candle of any pair and minute, different from all others. */
export function plainCandle(pair: string, openTime: Millis): Candle {
  const base = 100 + pair.charCodeAt(0) + ((openTime / minuteMs) % 97);
  return {
    openTime,
    open: base,
    high: base + 2.5,
    low: base - 1.25,
    close: base + 1,
    volume: 10 + ((openTime / minuteMs) % 7),
  };
}
