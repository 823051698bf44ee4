// Where a trial takes place: a sandbox with its market, settings of a live trader, two configurations.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { VenueAccess } from '../audit/venue-client.ts';
import type { Running } from '../command.ts';
import { writeCandles } from '../crafted-market.ts';
import { configurationOf, type LivePlace, livePlace, startLive } from '../live-place.ts';
import { type Course, killMarket, PARAMETERS } from './market.ts';
import { KILL, type Kill } from './point.ts';

const [key, secret] = ['kill-key', 'kill-secret'];
const speed = 120;
export const recvWindowMs = 1000;

const assassin = new URL('./assassin.ts', import.meta.url).href;
const onlooker = new URL('./onlooker.ts', import.meta.url).href;

export interface Place {
  readonly trader: LivePlace;
  readonly venue: VenueAccess;
  close(): Promise<void>;
}

/** Opens a sandbox whose market takes `course`, and writes what a trader on it needs, below `directory`. */
export async function openPlace(directory: string, course: Course): Promise<Place> {
  const { port, close } = await openDoor(() => openSandbox(directory, course));
  const configurations = Object.entries(PARAMETERS).map(([id, parameters]) =>
    configurationOf({ id, parameters }),
  );
  const execution = `{ collar: 0.02, recvWindowMs: ${recvWindowMs}, maxSignalAge: 5 }`;
  const trader = livePlace(
    directory,
    { port, speed, key, secret, execution, configurations },
    'risk: { maxAssetExposure: 0.3 }\nprotection: { by: both }\n',
  );
  return { trader, venue: { rest: `http://127.0.0.1:${port}`, key, secret }, close };
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

/** Starts a trader that ends itself. */
export const startDoomed = ({ trader }: Place, kill: Kill): Running =>
  startLive(trader, { [KILL]: JSON.stringify([kill]) }, [assassin]);

/** Starts one that says how well it is protected. */
export const startWatched = ({ trader }: Place): Running => startLive(trader, {}, [onlooker]);
