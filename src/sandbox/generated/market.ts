// A market made of chance: correlated assets that range, trend, sweep, panic and spring. The same seed
// is the same market, bar for bar. It is openly a fast one: a minute moves about half a percent, so
// that a person sees in minutes what a real market shows in days.
import { assert } from '../../domain/assert.ts';
import type { Candle } from '../../domain/candle.ts';
import { type Millis, timeframeMs } from '../../domain/time.ts';
import { chanceOf } from '../chance.ts';
import type { CandleSource } from '../market.ts';
import { KNOWN_PAIRS } from './asset.ts';
import { CandleStore } from './candle-store.ts';
import { Climate } from './climate.ts';
import { Walker } from './walker.ts';

const STEP = timeframeMs('1m');
/** A week and a bit: enough for every indicator up to fifteen minutes. */
const HISTORY_BARS = 10_500;
const START: Millis = Date.UTC(2025, 4, 5);
/** The opening act begins this many bars before the live market does. */
const LEAD_BARS = 2;

/** `seed` decides everything; `pairs` are listed in this order. */
export function generatedMarket(
  seed: number,
  pairs: readonly string[] = KNOWN_PAIRS,
  start: Millis = START,
): CandleSource {
  assert(start % STEP === 0, `expected a start on the minute, was ${start}`);
  const climate = new Climate(seed, HISTORY_BARS - LEAD_BARS);
  const cues = openingCues(seed, pairs);
  const assets = pairs.map((pair, index) => ({
    pair,
    walker: new Walker(seed, pair, cues[index] ?? 0),
    candles: new CandleStore(start, STEP),
  }));
  const stores = new Map(assets.map(({ pair, candles }) => [pair, candles]));
  let made = 0;

  function makeUntil(count: number): void {
    for (; made < count; made += 1) {
      const weather = climate.next();
      for (const { walker, candles } of assets) {
        candles.push(walker.next(start + made * STEP, weather));
      }
    }
  }

  function candle(pair: string, openTime: Millis): Candle | undefined {
    const bar = (openTime - start) / STEP;
    if (!Number.isSafeInteger(bar) || bar < 0) return undefined;
    makeUntil(bar + 1);
    return stores.get(pair)?.at(bar);
  }

  const live = start + HISTORY_BARS * STEP;
  return { name: `generated of seed ${seed}`, pairs, timeframe: '1m', start, live, candle };
}

/** Bars into the opening act at which each pair's scene is cued: one pair at once, then one by one. */
function openingCues(seed: number, pairs: readonly string[]): readonly number[] {
  const first = chanceOf(seed, 'opening')() < 0.5 ? 0 : Math.min(2, pairs.length - 1);
  const second = first === 0 ? Math.min(2, pairs.length - 1) : 0;
  return pairs.map((_, index) => {
    if (index === first) return 4;
    return index === second ? 11 : 16 + 2 * index;
  });
}
