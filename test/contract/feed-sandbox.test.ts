// The live feed on the sandbox, ten minutes of market a second: no gap, no doublet, nothing unclosed,
// also across a restart of the sandbox, whose market then stands behind the feed's clock.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Stream } from '../../src/domain/candle.ts';
import { timeframeMs } from '../../src/domain/time.ts';
import { connectFeed } from '../../src/feed/connect.ts';
import type { ClosedCandle, Feed, FeedNews } from '../../src/ports.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { aggregate } from '../../src/sandbox/market.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { ownBudget } from '../support/budget.ts';

const [seed, speed] = [7, 600];
const directory = mkdtempSync(join(tmpdir(), 'troupe-feed-'));
let sandbox: Sandbox;
let feed: Feed;

afterEach(async () => {
  await feed.stop();
  await sandbox.close();
  rmSync(directory, { recursive: true });
});

const open = (port: number): Promise<Sandbox> =>
  startSandbox(
    {
      ...{ port, directory, seed, speed, candles: [], balances: { USDT: '1000' }, fee: 0.001 },
      ...{ key: 'k', secret: 's' },
    },
    () => {},
  );

const market = generatedMarket(seed);
const streams: Stream[] = market.pairs.flatMap((pair) => [
  { pair, timeframe: '1m' },
  { pair, timeframe: '5m' },
]);

test('gapless at 600 times, through a restart', async () => {
  sandbox = await open(0);
  const address = `127.0.0.1:${sandbox.port}`;
  const endpoint = { rest: `http://${address}`, stream: `ws://${address}` };
  const settings = {
    name: 'binance',
    endpoint,
    credentials: null,
    recvWindowMs: 5000,
    budget: ownBudget(),
  };
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  feed = connectFeed(settings, { clock: createClock(speed), timers: nodeTimers, log });
  const closed: ClosedCandle[] = [];
  const news: FeedNews[] = [];
  feed.candles.subscribe((candle) => closed.push(candle));
  feed.news.subscribe((item) => news.push(item));
  await feed.start(streams.map((stream) => ({ stream, bars: 50 })));

  const own = ({ pair, timeframe }: Stream): ClosedCandle[] =>
    closed.filter(({ stream }) => stream.pair === pair && stream.timeframe === timeframe);
  const one = streams[0] as Stream;
  const grown = async (bars: number): Promise<void> => {
    const target = own(one).length + bars;
    await expect.poll(() => own(one).length, { timeout: 15_000 }).toBeGreaterThan(target);
  };
  await grown(25);
  expect(news.filter(({ type }) => /gap|rejected|corrected|stale/.test(type))).toEqual([]);
  expect(closed.filter(({ backfilled }) => !backfilled).length).toBeGreaterThan(
    (25 * streams.length) / 4,
  );

  const { port } = sandbox;
  await sandbox.close();
  await new Promise((resolve) => setTimeout(resolve, 300));
  sandbox = await open(port);
  await grown(25);

  for (const stream of streams) {
    const candles = own(stream).map(({ candle }) => candle);
    const length = timeframeMs(stream.timeframe);
    const first = candles[0]?.openTime ?? 0;
    expect(candles).toEqual(
      candles.map((_, index) => {
        const at = first + index * length;
        return aggregate(market, stream.pair, stream.timeframe, at, at + length);
      }),
    );
  }
  expect(news.filter(({ type }) => /rejected|corrected/.test(type))).toEqual([]);
}, 60_000);
