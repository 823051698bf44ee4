// The market data sockets: subscriptions by name and the frames of every beat. The first frames come
// before the acknowledgement, and events of unknown types come unasked, both of which real clients meet.
import type { WebSocket } from 'ws';
import type { DepthChange } from './book.ts';
import { foldAll, foldNewest, intervalMs } from './candle-series.ts';
import { show } from './fixed-point.ts';
import { readFields } from './json.ts';
import type { Market } from './market.ts';
import { depthFrame, klineFrame, miniTickerFrame, tradeFrame } from './market-frame.ts';
import type { Beat } from './player.ts';

interface Client {
  readonly socket: WebSocket;
  readonly streams: Set<string>;
  readonly combined: boolean;
  readonly receivedAt: number[];
}

export interface StreamOptions {
  readonly baseMs: number;
  readonly ackDelayMs: number;
  /** Incoming messages a second before the connection is closed. */
  readonly incomingPerSecondMax: number;
  /** Market time in ms. */
  readonly now: () => number;
}

const dayMs = 86_400_000;

export class MarketStream {
  private readonly clients = new Set<Client>();
  private readonly markets: ReadonlyMap<string, Market>;
  private readonly options: StreamOptions;
  private readonly onSubscribe: () => void;

  constructor(
    markets: ReadonlyMap<string, Market>,
    options: StreamOptions,
    onSubscribe: () => void,
  ) {
    this.markets = markets;
    this.options = options;
    this.onSubscribe = onSubscribe;
  }

  /** Takes a new connection; streams named in its address are subscribed at once. */
  accept(socket: WebSocket, url: URL): void {
    const combined = url.pathname === '/stream';
    const client: Client = { socket, streams: new Set(), combined, receivedAt: [] };
    this.clients.add(client);
    socket.on('close', () => this.clients.delete(client));
    socket.on('message', (data) => this.receive(client, String(data)));
    const named = url.searchParams.get('streams')?.split('/') ?? [];
    if (named.length > 0) this.subscribe(client, named);
  }

  broadcast(beat: Beat, change: DepthChange | undefined): void {
    for (const client of this.clients) {
      for (const stream of client.streams) this.sendBeat(client, stream, beat, change);
      if (beat.closed && client.streams.size > 0) {
        const reference = { r: show(beat.market.last), t: beat.at };
        this.send(client, '', { e: 'referencePrice', s: beat.market.symbol, ...reference });
        this.send(client, '', { e: 'unheardOf', payload: [{ depth: null }, 1e21, 'k'] });
      }
    }
  }

  private receive(client: Client, text: string): void {
    if (this.tooMany(client)) {
      client.socket.close(1008, 'Too many requests');
      return;
    }
    const fields = readFields(text);
    if (fields === undefined) {
      const msg = 'Invalid JSON: expected value at line 1 column 1';
      client.socket.send(JSON.stringify({ error: { code: 3, msg } }));
      return;
    }
    const id = fields.get('id') ?? null;
    const parameters = fields.get('params');
    const streams = Array.isArray(parameters) ? parameters.map(String) : [];
    switch (fields.get('method')) {
      case 'SUBSCRIBE':
        this.subscribe(client, streams);
        this.acknowledge(client, { result: null, id });
        break;
      case 'UNSUBSCRIBE':
        for (const stream of streams) client.streams.delete(stream);
        this.acknowledge(client, { result: null, id });
        break;
      case 'LIST_SUBSCRIPTIONS':
        this.acknowledge(client, { result: [...client.streams], id });
        break;
      default: {
        const msg = `Invalid request: unknown variant ${String(fields.get('method'))}`;
        this.acknowledge(client, { error: { code: 2, msg }, id });
      }
    }
  }

  private tooMany(client: Client): boolean {
    const now = performance.now();
    client.receivedAt.push(now);
    while ((client.receivedAt[0] ?? now) < now - 1_000) client.receivedAt.shift();
    return client.receivedAt.length > this.options.incomingPerSecondMax;
  }

  private acknowledge(client: Client, answer: object): void {
    setTimeout(() => {
      if (client.socket.readyState === client.socket.OPEN)
        client.socket.send(JSON.stringify(answer));
    }, this.options.ackDelayMs);
  }

  private subscribe(client: Client, streams: readonly string[]): void {
    for (const stream of streams) {
      client.streams.add(stream);
      const market = this.markets.get(stream.split('@')[0]?.toUpperCase() ?? '');
      const openTime = market?.bars.at(-1)?.openTime;
      if (market === undefined || openTime === undefined) continue;
      if (stream.includes('@kline_') || stream.endsWith('@miniTicker')) {
        // Between two candles the newest is a closed one, told once more.
        const at = this.options.now();
        const closed = at >= openTime + this.options.baseMs;
        this.sendBeat(client, stream, { market, at, trades: [], closed }, undefined);
      }
    }
    this.onSubscribe();
  }

  private sendBeat(
    client: Client,
    stream: string,
    beat: Beat,
    change: DepthChange | undefined,
  ): void {
    const { symbol } = beat.market;
    const [name, kind = ''] = stream.split('@');
    if (name !== symbol.toLowerCase()) return;
    const send = (frame: object): void => this.send(client, stream, frame);
    if (kind.startsWith('kline_')) this.sendKline(kind.slice('kline_'.length), beat, send);
    if (kind === 'trade') for (const trade of beat.trades) send(tradeFrame(symbol, trade));
    if (kind === 'depth' && change !== undefined) send(depthFrame(symbol, change, beat.at));
    if (kind === 'miniTicker') {
      const day = foldAll(beat.market.bars.slice(-Math.ceil(dayMs / this.options.baseMs)));
      if (day !== undefined) send(miniTickerFrame(symbol, day, beat.at));
    }
  }

  private sendKline(interval: string, beat: Beat, send: (frame: object) => void): void {
    const lengthMs = intervalMs.get(interval);
    if (lengthMs === undefined || lengthMs % this.options.baseMs !== 0) return;
    const bar = foldNewest(beat.market.bars, lengthMs);
    const baseOpen = beat.market.bars.at(-1)?.openTime;
    if (bar === undefined || baseOpen === undefined) return;
    const endsAt = bar.openTime + lengthMs;
    const closed = beat.closed && baseOpen + this.options.baseMs === endsAt;
    const details = { bar, closed, closeTime: endsAt - 1, at: beat.at };
    send(klineFrame(beat.market.symbol, interval, details));
  }

  private send({ socket, combined }: Client, stream: string, frame: object): void {
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(combined ? { stream, data: frame } : frame));
  }
}
