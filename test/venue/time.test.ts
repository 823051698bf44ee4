// Signatures carry the venue's time, whatever the machine's clocks do: a step of the wall clock is not even
// noticed, and what is (a machine that slept) costs one refusal, never two running.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Clock } from '../../src/ports.ts';
import { connectVenue } from '../../src/venue/ccxt.ts';
import { createVenueTime } from '../../src/venue/venue-time.ts';
import { type Answer, json } from '../support/scripted-exchange.ts';
import { eachWithVenue, entry, filledAnswer, settingsFor, silentLog } from './bench.ts';

const at = eachWithVenue();

/** Binance's own check: not older than the window, not more than a second ahead. */
const fits = (timestamp: number, venueAt: number): boolean =>
  timestamp < venueAt + 1000 && venueAt - timestamp <= 5000;

/** Answers everything signed in time, refuses the rest; tells which was which. */
function strictVenue(venueNow: () => number) {
  const words: boolean[] = [];
  at.exchange.script = ({ what, parameters }): Answer | undefined => {
    if (what === 'GET /api/v3/time') return json({ serverTime: Math.floor(venueNow()) });
    const timestamp = parameters.get('timestamp');
    if (timestamp === undefined) return undefined;
    const isInTime = fits(Number(timestamp), venueNow());
    words.push(isInTime);
    if (!isInTime) return json({ code: -1021, msg: 'Timestamp for this request…' }, 400);
    if (what === 'POST /api/v3/order') {
      return json({ ...filledAnswer, clientOrderId: parameters.get('newClientOrderId') });
    }
    return what.endsWith('/account') ? json({ balances: [] }) : undefined;
  };
  return words;
}

async function venueOn(clock: Clock) {
  const venue = connectVenue(settingsFor(at.exchange), {
    ...{ clock, timers: nodeTimers, log: silentLog, placeMsMax: 2000 },
  });
  await venue.connect();
  return venue;
}

test('a wall clock that steps between any two requests makes no signature wrong', async () => {
  let step = 0;
  const clock = { ...createClock(1), wall: () => Date.now() + step };
  const words = strictVenue(() => performance.timeOrigin + performance.now() + 40_000);
  const venue = await venueOn(clock);
  const hour = 3_600_000;
  for (step of [1000, -1000, hour, -hour, 0]) {
    await venue.balances();
    await venue.place({ ...entry, clientOrderId: `${step}`.padStart(32, 'a') });
  }
  await venue.close();
  expect(words.length).toBeGreaterThanOrEqual(10);
  expect(words).not.toContain(false);
});

test('a machine that slept has one signature refused, and the next waits for the venue’s time', async () => {
  let slept = 0;
  const words = strictVenue(() => Date.now() + slept);
  const venue = await venueOn(createClock(1));
  for (const hours of [1, -2, 3]) {
    slept += hours * 3_600_000;
    words.length = 0;
    const order = (name: string): Order => ({
      ...entry,
      clientOrderId: `${name}${hours}`.padStart(32, '0'),
    });
    const first = await venue.place(order('a'));
    expect(first).toMatchObject({ kind: 'rejected', code: '-1021' });
    const [exit, late] = await Promise.all([
      venue.place({ ...order('b'), side: 'sell', purpose: 'exit' }),
      venue.place(order('c')),
      venue.balances(),
    ]);
    expect(exit.kind).toBe('accepted');
    // An entry does not wait for anything: a switch may be thrown meanwhile.
    expect(late.kind).toBe('not-sent');
    expect(words).toEqual([false, true, true]);
  }
  await venue.close();
});

test('a look-up that is refused for its time sets it right as well', async () => {
  let slept = 0;
  strictVenue(() => Date.now() + slept);
  const venue = await venueOn(createClock(1));
  slept = 3_600_000;
  await expect(venue.balances()).rejects.toThrow(/-1021|Timestamp/);
  expect(await venue.balances()).toEqual(new Map());
  await venue.close();
});

test('is right to half of the shortest way, whatever the ways are', async () => {
  const ways = fc.array(fc.tuple(fc.nat(3000), fc.nat(3000)), { minLength: 5, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(ways, fc.integer({ min: -1e9, max: 1e9 }), async (both, ahead) => {
      let monotonic = 5000;
      const left = [...both];
      const time = createVenueTime({
        async ask() {
          const [there = 0, back = 0] = left.shift() ?? [];
          monotonic += there;
          const venueAt = 1.7e12 + ahead + monotonic;
          monotonic += back;
          return venueAt;
        },
        clock: { wall: () => 1.7e12, monotonic: () => monotonic },
        timers: nodeTimers,
        log: silentLog,
      });
      await time.align();
      const shortest = Math.min(...both.map(([there, back]) => there + back));
      const off = Math.abs(time.now() - (1.7e12 + ahead + monotonic));
      expect(off).toBeLessThanOrEqual(shortest / 2 + 1);
    }),
  );
});
