// The resolver believes "no such order" only when nothing sent can still arrive, and twice; whatever
// the venue tells before that wins. Time is the test's own.
import { expect, test } from 'vitest';
import type { OrderNews } from '../../src/domain/conclusion.ts';
import type { Fill } from '../../src/domain/fill.ts';
import type { Order } from '../../src/domain/order.ts';
import { createResolver } from '../../src/engine/resolve.ts';
import type { OrderReport } from '../../src/ports.ts';

const order: Order = {
  clientOrderId: 'a1',
  configId: 'c',
  signalId: 's',
  pair: 'BTC/USDT',
  side: 'buy',
  purpose: 'entry',
  type: 'limit',
  quantity: '1',
  limitPrice: '100',
  stopPrice: null,
  stage: 'MATURE',
  reserved: '101',
  exitReason: null,
  at: 1_000_000,
};

const report: OrderReport = {
  clientOrderId: 'a1',
  venueOrderId: '7',
  pair: 'BTC/USDT',
  state: 'filled',
  filled: '1',
  at: 1_000_500,
};

const fill: Fill = {
  tradeId: 't1',
  clientOrderId: 'a1',
  pair: 'BTC/USDT',
  side: 'buy',
  price: '100',
  quantity: '1',
  fee: '0',
  feeAsset: 'BTC',
  at: 1_000_400,
};

/** What the venue says when asked at a time: a report, nothing, or no answer at all. */
type Answer = (now: number) => OrderReport | undefined;

async function resolve(
  answer: Answer,
  fills: (now: number) => readonly Fill[] = () => [],
  {
    listed = [],
    isUnwanted = () => false,
    about = order,
  }: {
    listed?: readonly OrderReport[];
    isUnwanted?: () => boolean;
    about?: Order;
  } = {},
) {
  let now = 0;
  const waiting: { at: number; run: () => void }[] = [];
  const story: { at: number; news: OrderNews | Fill }[] = [];
  const asked: number[] = [];
  const canceled: number[] = [];
  const pursue = createResolver({
    venue: {
      async find() {
        asked.push(now);
        return answer(now);
      },
      async fills() {
        return fills(now);
      },
      openOrders: async () => listed,
      async cancel() {
        canceled.push(now);
        return canceled.length > 1
          ? { kind: 'canceled', report: { ...report, state: 'canceled', filled: '0' } }
          : { kind: 'unknown', reason: 'no answer' };
      },
    },
    clock: { market: () => 0, wall: () => 0, monotonic: () => now, observe: () => {} },
    timers: {
      after(delay, run) {
        waiting.push({ at: now + delay, run });
        return () => {};
      },
      every: () => () => {},
    },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    recvWindowMs: 5000,
    isUnwanted,
    sink: {
      onFill: (one) => story.push({ at: now, news: one }),
      onOrderNews: (news) => story.push({ at: now, news }),
    },
  });
  pursue(about);
  // Asked for twice, it is pursued once.
  pursue(about);
  expect(waiting).toHaveLength(1);
  for (let turns = 0; waiting.length > 0 && turns < 200; turns += 1) {
    const [next] = waiting.splice(0);
    if (next === undefined) break;
    now = next.at;
    next.run();
    for (let tick = 0; tick < 24; tick += 1) await Promise.resolve();
  }
  return { story, asked, canceled, isStillAsking: waiting.length > 0 };
}

test('an order nobody knows is absent after window, processing and skew, at once, twice, a second apart', async () => {
  const { story, asked } = await resolve(() => undefined);
  // In doubt from the first miss on: a start finds it as if it were being sent.
  expect(story[0]).toMatchObject({ at: 500, news: { kind: 'unresolved' } });
  expect(story.at(-1)?.news).toMatchObject({ kind: 'ended', state: 'absent', code: 'absent' });
  expect(story.filter(({ news }) => 'kind' in news && news.kind === 'ended')).toHaveLength(1);
  const [before, last] = asked.slice(-2);
  expect(before).toBeGreaterThanOrEqual(5000 + 10_000 + 1000);
  expect(before).toBeLessThan(16_010);
  expect(last).toBe((before ?? 0) + 1000);
  expect(asked.filter((at) => at >= 16_000)).toHaveLength(2);
});

test('an order that arrives late, after many misses, is believed', async () => {
  const { story } = await resolve((now) => (now > 14_000 ? report : undefined));
  const told = story.map(({ news }) => ('kind' in news ? news.kind : 'fill'));
  expect(told.filter((kind) => kind !== 'unresolved')).toEqual(['accepted']);
  expect(told.at(-1)).toBe('accepted');
});

test('a miss before an order shows itself counts for nothing afterwards', async () => {
  let finds = 0;
  const { story } = await resolve((now) => {
    if (now < 16_000) return undefined;
    finds += 1;
    return finds === 2 ? { ...report, state: 'open', filled: '0' } : undefined;
  });
  // Miss, standing, then two misses of their own.
  expect(finds).toBe(4);
  expect(story.at(-1)?.news).toMatchObject({ state: 'absent' });
});

test('its fills are told before its end, and fills of others not at all', async () => {
  const { story } = await resolve(
    () => ({ ...report, state: 'canceled', filled: '0.5' }),
    () => [fill, { ...fill, tradeId: 't9', clientOrderId: 'someone else' }],
  );
  expect(story.map(({ news }) => ('kind' in news ? news.kind : news.tradeId))).toEqual([
    't1',
    'ended',
  ]);
});

test('trades prove it lives, although the venue does not find it', async () => {
  const { story, isStillAsking } = await resolve(
    () => undefined,
    () => [fill],
  );
  expect(isStillAsking).toBe(true);
  expect(story.filter(({ news }) => 'kind' in news && news.kind === 'ended')).toEqual([]);
});

test('a venue that does not answer proves nothing', async () => {
  const { story, isStillAsking } = await resolve(() => {
    throw new Error('connection refused');
  });
  expect(isStillAsking).toBe(true);
  // After ten minutes a person has to look; once is enough, and it is no end.
  expect(story.map(({ at, news }) => [at > 600_000, 'kind' in news && news.kind])).toEqual([
    [true, 'quarantined'],
  ]);
});

test('an order on the list of open ones lives, although the venue does not find it by its id', async () => {
  const { isStillAsking } = await resolve(
    () => undefined,
    () => [],
    { listed: [{ ...report, state: 'open', filled: '0' }] },
  );
  expect(isStillAsking).toBe(true);
});

test('a stop that rests is where it should be: nobody asks on', async () => {
  const standing: OrderReport = { ...report, state: 'open', filled: '0' };
  const { story, asked, isStillAsking } = await resolve(
    () => standing,
    () => [],
    { about: { ...order, purpose: 'protection' } },
  );
  expect([asked.length, isStillAsking]).toEqual([1, false]);
  expect(story.map(({ news }) => ('kind' in news ? news.kind : 'fill'))).toEqual(['accepted']);
});

test('an order that stands although it is to be cancelled is cancelled again, soon, until it is gone', async () => {
  const { story, asked, canceled, isStillAsking } = await resolve(
    () => ({ ...report, state: 'open', filled: '0' }),
    () => [],
    { about: { ...order, purpose: 'protection' }, isUnwanted: () => true },
  );
  expect(asked[0]).toBeLessThanOrEqual(100);
  expect(canceled).toHaveLength(2);
  expect(isStillAsking).toBe(false);
  expect(story.at(-1)?.news).toMatchObject({ kind: 'ended', state: 'canceled' });
});
