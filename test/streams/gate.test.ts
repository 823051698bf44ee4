// The small judges of the feed: which prices may be acted on, how long silence may last, when to ask
// again, and what counts as a number.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionWatch } from '../../src/feed/connection-watch.ts';
import { Escalation } from '../../src/feed/escalation.ts';
import { Hearing } from '../../src/feed/hearing.ts';
import { Patience } from '../../src/feed/patience.ts';
import { PriceGate } from '../../src/feed/price-gate.ts';
import { candleOf, numberOf } from '../../src/feed/row.ts';
import { Silence } from '../../src/feed/silence.ts';

const pair = 'BTC/USDT';

test('no price passes that is not one', () => {
  const gate = new PriceGate();
  for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    for (let again = 0; again < 20; again += 1) expect(gate.admit(pair, bad, 1000)).toBe(false);
  }
  expect(gate.admit(pair, 100, Number.NaN)).toBe(false);
  expect(gate.admit(pair, 100, 0)).toBe(false);
  expect(gate.admit(pair, 100, 1000)).toBe(true);
});

test('a late or absurd price is held back, each pair by itself', () => {
  const gate = new PriceGate();
  expect(gate.admit(pair, 100, 1000)).toBe(true);
  expect(gate.admit(pair, 100, 999)).toBe(false);
  expect(gate.admit(pair, 1000, 1001)).toBe(false);
  expect(gate.admit(pair, 10, 1001)).toBe(false);
  expect(gate.admit('ETH/USDT', 5, 10)).toBe(true);
  expect(gate.admit(pair, 999, 1001)).toBe(true);
});

test('an absurd price is believed once a second source tells the same, and not for anything less', () => {
  const gate = new PriceGate();
  gate.admit(pair, 100, 1000);
  expect(gate.doubted()).toEqual([]);
  for (let again = 0; again < 20; again += 1) expect(gate.admit(pair, 5, 1001)).toBe(false);
  expect(gate.doubted()).toEqual([pair]);
  gate.confirm(pair, 99);
  expect(gate.admit(pair, 5, 1002)).toBe(false);
  gate.confirm(pair, Number.NaN);
  expect(gate.admit(pair, 5, 1003)).toBe(false);
  gate.confirm(pair, 4.9);
  expect(gate.doubted()).toEqual([]);
  expect(gate.admit(pair, 5, 1004)).toBe(true);
  expect(gate.admit(pair, 100, 1005)).toBe(false);
});

test('a sound price after an absurd one: nobody need be asked', () => {
  const gate = new PriceGate();
  for (const price of [100, 5000, 101]) gate.admit(pair, price, 1000);
  expect(gate.doubted()).toEqual([]);
});

test('what the venue repeats for long is the market: exits are not blind for good', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-8, max: 1e8, noNaN: true }),
      fc.integer({ min: 1, max: 2e12 }),
      (price, at) => {
        const gate = new PriceGate();
        gate.admit(pair, 100, 1e12);
        const passed = Array.from({ length: 501 }, () => gate.admit(pair, price, at));
        expect(passed.at(-1)).toBe(true);
      },
    ),
  );
});

test('a stream is looked into after ten seconds of silence, and then ever more patiently', () => {
  const hearing = new Hearing(0);
  const looks: number[] = [];
  for (let now = 0; now <= 1_000_000; now += 1000) {
    if (!hearing.isSilent(now)) continue;
    looks.push(now);
    hearing.doubt(now);
    hearing.excused(now);
  }
  expect(looks.slice(0, 4)).toEqual([11_000, 32_000, 73_000, 154_000]);
  expect((looks.at(-1) ?? 0) - (looks.at(-2) ?? 0)).toBe(161_000);
  hearing.heard(1_000_000);
  expect(hearing.isSilent(1_010_001)).toBe(true);
});

test('a doubt that nobody answers is given up within 15 s of the last frame; a frame ends it', () => {
  const hearing = new Hearing(0);
  hearing.doubt(11_000);
  expect(hearing.isGivenUp(13_000)).toBe(false);
  expect(hearing.isGivenUp(14_000)).toBe(true);
  hearing.heard(14_000);
  expect(hearing.isDoubted).toBe(false);
  expect(hearing.isGivenUp(90_000)).toBe(false);
});

test('twice the subscription, then a new connection, then again with ever more patience', () => {
  const escalation = new Escalation(1000);
  const tried: [number, string][] = [];
  for (let now = 0; now <= 600_000; now += 1000) {
    const remedy = escalation.next(now);
    if (remedy !== undefined) tried.push([now / 1000, remedy]);
  }
  expect(tried).toEqual([
    ...[[1, 'renew'] as const, [6, 'renew'] as const],
    ...[11, 21, 41, 81, 161, 321, 481].map((at) => [at, 'cut'] as const),
  ]);
});

describe('the connection', () => {
  test('one quiet stream cuts the connection of all at most every five minutes', () => {
    const silence = new Silence(0);
    const cuts = [0, 1000, 299_000, 300_001, 300_002].filter((now) => {
      silence.heard(now);
      return silence.mayCut(now);
    });
    expect(cuts).toEqual([0, 300_001]);
  });

  test('silent as a whole it is cut at once, and a new one has its time', () => {
    const silence = new Silence(0);
    const cuts: number[] = [];
    for (let now = 1000; now <= 200_000; now += 1000) {
      if (silence.isTotal(now) && silence.mayCut(now)) cuts.push(now);
    }
    expect(cuts).toEqual([11_000, 32_000, 73_000, 154_000]);
  });

  test('many streams in trouble are one redial; on a dead connection nothing is renewed', () => {
    const watch = new ConnectionWatch(0);
    watch.heard(100);
    for (let stream = 0; stream < 50; stream += 1) watch.want('renew');
    expect(watch.look(200, 0)).toMatchObject({ remedy: 'renew' });
    expect(watch.look(300, 0)).toBeUndefined();
    watch.want('cut');
    watch.want('renew');
    expect(watch.look(400, 0)).toMatchObject({ remedy: 'cut' });
    watch.want('renew');
    expect(watch.look(20_000, 0)).toMatchObject({ remedy: 'cut' });
  });

  test('twenty garbled frames within a minute cut it, nineteen do not', () => {
    const watch = new ConnectionWatch(0);
    for (let frame = 0; frame < 19; frame += 1) watch.malformed(frame);
    expect(watch.look(1000, 0)).toBeUndefined();
    for (let frame = 0; frame < 19; frame += 1) watch.malformed(61_000 + frame);
    expect(watch.look(62_000, 0)).toBeUndefined();
    watch.malformed(62_500);
    expect(watch.look(63_000, 0)).toMatchObject({ remedy: 'cut' });
    expect(watch.look(64_000, 0)).toBeUndefined();
  });

  test('before the venue ends it, it is dialled anew, far from any close', () => {
    const watch = new ConnectionWatch(0);
    watch.noticed();
    const minuteMs = 60_000;
    for (const intoMinute of [0, 4999, 45_001, 59_999]) {
      expect(watch.look(1000, minuteMs * 7 + intoMinute)).toBeUndefined();
    }
    expect(watch.look(1000, minuteMs * 7 + 5000)).toMatchObject({ remedy: 'cut' });
    watch.lost(1001);
    expect(watch.look(2000, minuteMs * 8 + 5000)).toBeUndefined();
    const day = 24 * 60 * minuteMs;
    expect(watch.look(day - 31 * minuteMs, 20_000)).toBeUndefined();
    expect(watch.look(day - 29 * minuteMs, 20_000)).toMatchObject({ remedy: 'cut' });
  });

  test('candles that move without trades: they are subscribed anew, in the end on a new connection', () => {
    const watch = new ConnectionWatch(0);
    const remedies: [number, string][] = [];
    for (let now = 0; now <= 60_000; now += 1000) {
      watch.heard(now);
      // Candles that tell of the last trade are its echo.
      if (now < 10_000) watch.traded(pair, now);
      watch.moved(pair, now);
      watch.moved('NO/TRADES', now);
      const prescription = watch.look(now, 0);
      if (prescription !== undefined) remedies.push([now / 1000, prescription.remedy]);
    }
    expect(remedies).toEqual([
      [21, 'renew'],
      [26, 'renew'],
      [31, 'cut'],
    ]);
    watch.traded(pair, 60_000);
    watch.moved(pair, 61_000);
    expect(watch.look(90_000, 0)).toBeUndefined();
  });
});

test('what failed is asked for again after 1, 1, 2, 4, 8, 8 checks; polls come every 5', () => {
  const wait = (patience: Patience, polling: boolean): number => {
    for (let checks = 1; ; checks += 1) if (patience.isOver(polling, () => true)) return checks;
  };
  const patience = new Patience();
  const waits = Array.from({ length: 6 }, () => {
    const checks = wait(patience, false);
    patience.failed();
    return checks;
  });
  expect(waits).toEqual([1, 1, 2, 4, 8, 8]);
  patience.succeeded();
  expect(wait(patience, false)).toBe(1);
  expect(wait(patience, true)).toBe(5);
  expect(Array.from({ length: 7 }, () => patience.isOver(true, () => false))).not.toContain(true);
  expect(wait(patience, true)).toBe(1);
  expect([patience.silent(), patience.silent()]).toEqual([1, 2]);
  patience.heard();
  expect(patience.silent()).toBe(1);
});

test('numbers are numbers or decimal text; nothing else is, and nothing is zero', () => {
  expect([numberOf('12.50'), numberOf(3), numberOf('1e3')]).toEqual([12.5, 3, 1000]);
  for (const bad of ['', ' ', null, undefined, true, [], [5], {}, '1,5', 'NaN']) {
    expect(numberOf(bad)).toBeNaN();
  }
  expect(candleOf([60_000, '1', 2, '0.5', '1.5', null])).toEqual({
    openTime: 60_000,
    ...{ open: 1, high: 2, low: 0.5, close: 1.5, volume: Number.NaN },
  });
});
