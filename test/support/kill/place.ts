// Where a trial takes place: a sandbox with its market, settings of a live trader, two configurations.
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { VenueAccess } from '../audit/venue-client.ts';
import { type Running, startCommand } from '../command.ts';
import { writeCandles } from '../crafted-market.ts';
import { type Course, killMarket, PARAMETERS } from './market.ts';
import { KILL, type Kill } from './point.ts';

const [key, secret] = ['kill-key', 'kill-secret'];
const speed = 120;
export const recvWindowMs = 1000;

export const environment = { TROUPE_BINANCE_KEY: key, TROUPE_BINANCE_SECRET: secret };

const assassin = new URL('./assassin.ts', import.meta.url).href;
const onlooker = new URL('./onlooker.ts', import.meta.url).href;

export interface Place {
  readonly settings: string;
  readonly store: string;
  readonly venue: VenueAccess;
  close(): Promise<void>;
}

/** Opens a sandbox whose market takes `course`, and writes what a trader on it needs, below `directory`. */
export async function openPlace(directory: string, course: Course): Promise<Place> {
  const door = await openDoor(() => openSandbox(directory, course));
  const rest = `http://127.0.0.1:${door.port}`;
  const [settings, store] = [join(directory, 'troupe.yaml'), join(directory, 'data', 'troupe.db')];
  mkdirSync(join(directory, 'data'), { recursive: true });
  const endpoint = `{ rest: "${rest}", stream: "ws://127.0.0.1:${door.port}" }`;
  writeFileSync(
    settings,
    `mode: live
store: { url: "sqlite:${store}", freeMegabytesMin: 1 }
venues: { binance: { endpoint: ${endpoint}, speed: ${speed}, sandbox: true } }
execution: { collar: 0.02, recvWindowMs: ${recvWindowMs}, maxSignalAge: 5 }
risk: { maxAssetExposure: 0.3 }
protection: { by: both }
`,
  );
  const configurations = Object.entries(PARAMETERS).map(([id, parameters]) => ({
    ...{ id, strategy_name: 'Liquidity Sweep', pair: 'BTC/USDT', exchange: 'binance' },
    ...{ timeframe: '1m', lifecycle_stage: 'MATURE', parameters, is_active: true },
    ...{ performance: { gross_win_rate: 68 }, validation: { sharpe_ratio: 2.1 } },
  }));
  writeFileSync(join(directory, 'configurations.json'), JSON.stringify(configurations));
  return { settings, store, venue: { rest, key, secret }, close: door.close };
}

function openSandbox(directory: string, course: Course): Promise<Sandbox> {
  const { candles, historyBars } = killMarket(course);
  const path = join(directory, 'btc.csv');
  writeCandles(path, candles);
  return startSandbox(
    {
      ...{ port: 0, directory, seed: 1, speed, historyBars, fee: 0.001, key, secret },
      candles: [{ pair: 'BTC/USDT', timeframe: '1m', path }],
      balances: { USDT: '100000' },
    },
    () => {},
  );
}

/** A way to the sandbox, whose market begins with the first who comes: it waits for a slow start. */
async function openDoor(open: () => Promise<Sandbox>) {
  let opened: Promise<Sandbox> | undefined;
  const sockets = new Set<Socket>();
  const server = createServer(async (near) => {
    sockets.add(near);
    near.on('error', () => {});
    opened ??= open();
    const far = connect((await opened).port, '127.0.0.1');
    sockets.add(far);
    // What was written by a process that is gone still arrives.
    near.on('close', () => far.end());
    far.on('close', () => near.destroy()).on('error', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close(): Promise<void> {
      server.close();
      for (const socket of sockets) socket.destroy();
      await (await opened)?.close();
    },
  };
}

const runArgs = (settings: string) => ['--json', '--settings', settings, 'run', '--live'];

/** Starts a trader that ends itself. */
export const startDoomed = ({ settings }: Place, kill: Kill): Running =>
  startCommand(runArgs(settings), { ...environment, [KILL]: JSON.stringify(kill) }, [assassin]);

/** Starts one that says how well it is protected. */
export const startWatched = ({ settings }: Place): Running =>
  startCommand(runArgs(settings), environment, [onlooker]);
