// The sandbox exchange as one thing to start: REST and websockets on one loopback port, in front of an
// account and a market that survive in a directory.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Millis } from '../domain/time.ts';
import { Exchange } from './exchange.ts';
import { createFaults } from './fault.ts';
import type { FaultPlan } from './fault-plan.ts';
import { generatedMarket } from './generated/market.ts';
import type { CandleSource } from './market.ts';
import { MarketStream } from './market-stream.ts';
import { RateBudget } from './rate.ts';
import { type CandleFile, recordedMarket } from './recorded.ts';
import { restServer } from './rest.ts';
import type { KeyPair } from './signature.ts';
import { Subscriptions } from './subscription.ts';
import { executionShape, positionShape, transferShape } from './user-shape.ts';
import { UserStream } from './user-stream.ts';

export interface SandboxOptions extends KeyPair {
  /** 0 takes any free port. */
  readonly port: number;
  readonly directory: string;
  readonly seed: number;
  readonly speed: number;
  /** Recorded candles to play instead of the generated market. */
  readonly candles: readonly CandleFile[];
  /** Recorded candles that are history before the rest is played; a thousand unless given. */
  readonly historyBars?: number;
  /** What the account holds when it is first opened. */
  readonly balances: Readonly<Record<string, string>>;
  /** Fee a side, as a share. */
  readonly fee: number;
  /** What goes wrong; nothing unless given. */
  readonly faults?: FaultPlan;
}

export interface Sandbox {
  readonly port: number;
  marketTime(): Millis;
  close(): Promise<void>;
}

const pingMs = 20_000;

/** Starts the exchange on 127.0.0.1. Throws what opening files or the port throws. */
export async function startSandbox(
  options: SandboxOptions,
  log: (line: string) => void,
): Promise<Sandbox> {
  const source: CandleSource =
    options.candles.length > 0
      ? await recordedMarket(options.candles, options.historyBars)
      : generatedMarket(options.seed);
  const { speed, fee, balances } = options;
  const directory = join(options.directory, 'sandbox');
  const faults = createFaults(options.faults, log);
  const exchange: Exchange = new Exchange(
    { source, speed, fee, directory, balances, pieces: () => faults.pieces() },
    {
      onMove: (listing, move) => market.moved(listing, move),
      onBook: (listing, change, at) => market.bookChanged(listing, change, at),
      onClosed: (at) => market.closed(at),
      onExecution: (execution, at) => {
        reports += 1;
        user.publish(executionShape(execution, at, reports));
      },
      onBalances: ({ balances: changed = {}, at }) => user.publish(positionShape(changed, at)),
      onTransfer: (asset, amount, at) => user.publish(transferShape(asset, amount, at)),
      onEnd: () => log('the recorded market has ended; it stands still'),
      onTrouble: (reason) => {
        // Once: a full disk would say so at every trade.
        if (!isTroubled) log(`the sandbox could not keep what happened: ${String(reason)}`);
        isTroubled = true;
      },
    },
  );
  let reports = 0;
  let isTroubled = false;
  const budget = new RateBudget();
  const subscriptions = new Subscriptions(faults.lanes['market-stream']);
  const market = new MarketStream(exchange, subscriptions);
  const user = new UserStream(exchange, options, budget, faults.lanes['user-stream']);
  const server = restServer(exchange, options, budget, faults.door);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const path = request.url ?? '/';
    // A client that breaks the protocol loses its own socket, nothing else.
    socket.on('error', () => socket.terminate());
    if (path.startsWith('/ws-api')) user.accept(socket);
    else subscriptions.accept(socket, path);
  });
  // The socket server repeats what its HTTP server says; it is heard there.
  sockets.on('error', () => {});
  await listen(server, options.port).catch((error: unknown) => {
    exchange.close();
    throw error;
  });
  const pinging = keepAlive(sockets);
  exchange.player.start();
  faults.begin(exchange);
  const { port } = server.address() as AddressInfo;
  return {
    port,
    marketTime: () => exchange.player.now(),
    async close() {
      clearInterval(pinging);
      faults.end();
      exchange.close();
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const listen = (server: Server, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

/** Pings every socket; one that did not answer since the last ping is dropped. */
function keepAlive(sockets: WebSocketServer): NodeJS.Timeout {
  const alive = new WeakSet<WebSocket>();
  sockets.on('connection', (socket) => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
  });
  return setInterval(() => {
    for (const socket of sockets.clients) {
      // A fault has it play dead: it neither pings nor hears what answers.
      if (socket.isPaused) continue;
      if (!alive.has(socket)) socket.terminate();
      alive.delete(socket);
      socket.ping();
    }
  }, pingMs);
}
