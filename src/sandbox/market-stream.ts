// The public streams: subscriptions with acknowledgements, and the frames of klines, trades, tickers
// and book changes in market time.
import type { WebSocket } from 'ws';
import type { Candle } from '../domain/candle.ts';
import { isTimeframe, type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import type { BookChange } from './book.ts';
import type { Exchange } from './exchange.ts';
import { type Listing, wire } from './listing.ts';
import type { Move } from './player.ts';
import { levelRow } from './shape.ts';

interface Subscriber {
  readonly socket: WebSocket;
  readonly streams: Set<string>;
  /** Wraps frames as `{ stream, data }`. */
  readonly combined: boolean;
}

const streamsMax = 1024;
const tickerWallMs = 1000;

export class MarketStream {
  readonly #exchange: Exchange;
  readonly #subscribers = new Set<Subscriber>();
  /** Streams somebody listens to: what nobody hears is not made. */
  #wanted = new Map<string, number>();
  readonly #tickerAt = new Map<string, number>();
  #tradeId = 0;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** Serves a socket opened on `path`: `/ws/<stream>`, `/stream?streams=a/b`, `/stream/ws/<n>`. */
  accept(socket: WebSocket, url: URL): void {
    const combined = url.pathname === '/stream';
    const named = combined
      ? (url.searchParams.get('streams') ?? '').split('/')
      : /^\/ws\/[a-z]/.test(url.pathname)
        ? url.pathname.slice('/ws/'.length).split('/')
        : [];
    const streams = new Set(named.filter((name) => name !== ''));
    const subscriber: Subscriber = { socket, streams, combined };
    this.#subscribers.add(subscriber);
    this.#count();
    socket.on('message', (data) => this.#request(subscriber, String(data)));
    socket.on('close', () => {
      this.#subscribers.delete(subscriber);
      this.#count();
    });
  }

  moved(listing: Listing, { step, at, candle }: Move): void {
    const name = listing.symbol.toLowerCase();
    if (this.#wanted.has(`${name}@trade`)) this.#trade(listing, name, step, at);
    this.#klines(listing, name, candle, at, false);
    this.#ticker(listing, name, candle, at);
  }

  /** The last frame of every candle that ended at market time `at`. */
  closed(openTime: Millis, at: Millis): void {
    const { source, listings } = this.#exchange;
    for (const listing of listings.values()) {
      const candle = source.candle(listing.pair, openTime);
      if (candle !== undefined)
        this.#klines(listing, listing.symbol.toLowerCase(), candle, at, true);
    }
  }

  bookChanged(listing: Listing, change: BookChange, at: Millis): void {
    const name = listing.symbol.toLowerCase();
    const data = {
      e: 'depthUpdate',
      E: at,
      s: listing.symbol,
      U: change.firstId,
      u: change.lastId,
      b: change.bids.map(levelRow),
      a: change.asks.map(levelRow),
    };
    this.#emit(`${name}@depth`, data);
    this.#emit(`${name}@depth@100ms`, data);
  }

  #trade(listing: Listing, name: string, step: Move['step'], at: Millis): void {
    this.#tradeId += 1;
    this.#emit(`${name}@trade`, {
      e: 'trade',
      E: at,
      s: listing.symbol,
      t: this.#tradeId,
      p: wire(step.price),
      q: wire(step.volume),
      T: at,
      m: false,
      M: true,
    });
  }

  #klines(listing: Listing, name: string, base: Candle, at: Millis, closed: boolean): void {
    for (const stream of this.#wanted.keys()) {
      if (!stream.startsWith(`${name}@kline_`)) continue;
      const interval = stream.slice(stream.indexOf('_') + 1);
      if (isTimeframe(interval)) this.#kline(listing, stream, interval, base, at, closed);
    }
  }

  #kline(
    listing: Listing,
    stream: string,
    interval: Timeframe,
    base: Candle,
    at: Millis,
    closed: boolean,
  ): void {
    const length = timeframeMs(interval);
    const openTime = Math.floor(base.openTime / length) * length;
    const candle = this.#exchange.candle(listing.pair, interval, openTime, base);
    this.#emit(stream, {
      e: 'kline',
      E: at,
      s: listing.symbol,
      k: {
        t: openTime,
        T: openTime + length - 1,
        s: listing.symbol,
        i: interval,
        f: -1,
        L: -1,
        o: wire(candle.open),
        c: wire(candle.close),
        h: wire(candle.high),
        l: wire(candle.low),
        v: wire(candle.volume),
        n: 1,
        x: closed && at === openTime + length,
        q: wire(candle.volume * candle.close),
        V: wire(candle.volume / 2),
        Q: wire((candle.volume * candle.close) / 2),
        B: '0',
      },
    });
  }

  #ticker(listing: Listing, name: string, candle: Candle, at: Millis): void {
    const stream = `${name}@miniTicker`;
    const now = Date.now();
    if (!this.#wanted.has(stream)) return;
    if (now - (this.#tickerAt.get(stream) ?? 0) < tickerWallMs) return;
    this.#tickerAt.set(stream, now);
    this.#emit(stream, {
      e: '24hrMiniTicker',
      E: at,
      s: listing.symbol,
      c: wire(candle.close),
      o: wire(candle.open),
      h: wire(candle.high),
      l: wire(candle.low),
      v: wire(candle.volume),
      q: wire(candle.volume * candle.close),
    });
  }

  #emit(stream: string, data: object): void {
    if (!this.#wanted.has(stream)) return;
    const plain = JSON.stringify(data);
    for (const { socket, streams, combined } of this.#subscribers) {
      if (!streams.has(stream)) continue;
      socket.send(combined ? `{"stream":"${stream}","data":${plain}}` : plain);
    }
  }

  #count(): void {
    this.#wanted = new Map();
    for (const { streams } of this.#subscribers) {
      for (const stream of streams) this.#wanted.set(stream, (this.#wanted.get(stream) ?? 0) + 1);
    }
  }

  #request(subscriber: Subscriber, text: string): void {
    const { id, answer } = this.#answer(subscriber, text);
    subscriber.socket.send(JSON.stringify({ ...answer, id }));
    this.#count();
  }

  #answer({ streams }: Subscriber, text: string): { id: unknown; answer: object } {
    const request = parse(text);
    const id = request?.id ?? null;
    const names = request?.params ?? [];
    switch (request?.method) {
      case 'SUBSCRIBE':
        if (streams.size + names.length > streamsMax) return { id, answer: refused(2, 'Too many') };
        for (const name of names) streams.add(name);
        return { id, answer: { result: null } };
      case 'UNSUBSCRIBE':
        for (const name of names) streams.delete(name);
        return { id, answer: { result: null } };
      case 'LIST_SUBSCRIPTIONS':
        return { id, answer: { result: [...streams] } };
      default:
        return { id, answer: refused(2, 'Invalid request: unknown variant') };
    }
  }
}

const refused = (code: number, msg: string): object => ({ error: { code, msg } });

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly string[];
}

function parse(text: string): Request | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || !('method' in value)) return undefined;
    const params = 'params' in value && Array.isArray(value.params) ? value.params : [];
    return {
      id: 'id' in value ? value.id : null,
      method: String(value.method),
      params: params.filter((name) => typeof name === 'string'),
    };
  } catch {
    return undefined;
  }
}
