// The stream of own orders under everything that can happen to it: each time it is told as lost and told as
// live again, and what happens afterwards is heard. The genuine client on a sandbox that fails by plan.
import { afterEach, expect, test, vi } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Venue, VenueNews } from '../../src/ports.ts';
import type { FaultRule, FaultTiming, StreamFault } from '../../src/sandbox/fault-plan.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { ownBudget } from '../support/budget.ts';
import { Client } from '../support/sandbox/client.ts';
import { keys, Stand } from '../support/sandbox/stand.ts';

let stand: Stand;
let venue: Venue;
afterEach(async () => {
  await venue.close();
  await stand.close();
});

const on = 'user-stream';
const patience = { timeout: 12_000, interval: 20 };
const testMs = 20_000;
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** A connected venue on a sandbox that fails by `rules`. */
async function connected(rules: readonly FaultRule[]) {
  stand = await Stand.open({ faults: { seed: 1, rules } });
  const address = `127.0.0.1:${stand.port}`;
  venue = connectVenue(
    {
      name: 'binance',
      endpoint: { rest: `http://${address}`, stream: `ws://${address}` },
      ...{ credentials: keys, recvWindowMs: 5000, budget: ownBudget() },
    },
    { clock: createClock(1), timers: nodeTimers, log },
  );
  const news: VenueNews[] = [];
  venue.news.subscribe((one) => news.push(one));
  await venue.connect();
  const client = new Client(stand);
  return {
    buy: () => client.place({ side: 'BUY', type: 'MARKET', quantity: '0.001' }),
    told: () => news.flatMap(({ type }) => (type.startsWith('reports.') ? [type] : [])),
    hears: (orderId: number) =>
      news.some((one) => one.type === 'order.reported' && one.report.venueOrderId === `${orderId}`),
  };
}

const faults: readonly (readonly [string, StreamFault, FaultTiming])[] = [
  ['a broken frame', { kind: 'malformed' }, { times: 1 }],
  ['a broken frame after a whole one', { kind: 'malformed' }, { from: 2, times: 1 }],
  ['a closed socket', { kind: 'close', code: 1012 }, { times: 1 }],
  ['a cut socket', { kind: 'close' }, { times: 1 }],
];

test.each(faults)(
  '%s',
  async (_, fault, when) => {
    const { buy, told, hears } = await connected([{ on, when, do: fault }]);
    await buy();
    await vi.waitUntil(() => told().length >= 3, patience);
    expect(told()).toEqual(['reports.live', 'reports.lost', 'reports.live']);
    const { orderId } = await buy();
    await vi.waitUntil(() => hears(orderId), patience);
  },
  testMs,
);

test(
  'a subscription that is refused, at the start and after a loss',
  async () => {
    const { buy, told, hears } = await connected([
      { on, when: { times: 2 }, do: { kind: 'refuse' } },
      { on, when: { from: 4, times: 2 }, do: { kind: 'refuse' } },
      { on, when: { times: 1 }, do: { kind: 'close' } },
    ]);
    expect(told()).toEqual(['reports.live']);
    await buy();
    await vi.waitUntil(() => told().length >= 3, patience);
    expect(stand.lines.filter((line) => line.includes('refused')).length).toBe(4);
    const { orderId } = await buy();
    await vi.waitUntil(() => hears(orderId), patience);
  },
  testMs,
);
