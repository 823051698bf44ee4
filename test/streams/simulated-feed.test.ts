// The live feed in a simulated world: a market, a network that loses, doubles and cuts, a REST side that fails,
// and a machine whose clocks drift and are set. Whatever befalls it, candles are the market's, each once, in
// order, and none before the venue's own time has closed it.
import type { Exchange } from 'ccxt';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import { type Candle, emptyCandle } from '../../src/domain/candle.ts';
import { LiveFeed } from '../../src/feed/live-feed.ts';
import type { SourceListener } from '../../src/feed/source.ts';
import type { Clock, ClosedCandle, FeedNews, PriceUpdate, Timers } from '../../src/ports.ts';
import { minuteOf } from '../support/feed-bench.ts';
import { minuteMs, plainCandle } from '../support/scripted-market.ts';

const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const bars = 5;
const secondsOf = { faulty: 8 * 60, quiet: 6 * 60 + 10 };

/** What may happen in one second. */
const event = fc.oneof(
  { weight: 60, arbitrary: fc.constant({ type: 'none' } as const) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('step' as const), ms: wallStep() }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('lie' as const),
      ms: fc.integer({ min: 1000, max: 3_600_000 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('cut' as const),
      seconds: fc.integer({ min: 0, max: 150 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('deaf' as const),
      seconds: fc.integer({ min: 1, max: 90 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('restDown' as const),
      seconds: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ type: 'lost' } as const) },
  { weight: 4, arbitrary: fc.constant({ type: 'doubled' } as const) },
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** From a second to an hour, either way. */
function wallStep(): fc.Arbitrary<number> {
  const size = fc.integer({ min: 1000, max: 3_600_000 });
  return fc.tuple(size, fc.boolean()).map(([ms, isBack]) => (isBack ? -ms : ms));
}

/** Lets everything that waits for a promise go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class World {
  /** The venue's time, which is true. */
  now = minuteOf(0) + 500;
  wallOffset = 0;
  readonly released: { candle: Candle; at: number }[] = [];
  readonly news: FeedNews[] = [];
  readonly prices: PriceUpdate[] = [];
  readonly feed: LiveFeed;
  /** Until when, in true time, no connection can be had; frames are not delivered; REST fails. */
  readonly until = { cut: 0, deaf: 0, restDown: 0 };
  #listener: SourceListener | undefined;
  #every: (() => void)[] = [];
  readonly #isStamped: boolean;
  readonly #begun = this.now;

  constructor(isStamped: boolean, driftPpm: number) {
    this.#isStamped = isStamped;
    const monotonic = (): number => (this.now - this.#begun) * (1 + driftPpm / 1e6);
    const market = createClock(1, monotonic, 10_000);
    const clock: Clock = { ...market, wall: () => this.#begun + monotonic() + this.wallOffset };
    const timers: Timers = {
      after: (_, run) => {
        setImmediate(run);
        return () => {};
      },
      every: (_, run) => {
        this.#every.push(run);
        return () => {
          this.#every = [];
        };
      },
    };
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    this.feed = new LiveFeed({
      ...{ clock, timers, log },
      connect: async (listener) => {
        this.#listener = listener;
        const nothing = (): void => {};
        const lost = (): void => listener.onLost('cut by ourselves');
        const source = { isStamped, stamped: isStamped, lists: () => true, subscribe: nothing };
        return {
          client: this.#rest(),
          source: { ...source, renew: nothing, cut: lost, stop: async () => {} },
        };
      },
    });
    this.feed.candles.subscribe(({ candle }: ClosedCandle) => {
      this.released.push({ candle, at: this.now });
    });
    this.feed.news.subscribe((item) => this.news.push(item));
    this.feed.prices.subscribe((update) => this.prices.push(update));
  }

  async start(): Promise<void> {
    const started = this.feed.start([{ stream, bars }]);
    for (let turn = 0; turn < 10; turn += 1) {
      await settle();
      this.frame({});
    }
    await started;
  }

  /** A second passes: at its end a frame is sent, and the feed looks around. */
  async second(event: Event): Promise<void> {
    this.now += 1000;
    const until = (seconds: number): number => this.now + seconds * 1000;
    if (event.type === 'step') this.wallOffset += event.ms;
    if (event.type === 'cut') {
      this.until.cut = until(event.seconds);
      this.#listener?.onLost('cut');
    }
    if (event.type === 'deaf') this.until.deaf = until(event.seconds);
    if (event.type === 'restDown') this.until.restDown = until(event.seconds);
    const isHeard = this.now >= Math.max(this.until.cut, this.until.deaf);
    if (isHeard && event.type !== 'lost') {
      this.frame(event.type === 'lie' ? { lieMs: event.ms } : {});
      if (event.type === 'doubled') this.frame({});
    }
    for (const run of this.#every) run();
    await settle();
  }

  /** The newest frame, and in the first second of a minute the close before it. */
  frame({ lieMs = 0 }: { lieMs?: number }): void {
    const openTime = Math.floor(this.now / minuteMs) * minuteMs;
    const said = this.#isStamped ? this.now + lieMs : undefined;
    const flag = (closed: boolean): boolean | undefined => (this.#isStamped ? closed : undefined);
    if (this.now - openTime < 1000) {
      const whole = plainCandle(stream.pair, openTime - minuteMs);
      this.#listener?.onKline(stream, { candle: whole, closed: flag(true) }, said);
    }
    this.#listener?.onKline(stream, { candle: this.#half(openTime), closed: flag(false) }, said);
  }

  /** A candle in the making: every second changes it. */
  #half(openTime: number): Candle {
    const { open } = plainCandle(stream.pair, openTime);
    return { ...emptyCandle(openTime, open), volume: 0.001 * (1 + (this.now - openTime) / 1000) };
  }

  #rest(): Exchange {
    const answer = async <T>(value: () => T): Promise<T> => {
      if (this.now < this.until.restDown) throw new Error('503');
      return value();
    };
    const rest = {
      has: { fetchTime: true },
      fetchTime: () => answer(() => this.now),
      fetchOHLCV: (_pair: string, _timeframe: string, since: number) =>
        answer(() => {
          const rows: unknown[] = [];
          for (let at = since; at <= this.now; at += minuteMs) {
            const whole = at + minuteMs <= this.now;
            const one = whole ? plainCandle(stream.pair, at) : this.#half(at);
            rows.push([at, one.open, one.high, one.low, one.close, one.volume]);
          }
          return rows;
        }),
    };
    return rest as unknown as Exchange;
  }
}

/** Every candle the market's own, the next one each time, and closed by the venue's time when it came. */
function expectWhole(released: World['released'], until: number): void {
  const first = released[0]?.candle.openTime ?? 0;
  for (const [index, { candle, at }] of released.entries()) {
    expect(candle).toEqual(plainCandle(stream.pair, first + index * minuteMs));
    expect(at).toBeGreaterThanOrEqual(candle.openTime + minuteMs);
  }
  const newest = released.at(-1)?.candle.openTime ?? 0;
  expect(newest).toBe(Math.floor(until / minuteMs) * minuteMs - minuteMs);
}

describe.each([
  { name: 'frames with the venue’s time', isStamped: true },
  { name: 'frames without any', isStamped: false },
])('$name', ({ isStamped }) => {
  test('cuts, deafness, lies about the time, clocks that are set and drift: no candle early, lost or twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: secondsOf.faulty, maxLength: secondsOf.faulty }),
        fc.integer({ min: -500, max: 500 }),
        async (events, driftPpm) => {
          const world = new World(isStamped, driftPpm);
          await world.start();
          for (const one of events) await world.second(one);
          for (let quiet = 0; quiet < secondsOf.quiet; quiet += 1) {
            await world.second({ type: 'none' });
          }
          expectWhole(world.released, world.now);
          const last = world.news.filter(({ type }) => /live|stale/.test(type)).at(-1);
          expect(last?.type).toBe('stream.live');
          await world.feed.stop();
        },
      ),
      { numRuns: 60, interruptAfterTimeLimit: 25_000 },
    );
  }, 40_000);
});

test('without frames market time goes on with the candles of REST, a minute and a few polls behind', async () => {
  const world = new World(true, 0);
  await world.start();
  await world.second({ type: 'cut', seconds: 1200 });
  for (let second = 0; second < 1000; second += 1) {
    await world.second({ type: 'none' });
    if (second < 120) continue;
    const { at } = world.prices.at(-1) ?? { at: 0 };
    expect(at).toBeLessThanOrEqual(world.now);
    expect(at).toBeGreaterThan(world.now - 80_000);
  }
  expect(world.released.at(-1)?.at).toBeGreaterThan(world.now - 80_000);
  await world.feed.stop();
});
