// Whatever happens to the frames on their way, the candles released are those of the market: each
// once, in order, none before it closed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candle, Stream } from '../../src/domain/candle.ts';
import { type Assembled, Assembly, type RawKline } from '../../src/feed/assembly.ts';

const minuteMs = 60_000;
const start = 1_704_153_600_000;
const stream: Stream = { pair: 'BTC/USDT', timeframe: '1m' };

/** A sound candle, different from its neighbours. */
function candleAt(index: number): Candle {
  const open = 100 + ((index * 37) % 11);
  const close = 100 + (((index + 1) * 37) % 11);
  return {
    openTime: start + index * minuteMs,
    open,
    high: Math.max(open, close) + 3,
    low: Math.min(open, close) - 2,
    close,
    volume: 50 + index,
  };
}

const halfOf = (candle: Candle): Candle => ({
  ...candle,
  close: candle.open,
  volume: candle.volume / 2,
});

const releasedOf = (assembled: readonly Assembled[]): readonly Candle[] =>
  assembled.flatMap((item) => (item.type === 'released' ? [item.candle] : []));

/** A frame, and the market time at which it was sent. */
interface Sent {
  readonly at: number;
  readonly kline: RawKline;
}

/** The frames of `count` candles after the first, undisturbed: two in the making, then the close. */
function cleanFrames(count: number, flagged: boolean): Sent[] {
  return Array.from({ length: count }, (_, index) => candleAt(index + 1)).flatMap((candle) => {
    const no = flagged ? false : undefined;
    const yes = flagged ? true : undefined;
    const { openTime } = candle;
    return [
      { at: openTime, kline: { candle: halfOf(candle), closed: no } },
      { at: openTime + 30_000, kline: { candle: halfOf(candle), closed: no } },
      { at: openTime + minuteMs, kline: { candle, closed: yes } },
    ];
  });
}

/** Plays frames to an assembly that starts with one candle of history; REST answers when asked to. */
function play(frames: readonly Sent[], total: number, asks: (index: number) => boolean): Candle[] {
  const assembly = new Assembly(stream);
  const out: Candle[] = [...releasedOf(assembly.fill([candleAt(0)]))];
  let now = start + minuteMs;
  const rest = (): void => {
    const closed = Array.from({ length: total + 1 }, (_, index) => candleAt(index)).filter(
      ({ openTime }) => openTime + minuteMs <= now,
    );
    out.push(...releasedOf(assembly.fill(closed)));
  };
  frames.forEach(({ at, kline }, index) => {
    now = Math.max(now, at);
    const assembled = assembly.offer(kline);
    out.push(...releasedOf(assembled));
    if (assembled.some(({ type }) => type !== 'released') && asks(index)) rest();
  });
  now = start + (total + 1) * minuteMs;
  rest();
  return out;
}

const spoil: ((candle: Candle) => Candle)[] = [
  (candle) => ({ ...candle, close: Number.NaN }),
  (candle) => ({ ...candle, open: Number.POSITIVE_INFINITY }),
  (candle) => ({ ...candle, low: -candle.low }),
  (candle) => ({ ...candle, high: candle.low }),
  (candle) => ({ ...candle, openTime: candle.openTime + 1 }),
  (candle) => ({ ...candle, openTime: Number.NaN }),
  (candle) => ({ ...candle, volume: -1 }),
  (candle) => ({ ...candle, close: candle.close * 20, high: candle.high * 20 }),
  (candle) => ({ ...candle, low: candle.low / 50, close: candle.close / 50 }),
];

/** What may happen to one frame. */
const fate = fc.oneof(
  { weight: 6, arbitrary: fc.constant('kept' as const) },
  { weight: 1, arbitrary: fc.constant('lost' as const) },
  { weight: 1, arbitrary: fc.constant('twice' as const) },
  { weight: 1, arbitrary: fc.nat(spoil.length - 1) },
);

function disturbed(
  frames: readonly Sent[],
  fates: readonly ('kept' | 'lost' | 'twice' | number)[],
) {
  return frames.flatMap((frame, index): Sent[] => {
    const own = fates[index % fates.length] ?? 'kept';
    if (own === 'lost') return [];
    if (own === 'twice') return [frame, frame];
    if (own === 'kept') return [frame];
    const { candle, closed } = frame.kline;
    return [{ at: frame.at, kline: { candle: spoil[own]?.(candle) ?? candle, closed } }];
  });
}

const market = (total: number): Candle[] =>
  Array.from({ length: total + 1 }, (_, index) => candleAt(index));

describe.each([
  { name: 'with a closed flag', flagged: true },
  { name: 'without one', flagged: false },
])('$name', ({ flagged }) => {
  test('clean frames release every candle at its close, or when it is proven', () => {
    expect(play(cleanFrames(30, flagged), 30, () => true)).toEqual(market(30));
  });

  test('lost, doubled, spoilt and shuffled frames change nothing of what is released', () => {
    const places = fc.array(fc.nat(100), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fate, { minLength: 1, maxLength: 60 }),
        places,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        (total, fates, order, asks) => {
          const frames = disturbed(cleanFrames(total, flagged), fates)
            .map((frame, index) => ({ frame, place: index + (order[index % order.length] ?? 0) }))
            .sort((a, b) => a.place - b.place)
            .map(({ frame }) => frame);
          const released = play(frames, total, (index) => asks[index % asks.length] ?? true);
          expect(released).toEqual(market(total));
        },
      ),
      { numRuns: 400 },
    );
  });
});

test('with a flag and no loss nothing is asked of REST and nothing but candles is said', () => {
  const assembly = new Assembly(stream);
  assembly.fill([candleAt(0)]);
  const said = cleanFrames(50, true).flatMap(({ kline }) => assembly.offer(kline));
  expect(said).toEqual(
    market(50)
      .slice(1)
      .map((candle) => ({ type: 'released', candle, backfilled: false })),
  );
});

test('candles that come before history wait for it', () => {
  const assembly = new Assembly(stream);
  for (const { kline } of cleanFrames(5, true)) expect(assembly.offer(kline)).toEqual([]);
  const released = releasedOf(assembly.fill([candleAt(0), candleAt(1)]));
  expect(released).toEqual(market(5));
});

test('an absurd candle that came before history is looked at again', () => {
  const assembly = new Assembly(stream);
  const absurd = { ...candleAt(1), close: 1e6, high: 1e6 };
  assembly.offer({ candle: absurd, closed: true });
  const said = assembly.fill([candleAt(0)]);
  expect(said.map(({ type }) => type)).toEqual(['released', 'rejected']);
  expect(releasedOf(assembly.fill([candleAt(1)]))).toEqual([candleAt(1)]);
});

test('a gap is said once, with what is missing', () => {
  const assembly = new Assembly(stream);
  assembly.fill([candleAt(0)]);
  const later = [4, 5, 6].flatMap((index) =>
    assembly.offer({ candle: candleAt(index), closed: true }),
  );
  expect(later).toEqual([{ type: 'gap', from: candleAt(1).openTime, to: candleAt(4).openTime }]);
  expect(assembly.holed).toBe(true);
  const said = assembly.fill([candleAt(1), candleAt(2), candleAt(3)]);
  expect(releasedOf(said)).toEqual(market(6).slice(1));
  expect(said.map((item) => item.type === 'released' && item.backfilled)).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ]);
  expect(assembly.holed).toBe(false);
});

test('an interval REST skips is a flat candle without volume', () => {
  const assembly = new Assembly(stream);
  const said = assembly.fill([candleAt(0), candleAt(3)], candleAt(5).openTime);
  const flat = (index: number, price: number): Candle => ({
    openTime: candleAt(index).openTime,
    ...{ open: price, high: price, low: price, close: price, volume: 0 },
  });
  expect(releasedOf(said)).toEqual([
    candleAt(0),
    flat(1, candleAt(0).close),
    flat(2, candleAt(0).close),
    candleAt(3),
    flat(4, candleAt(3).close),
  ]);
});

test('a bad candle of REST is not papered over by a flat one', () => {
  const assembly = new Assembly(stream);
  const bad = { ...candleAt(1), low: Number.NaN };
  const said = assembly.fill([candleAt(0), bad, candleAt(2)], candleAt(3).openTime);
  expect(said.map(({ type }) => type)).toEqual(['released', 'rejected']);
  expect(assembly.next).toBe(candleAt(1).openTime);
});

test('history the venue no longer has is not made up', () => {
  const assembly = new Assembly(stream);
  const said = assembly.fill([candleAt(0), candleAt(500_000)]);
  expect(releasedOf(said)).toEqual([candleAt(0), candleAt(500_000)]);
});

test('what REST confirms is believed, however far it moved', () => {
  const assembly = new Assembly(stream);
  assembly.fill([candleAt(0)]);
  const crashed = { ...candleAt(1), low: 0.5, close: 0.5 };
  const [said] = assembly.offer({ candle: crashed, closed: true });
  expect(said).toMatchObject({ type: 'doubted', reason: expect.stringMatching(/×10.*was 0\.5/) });
  expect(releasedOf(assembly.fill([crashed]))).toEqual([crashed]);
});

test('of all doubles there are, none makes a candle that is none', () => {
  const any = fc.oneof(
    fc.double(),
    fc.constantFrom(
      0,
      -0,
      5e-324,
      2.2e-308,
      Number.MAX_VALUE,
      -1,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ),
    fc.double({ min: 90, max: 115, noNaN: true }),
  );
  const openTime = fc.oneof(fc.constant(candleAt(1).openTime), any);
  const candle = fc.record({
    ...{ openTime, open: any, high: any, low: any, close: any, volume: any },
  });
  fc.assert(
    fc.property(candle, fc.constantFrom(true, false, undefined), (offered, closed) => {
      const assembly = new Assembly(stream);
      assembly.fill([candleAt(0)]);
      const released = releasedOf(assembly.offer({ candle: offered, closed }));
      for (const { open, high, low, close, volume } of released) {
        expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(true);
        expect(Number.isFinite(high) && Number.isFinite(volume) && volume >= 0).toBe(true);
        expect(close < 10 * candleAt(0).close && close > candleAt(0).close / 10).toBe(true);
      }
      expect(assembly.next).toBe(candleAt(1 + released.length).openTime);
    }),
    { numRuns: 20_000 },
  );
});

test('a late change is said and decides nothing', () => {
  const assembly = new Assembly(stream);
  assembly.fill(market(5));
  const changed = { ...candleAt(4), close: candleAt(4).close + 1 };
  expect(assembly.offer({ candle: changed, closed: true })).toEqual([
    { type: 'corrected', was: candleAt(4), is: changed },
  ]);
  expect(assembly.offer({ candle: changed, closed: true })).toEqual([]);
  expect(assembly.offer({ candle: candleAt(3), closed: true })).toEqual([]);
  expect(assembly.offer({ candle: halfOf(candleAt(5)), closed: false })).toEqual([]);
});
