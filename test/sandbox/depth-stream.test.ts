// A book that is kept as Binance tells clients to keep one (a snapshot, then every change) is the book
// that is asked for, while the market moves and orders take from it.
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { depth } from '../support/sandbox/answer.ts';
import { Client } from '../support/sandbox/client.ts';
import { type DepthFrame, depthFrame, framesOf } from '../support/sandbox/frame.ts';
import { Listener } from '../support/sandbox/listener.ts';
import { patience, Stand } from '../support/sandbox/stand.ts';

type Snapshot = z.infer<typeof depth>;
type Levels = ReadonlyMap<string, string>;

/** One side of a book once `changes` were made to it. */
function changed(
  before: Iterable<readonly [string, string]>,
  changes: Iterable<readonly [string, string]>,
): Levels {
  const side = new Map(before);
  for (const [price, quantity] of changes) {
    if (Number(quantity) === 0) side.delete(price);
    else side.set(price, quantity);
  }
  return side;
}

const kept = (
  before: Snapshot,
  changes: readonly DepthFrame[],
): { bids: Levels; asks: Levels } => ({
  bids: changed(
    before.bids,
    changes.flatMap(({ b }) => b),
  ),
  asks: changed(
    before.asks,
    changes.flatMap(({ a }) => a),
  ),
});

test('changes follow on each other and on the snapshot, and make the next snapshot', async () => {
  const stand = await Stand.open({ candles: [], speed: 600 });
  const client = new Client(stand);
  const listener = await Listener.open(stand.port, '/ws/btcusdt@depth@100ms');
  const changes = () => framesOf(listener, depthFrame);
  const ask = async () =>
    depth.parse(await client.answer('GET /api/v3/depth', { symbol: 'BTCUSDT' }));
  const until = (id: number) =>
    expect.poll(() => changes().at(-1)?.u ?? 0, patience).toBeGreaterThanOrEqual(id);

  await until(1);
  const before = await ask();
  await client.place({ side: 'SELL', type: 'MARKET', quantity: '0.3' });
  await until(before.lastUpdateId + 200);
  const after = await ask();
  await until(after.lastUpdateId);
  listener.close();
  await stand.close();

  const all = changes();
  expect(all.slice(1).map(({ U }) => U)).toEqual(all.slice(0, -1).map(({ u }) => u + 1));
  const between = all.filter(({ u }) => u > before.lastUpdateId && u <= after.lastUpdateId);
  expect(between[0]?.U).toBe(before.lastUpdateId + 1);
  expect(between.at(-1)?.u).toBe(after.lastUpdateId);
  expect(kept(before, between)).toEqual({ bids: new Map(after.bids), asks: new Map(after.asks) });
});
