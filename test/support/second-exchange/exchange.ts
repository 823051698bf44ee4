// A second exchange that speaks Binance spot, written from Binance's published documents alone. It shares
// no code with the sandbox, so that a misunderstanding in one of them shows against the other.
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { accountTrade, executionReport, positionFrame } from './account-frame.ts';
import { type BookOptions, DepthLog } from './book.ts';
import { intervalMs } from './candle-series.ts';
import { inventedSymbols } from './exchange-info.ts';
import { show } from './fixed-point.ts';
import { Market, type MarketOptions } from './market.ts';
import { MarketStream } from './market-stream.ts';
import { isOpen } from './order.ts';
import { OrderDesk, type Report } from './order-desk.ts';
import { Player } from './player.ts';
import { restListener, type ServedRefusal } from './rest-server.ts';
import type { Credentials } from './signature.ts';
import { UserStream } from './user-stream.ts';
import type { Venue } from './venue.ts';
import { Wallet } from './wallet.ts';

export interface SecondExchangeOptions extends Partial<BookOptions> {
  readonly credentials: Credentials;
  readonly markets: readonly MarketOptions[];
  /** The account's free balances at the start, by asset. */
  readonly balances: Readonly<Record<string, string>>;
  /** Interval of the given candles; longer ones are folded from it. */
  readonly interval?: string;
  readonly port?: number;
  /** Wall time one candle takes, in ms. */
  readonly candleWallMs?: number;
  readonly stepsPerCandle?: number;
  /** Begins to play at the first market subscription, unless told to begin at once. */
  readonly playsFrom?: 'start' | 'first-subscription';
  readonly ackDelayMs?: number;
  readonly orderAnswerDelayMs?: number;
  readonly incomingPerSecondMax?: number;
  /** Foreign entries of the catalogue; invented ones where none are given. */
  readonly otherSymbols?: readonly object[];
}

export interface SecondExchange {
  readonly port: number;
  readonly close: () => Promise<void>;
  /** Ends the market's movement for good; orders are still served. */
  readonly freeze: () => void;
  /** Non-zero balances by asset, as decimal text. */
  readonly account: () => Record<string, { free: string; locked: string }>;
  /** The account's trades in the shape of `myTrades`, oldest first. */
  readonly trades: () => object[];
  readonly candlesPushed: () => number;
  /** How many connections listen to the account's events. */
  readonly listeners: () => number;
  readonly refusals: () => readonly ServedRefusal[];
}

const serverPingMs = 20_000;

/** Reports what an order did to its account, before the order's own answer leaves. */
function reporter(wallet: Wallet, users: UserStream): (report: Report) => void {
  let executionId = 8_641_983;
  return (report) => {
    executionId += 1;
    users.push(executionReport(report, executionId));
    const { base, quote } = report.order.market;
    const balances = [quote, base].map((asset) => [asset, wallet.of(asset)] as const);
    if (report.kind === 'NEW' && isOpen(report.order)) return;
    users.push(positionFrame(balances, report.order.updatedAt));
  };
}

function balancesOf(wallet: Wallet): Record<string, { free: string; locked: string }> {
  const held = wallet.assets().filter((asset) => {
    const { free, locked } = wallet.of(asset);
    return free + locked > 0n;
  });
  return Object.fromEntries(
    held.map((asset) => {
      const { free, locked } = wallet.of(asset);
      return [asset, { free: show(free), locked: show(locked) }];
    }),
  );
}

/** Listens for sockets on the two market paths and the WebSocket API's one. */
function sockets(streams: MarketStream, users: UserStream): WebSocketServer {
  const server = new WebSocketServer({ noServer: true });
  server.on('connection', (socket: WebSocket, request: { url?: string }) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const pings = setInterval(() => socket.ping(), serverPingMs);
    socket.on('close', () => clearInterval(pings));
    socket.on('error', () => socket.terminate());
    if (url.pathname === '/ws-api/v3') users.accept(socket);
    else if (/^\/(stream|ws)(\/|$)/.test(url.pathname)) streams.accept(socket, url);
    else socket.close(1008, 'No such path');
  });
  return server;
}

interface Assembly {
  readonly venue: Venue;
  readonly streams: MarketStream;
  readonly users: UserStream;
  readonly player: Player;
}

/** Joins market, book, wallet and desk: a beat moves the book first, then the orders that wait on it. */
function assemble(options: SecondExchangeOptions): Assembly {
  const baseMs = intervalMs.get(options.interval ?? '1m') ?? 0;
  const book = {
    spreadTicks: options.spreadTicks ?? 1,
    levelNotional: options.levelNotional ?? '4000',
  };
  const list = options.markets.map((each) => new Market(each));
  const markets = new Map(list.map((market) => [market.symbol, market]));
  const depths = new Map(list.map((market) => [market, new DepthLog(market, book)]));
  const wallet = new Wallet(options.balances);
  const users = new UserStream(options.credentials);
  const pace = {
    baseMs,
    candleWallMs: options.candleWallMs ?? 200,
    stepsPerCandle: options.stepsPerCandle ?? 8,
  };
  const player = new Player(list, pace, (beat) => {
    streams.broadcast(beat, depths.get(beat.market)?.follow());
    desk.follow(beat.market);
  });
  const now = (): number => player.now;
  const desk = new OrderDesk(wallet, { ...book, feeBasisPoints: 10 }, now, reporter(wallet, users));
  const limits = {
    baseMs,
    now,
    ackDelayMs: options.ackDelayMs ?? 60,
    incomingPerSecondMax: options.incomingPerSecondMax ?? 5,
  };
  const streams = new MarketStream(markets, limits, () => player.start());
  const others = options.otherSymbols ?? inventedSymbols();
  return { venue: { baseMs, markets, depths, wallet, desk, others, now }, streams, users, player };
}

/** Starts the exchange on loopback; everything it opened is closed by `close`. */
export async function startSecondExchange(options: SecondExchangeOptions): Promise<SecondExchange> {
  const { venue, streams, users, player } = assemble(options);
  const refusals: ServedRefusal[] = [];
  const http = createServer(
    restListener(venue, {
      credentials: options.credentials,
      orderAnswerDelayMs: options.orderAnswerDelayMs ?? 15,
      onRefusal: (refusal) => refusals.push(refusal),
    }),
  );
  const upgrades = sockets(streams, users);
  http.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (client) => {
      upgrades.emit('connection', client, request);
    });
  });
  await new Promise<void>((resolve) => http.listen(options.port ?? 0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('expected a TCP port');
  if (options.playsFrom === 'start') player.start();
  return {
    port: address.port,
    close: async () => {
      player.stop();
      for (const client of upgrades.clients) client.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
    freeze: () => player.stop(),
    account: () => balancesOf(venue.wallet),
    trades: () => venue.desk.executions.map(accountTrade),
    candlesPushed: () => player.candlesPushed,
    listeners: () => users.connections(),
    refusals: () => refusals,
  };
}
