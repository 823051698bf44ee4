// A market in which two configurations buy the same pair one after the other, with stops at different
// levels; and then what the trial wants: nothing, a dip to the higher stop, to both, or through everything.
import type { Candle } from '../../../src/domain/candle.ts';
import { generatedMarket } from '../../../src/sandbox/generated/market.ts';
import type { Parameters } from '../../../src/strategies/strategy.ts';
import { calm, cents, decisionsOn } from '../crafted-market.ts';

/** What the price does once both have bought. */
export type Course = 'calm' | 'dip' | 'plunge' | 'crash';

const minuteMs = 60_000;
const historyBars = 1000;
/** Bars before the first BUY, with the dozen that the market brings: time for the trader to load its history. */
const spareBars = 6;
/** Bars between the second BUY and what follows: time for the stops to be placed. */
const restBars = 8;
const seed = 93;

const patient = { target_min_r: 10, target_r: 10, target_max_r: 20, bars_max: 500 };
/** By id; the second one's stop is the higher. */
export const PARAMETERS = {
  first: { ...patient, stop_buffer: 4 },
  second: {
    ...{ ...patient, stop_buffer: 1, pivot_bars: 8 },
    ...{ relative_volume_min: 0.8, close_location_min: 0.4, confidence_min: 0.2 },
  },
};

export interface KillMarket {
  readonly candles: readonly Candle[];
  readonly historyBars: number;
}

/** The way to the second BUY, made once. Throws where the seed does not bring the two. */
let way: { readonly candles: readonly Candle[]; readonly stop: number; readonly higher: number };

function wayToBoth(): typeof way {
  const source = generatedMarket(seed);
  const candles: Candle[] = [];
  const from = source.live - (historyBars + spareBars) * minuteMs;
  for (let at = from; at < source.live + 60 * minuteMs; at += minuteMs) {
    const candle = source.candle('BTC/USDT', at);
    if (candle !== undefined) candles.push(candle);
  }
  const first = buyOn(candles, PARAMETERS.first);
  const second = buyOn(candles, PARAMETERS.second);
  if (!(second.bar > first.bar && first.stop < second.stop)) {
    throw new Error('expected the second to buy later and to stop higher');
  }
  return { candles: candles.slice(0, second.bar + 1), stop: first.stop, higher: second.stop };
}

/** The market that takes `course` after both have bought. */
export function killMarket(course: Course): KillMarket {
  way ??= wayToBoth();
  const { candles, stop, higher } = way;
  const last = candles.at(-1);
  if (last === undefined) throw new Error('expected candles, were none');
  const at = last.openTime + minuteMs;
  const price = last.close;
  const lows: Readonly<Record<Course, number>> = {
    ...{ calm: price, dip: (stop + higher) / 2, plunge: stop * 0.996, crash: stop * 0.98 },
  };
  const low = lows[course];
  const dipAt = at + restBars * minuteMs;
  const after = [
    ...calm(at, price, restBars),
    // A crash leaves nobody time to sell on the way: it opens at its low.
    dip(dipAt, price, low, course === 'crash' ? low : price),
    ...calm(dipAt + minuteMs, price, 600),
  ];
  return { candles: [...candles, ...after], historyBars };
}

/** One candle down to `low` and back: too short to let anybody leave at its close, too thin to buy on. */
const dip = (openTime: number, price: number, low: number, open: number): Candle => ({
  ...{ openTime, open: cents(open), high: price, low: cents(low), close: price, volume: 0.01 },
});

function buyOn(candles: readonly Candle[], parameters: Parameters): { bar: number; stop: number } {
  const decisions = decisionsOn(candles, { fee: 0.001, slippage: 0.0005 }, parameters);
  for (const [bar, { direction, stop }] of decisions) {
    if (bar >= historyBars && direction === 'BUY') return { bar, stop };
  }
  throw new Error('expected a BUY, was none');
}
