// An outage of one candle or of five hundred: what a repair brings feeds the indicators, to the last bit as if
// nothing had been missed, and becomes no order once its moment is over.
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import type { Candle } from '../../src/domain/candle.ts';
import { Series } from '../../src/domain/series.ts';
import { Assembly } from '../../src/feed/assembly.ts';
import { chanceOf } from '../../src/sandbox/chance.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { configurationOf } from '../support/bench.ts';
import { type Stage, startStage } from '../support/stage.ts';

const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const minuteMs = 60_000;
const source = generatedMarket(3);
const [warm, total] = [620, 2400];
const candles: readonly Candle[] = Array.from({ length: total }, (_, index) => {
  const candle = source.candle(stream.pair, source.live + (index - warm) * minuteMs);
  if (candle === undefined) throw new Error('expected a candle, was none');
  return candle;
});

const bitsOf = (series: Series): Float64Array => {
  const bars = Array.from({ length: 256 }, (_, back) => series.last - back);
  return Float64Array.from(
    bars.flatMap((bar) => [
      ...[series.close(bar), series.atr(bar), series.rsi(bar)],
      ...[series.average(bar), series.relativeVolume(bar)],
    ]),
  );
};

/** The series of all candles, of which `missed` from `from` on came by a repair. */
function seriesWith(from: number, missed: number): Series {
  const series = new Series('1m', 1024);
  const assembly = new Assembly(stream);
  const push = (assembled: ReturnType<Assembly['fill']>): void => {
    for (const item of assembled) if (item.type === 'released') series.push(item.candle);
  };
  push(assembly.fill(candles.slice(0, 1)));
  for (let index = 1; index < 1200; index += 1) {
    if (index >= from && index < from + missed) continue;
    const assembled = assembly.offer({ candle: candles[index] as Candle, closed: true });
    push(assembled);
    if (assembled.some(({ type }) => type === 'gap'))
      push(assembly.fill(candles.slice(from, index)));
  }
  return series;
}

test('after an outage of 1 to 500 candles every indicator is equal to the last bit', () => {
  const whole = Buffer.from(bitsOf(seriesWith(0, 0)).buffer);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 690 }),
      fc.integer({ min: 1, max: 500 }),
      (from, missed) => {
        const interrupted = Buffer.from(bitsOf(seriesWith(from, missed)).buffer);
        expect(interrupted.equals(whole)).toBe(true);
      },
    ),
    {
      numRuns: 60,
      examples: [
        [600, 1],
        [650, 500],
      ],
    },
  );
});

interface Decided {
  readonly configId: string;
  /** Of the candle. */
  readonly at: number;
  readonly isApproved: boolean;
  readonly age: number;
}

const decidedBy = ({ entries }: Stage): readonly Decided[] =>
  entries.flatMap((entry): readonly Decided[] => {
    if (entry.type !== 'signal.approved' && entry.type !== 'signal.refused') return [];
    const { configId, at } = entry.data.signal;
    return [{ configId, at, isApproved: entry.type === 'signal.approved', age: entry.at - at }];
  });

/** Plays the market to an engine; `missed` says of a bar how many from it on come late, all at once. */
async function play(missed: (bar: number) => number): Promise<Stage> {
  const clock = createClock(1, () => 0);
  const stage = await startStage({
    ...{ directory: temporaryDirectory(), clock },
    // The one without capital holds nothing: what it says follows from its candles alone.
    configurations: [
      configurationOf('trades', stream),
      configurationOf('watches', { ...stream, stage: 'PAPER' }),
    ],
  });
  const close = (index: number): number => (candles[index]?.openTime ?? 0) + minuteMs;
  clock.observe(close(0));
  for (let bar = 0; bar < total; ) {
    const late = bar < warm ? 0 : Math.min(missed(bar), total - bar - 1);
    if (late > 0) stage.stale(stream);
    clock.observe(close(bar + Math.max(0, late - 1)));
    for (const candle of candles.slice(bar, bar + late)) stage.candle(stream, candle, true);
    if (late > 0 || bar === warm) {
      stage.live(stream);
      await stage.settled();
    }
    bar += late;
    const candle = candles[bar] as Candle;
    clock.observe(close(bar));
    stage.price(stream.pair, candle.close);
    stage.candle(stream, candle, bar < warm);
    stage.price(stream.pair, candle.close);
    // The batch of this close is decided before the next.
    await turn();
    await stage.engine.record([]);
    await turn();
    bar += 1;
  }
  await stage.settled();
  return stage;
}

test('what an outage brought late is never ordered, and what follows is decided as ever', async () => {
  const chance = chanceOf(5, 'outage');
  const lengths = [1, 2, 5, 40, 120, 500];
  const outages: { from: number; bars: number }[] = [];
  const interrupted = await play((bar) => {
    if (outages.length === lengths.length || chance() < 0.985) return 0;
    const bars = lengths[outages.length] ?? 0;
    outages.push({ from: source.live + (bar - warm) * minuteMs, bars });
    return bars;
  });
  const whole = await play(() => 0);
  expect(outages).toHaveLength(lengths.length);

  const orders = decidedBy(interrupted).filter(({ isApproved }) => isApproved);
  expect(orders.length).toBeGreaterThan(3);
  expect(orders.every(({ age }) => age >= 0 && age <= minuteMs)).toBe(true);
  const isMissed = ({ at }: Decided): boolean =>
    outages.some(({ from, bars }) => at > from && at <= from + bars * minuteMs);
  expect(orders.filter(isMissed)).toEqual([]);
  const said = (stage: Stage): readonly number[] =>
    decidedBy(stage).flatMap((one) =>
      one.configId === 'watches' && !isMissed(one) ? [one.at] : [],
    );
  expect(said(whole).length).toBeGreaterThan(10);
  expect(said(interrupted)).toEqual(said(whole));
  expect(decidedBy(whole).some(isMissed)).toBe(true);
  await interrupted.stop();
  await whole.stop();
}, 60_000);
