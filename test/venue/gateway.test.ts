// The last line before the socket: what it stops, what it must never stop.
import fc from 'fast-check';
import { NEVER } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { BREAKER_IDS, breakerRule } from '../../src/domain/breaker.ts';
import { assetOf } from '../../src/domain/candle.ts';
import { fact } from '../../src/domain/fact.ts';
import { apply, draftOf } from '../../src/domain/fold.ts';
import { decimal } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { stopping } from '../../src/domain/stopping.ts';
import type { Clock, Outcome, Venue } from '../../src/ports.ts';
import { Gateway, type GatewayOptions } from '../../src/venue/gateway.ts';
import { openedBook } from '../support/bench.ts';
import { entry } from './bench.ts';

const unknown: Outcome = { kind: 'unknown', reason: 'no answer' };

/** A venue that notes what reaches it, and what the gateway complains of. */
function gatewayOver(options: Partial<GatewayOptions> & { now?: () => number }) {
  const reached: Order[] = [];
  const canceled: string[] = [];
  const breaches: string[] = [];
  const venue: Venue = {
    name: 'noting',
    news: NEVER,
    connect: async () => new Map(),
    instruments: async () => new Map(),
    balances: async () => new Map(),
    async place(order) {
      reached.push(order);
      return unknown;
    },
    async cancel({ clientOrderId }) {
      canceled.push(clientOrderId);
      return { kind: 'unknown', reason: 'no answer' };
    },
    find: async () => undefined,
    fills: async () => [],
    openOrders: async () => [],
    close: async () => {},
  };
  const now = options.now ?? (() => 0);
  const clock: Clock = { market: now, wall: now, monotonic: now, observe() {} };
  const caps = {
    ...{ ordersPerMinuteMax: 3, notionalPerMinuteMax: decimal('1000') },
    ...{ sendsPerMinuteMax: 50, sendsPerMinuteCeiling: 500 },
  };
  const onBreach = (code: string) => breaches.push(code);
  const checks = { mayIncreaseExposure: () => true, takeCommitted: () => true, onBreach };
  const gateway = new Gateway({ venue, clock, caps, ...checks, ...options });
  return { gateway, reached, canceled, breaches };
}

let decisions = 0;
/** An entry that nobody decided before. */
const anew = (reserved = '100'): Order => {
  decisions += 1;
  return { ...entry, reserved, signalId: `one@${decisions}` };
};
const small: Order = anew();
const exit: Order = { ...entry, purpose: 'exit', side: 'sell', reserved: '0', exitReason: 'stop' };

test('passes an outcome on as it is', async () => {
  const { gateway, reached } = gatewayOver({});
  expect(await gateway.place(small)).toBe(unknown);
  expect(reached).toEqual([small]);
});

test('the kill switch stops entries and lets every exit pass', async () => {
  const { gateway, reached } = gatewayOver({ mayIncreaseExposure: () => false });
  expect(await gateway.place(small)).toMatchObject({ kind: 'not-sent', code: 'kill-switch' });
  expect(await gateway.place(exit)).toBe(unknown);
  expect(reached).toEqual([exit]);
});

test('what takes risk away passes every switch: a stop at the venue, a cancel', async () => {
  const { gateway, reached, canceled } = gatewayOver({ mayIncreaseExposure: () => false });
  const stop: Order = { ...exit, purpose: 'protection', type: 'stop-limit', exitReason: null };
  expect(await gateway.place(stop)).toBe(unknown);
  expect(reached).toEqual([stop]);
  expect(await gateway.cancel(stop)).toEqual({ kind: 'unknown', reason: 'no answer' });
  expect(canceled).toEqual([stop.clientOrderId]);
});

test('a kill switch that cannot be read is taken as thrown', async () => {
  const { gateway, reached } = gatewayOver({
    mayIncreaseExposure() {
      throw new Error('no such file system');
    },
  });
  expect(await gateway.place(small)).toMatchObject({ kind: 'not-sent', code: 'kill-switch' });
  expect(await gateway.place(exit)).toBe(unknown);
  expect(reached).toEqual([exit]);
});

test.each(BREAKER_IDS)('%s stops what it is about, and no exit', async (id) => {
  const { scope, action } = breakerRule(id);
  const on = { portfolio: '', venue: '', asset: 'BTC', configuration: entry.configId }[scope];
  for (const isHalf of [false, true]) {
    const book = draftOf(openedBook());
    const trip = { id, on, at: 0, value: 1, trip: 1, until: null };
    apply(book, fact('breaker.tripped', { at: 0, key: id }, trip));
    if (isHalf) apply(book, fact('breaker.half-opened', { at: 0, key: id }, { id, on }));
    const { gateway, reached } = gatewayOver({
      mayIncreaseExposure: ({ configId, pair, clientOrderId }) =>
        stopping(book, { configId, asset: assetOf(pair) }, clientOrderId) === undefined,
    });
    await gateway.place(small);
    await gateway.place(exit);
    // Half open it lets through what the book let through, and that was not this one.
    const passes = action.kind === 'scale' && !isHalf;
    expect(reached).toEqual(passes ? [small, exit] : [exit]);
  }
});

test('what nobody committed is not sent, and what was committed is sent once', async () => {
  const committed = new Set([exit.clientOrderId]);
  const takeCommitted = (id: string) => committed.delete(id);
  const { gateway, reached, breaches } = gatewayOver({ takeCommitted });
  expect(await gateway.place({ ...small, clientOrderId: 'invented' })).toMatchObject({
    kind: 'not-sent',
    code: 'uncommitted',
  });
  expect(await gateway.place(exit)).toBe(unknown);
  expect(await gateway.place(exit)).toMatchObject({ kind: 'not-sent', code: 'uncommitted' });
  expect(reached).toEqual([exit]);
  expect(breaches).toEqual(['uncommitted', 'uncommitted']);
});

test('entries a minute are capped, exits are not, and a minute later it goes on', async () => {
  let now = 0;
  const { gateway, reached, breaches } = gatewayOver({ now: () => now });
  for (let sent = 0; sent < 3; sent += 1) await gateway.place(anew());
  expect(breaches).toEqual([]);
  for (let sent = 0; sent < 3; sent += 1) await gateway.place(anew());
  expect(reached).toHaveLength(3);
  expect(breaches).toEqual(Array(3).fill('orders-per-minute'));
  expect(await gateway.place(anew())).toMatchObject({ code: 'orders-per-minute' });
  for (let sent = 0; sent < 6; sent += 1) await gateway.place(exit);
  expect(reached).toHaveLength(9);
  now = 60_000;
  await gateway.place(anew());
  expect(reached).toHaveLength(10);
});

test('money a minute is capped', async () => {
  const { gateway, reached } = gatewayOver({});
  await gateway.place(anew('600'));
  const outcome = await gateway.place(anew('400.00000001'));
  expect(outcome).toMatchObject({ kind: 'not-sent', code: 'notional-per-minute' });
  await gateway.place(anew('400'));
  expect(reached.map(({ reserved }) => reserved)).toEqual(['600', '400']);
});

test('one entry on a decision, ever', async () => {
  let now = 0;
  const { gateway, reached, breaches } = gatewayOver({ now: () => now });
  const first = anew();
  await gateway.place(first);
  now = 600_000;
  const again = await gateway.place({ ...first, clientOrderId: 'other' });
  expect(again).toMatchObject({ kind: 'not-sent', code: 'orders-per-decision' });
  expect([reached, breaches]).toEqual([[first], ['orders-per-decision']]);
  // Its exits carry the same decision, as many as it takes.
  for (let leg = 0; leg < 3; leg += 1) await gateway.place({ ...exit, signalId: first.signalId });
  expect(reached).toHaveLength(4);
});

describe('a bug that sends on every tick', () => {
  const many = 2000;

  test('with entries is stopped at the cap', async () => {
    const { gateway, reached, breaches } = gatewayOver({});
    for (let tick = 0; tick < many; tick += 1) await gateway.place(anew('1'));
    expect(reached).toHaveLength(3);
    expect(breaches).toContain('orders-per-minute');
  });

  test('with exits and cancels is told at once, ends entries, and is stopped far above any need', async () => {
    let now = 0;
    const { gateway, reached, canceled, breaches } = gatewayOver({ now: () => now });
    for (let tick = 0; tick < 25; tick += 1) {
      await gateway.place(exit);
      await gateway.cancel(exit);
    }
    expect(breaches).toEqual([]);
    expect(await gateway.place(anew('1'))).toMatchObject({ kind: 'not-sent', code: 'runaway' });
    for (let tick = 0; tick < many; tick += 1) {
      await gateway.place(exit);
      await gateway.cancel(exit);
    }
    expect(reached.length + canceled.length).toBe(500);
    expect(breaches).toEqual(['runaway']);
    expect(await gateway.place(exit)).toMatchObject({ kind: 'not-sent', code: 'runaway' });
    expect(await gateway.cancel(exit)).toMatchObject({ kind: 'unknown' });
    now = 60_000;
    expect(await gateway.place(exit)).toBe(unknown);
    expect(await gateway.place(anew('1'))).toBe(unknown);
  });

  test('market time that stands still keeps nobody in for longer than a minute of the machine', async () => {
    let monotonic = 0;
    const clock: Clock = {
      market: () => 7,
      wall: () => 7,
      monotonic: () => monotonic,
      observe() {},
    };
    const { gateway, reached } = gatewayOver({ clock });
    for (let tick = 0; tick < many; tick += 1) await gateway.place(exit);
    expect(reached).toHaveLength(500);
    monotonic = 60_000;
    await gateway.place(exit);
    expect(reached).toHaveLength(501);
  });
});

test('in no minute does more than the caps pass, whatever is asked', async () => {
  const asked = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 40_000 }),
      reserved: fc.integer({ min: 1, max: 900 }),
      isExit: fc.boolean(),
    }),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(asked, async (steps) => {
      const passed = await entriesThrough(steps);
      for (const { at } of passed) {
        const minute = passed.filter((other) => other.at >= at && other.at < at + 60_000);
        expect(minute.length).toBeLessThanOrEqual(3);
        expect(minute.reduce((sum, { reserved }) => sum + reserved, 0)).toBeLessThanOrEqual(1000);
      }
    }),
  );
});

/** The entries that passed a gateway while every exit did. */
async function entriesThrough(
  steps: readonly { waitMs: number; reserved: number; isExit: boolean }[],
): Promise<{ at: number; reserved: number }[]> {
  let now = 0;
  const { gateway, reached } = gatewayOver({ now: () => now });
  const passed: { at: number; reserved: number }[] = [];
  for (const { waitMs, reserved, isExit } of steps) {
    now += waitMs;
    const before = reached.length;
    await gateway.place(isExit ? exit : anew(String(reserved)));
    if (isExit) expect(reached.length).toBe(before + 1);
    else if (reached.length > before) passed.push({ at: now, reserved });
  }
  return passed;
}
