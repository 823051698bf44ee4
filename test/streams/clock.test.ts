// Market time runs on from the venue's events, never backwards, and no single event throws it far ahead.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClock, nodeTimers } from '../../src/clock.ts';

const start = 1_704_153_600_000;
const hourMs = 3_600_000;

function bench(speed: number, leapMs?: number) {
  let wall = 5000;
  const clock = createClock(speed, () => wall, leapMs);
  return {
    clock,
    pass(ms: number) {
      wall += ms;
    },
  };
}

test('it is 0 before the first event, then runs at its speed and stands in silence', () => {
  const { clock, pass } = bench(120);
  pass(1000);
  expect(clock.market()).toBe(0);
  clock.observe(start);
  pass(250);
  expect(clock.market()).toBe(start + 250 * 120);
  pass(60_000);
  const held = clock.market();
  expect(held).toBe(start + 30_000 * 120);
  pass(60_000);
  expect(clock.market()).toBe(held);
  clock.observe(held + 1);
  expect(clock.market()).toBe(held + 1);
});

test('it never runs backwards, whatever is observed', () => {
  const event = fc.oneof(
    fc.integer({ min: start - 10 * hourMs, max: start + 10 * hourMs }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 0, Number.MAX_SAFE_INTEGER),
  );
  const step = fc.record({ event, waitMs: fc.nat(40_000) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
      const { clock, pass } = bench(1);
      clock.observe(start);
      let before = clock.market();
      for (const { event, waitMs } of steps) {
        clock.observe(event);
        pass(waitMs);
        expect(clock.market()).toBeGreaterThanOrEqual(before);
        before = clock.market();
      }
    }),
  );
});

test('one event from a far future is not believed, three that agree are', () => {
  const { clock } = bench(1);
  clock.observe(start);
  clock.observe(Number.MAX_SAFE_INTEGER);
  clock.observe(start + 1);
  clock.observe(Number.MAX_SAFE_INTEGER);
  expect(clock.market()).toBe(start + 1);
  // A week of absence: the venue says so again and again.
  const week = start + 168 * hourMs;
  clock.observe(week);
  clock.observe(week + 5);
  expect(clock.market()).toBe(start + 1);
  clock.observe(week + 7);
  expect(clock.market()).toBe(week + 7);
});

test('how far an event may be ahead is given; those that agree may come a minute apart', () => {
  const { clock, pass } = bench(1, 10_000);
  clock.observe(start);
  clock.observe(start + 10_001);
  expect(clock.market()).toBe(start);
  clock.observe(start + 10_000);
  expect(clock.market()).toBe(start + 10_000);
  // A day of absence, and a market that seldom trades.
  const day = start + 24 * hourMs;
  for (const minute of [0, 1]) {
    clock.observe(day + minute * 60_000);
    expect(clock.market()).toBeLessThan(start + hourMs);
    pass(60_000);
  }
  clock.observe(day + 120_000);
  expect(clock.market()).toBe(day + 120_000);
});

test("timers run, and are cancelled by their handle, on Node's own", async () => {
  let [once, often, never] = [0, 0, 0];
  nodeTimers.after(1, () => {
    once += 1;
  });
  const cancel = nodeTimers.after(1, () => {
    never += 1;
  });
  cancel();
  const stop = nodeTimers.every(2, () => {
    often += 1;
    if (often === 3) stop();
  });
  await expect.poll(() => often, { interval: 2 }).toBe(3);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect([once, often, never]).toEqual([1, 3, 0]);
});
