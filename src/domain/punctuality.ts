// Whether the candles of each asset come when they are due: the age of the last close of each of its
// streams, in candles.
import { assetOf, type Candle, type Stream, streamKey } from './candle.ts';
import { closeTime, type Millis, timeframeMs } from './time.ts';

/** Young on the machine's clock is no reproach on the market's: a market played fast outruns its frames. */
const wallMsMin: Millis = 10_000;

interface Last {
  readonly asset: string;
  readonly length: Millis;
  readonly closedAt: Millis;
  readonly heardAt: Millis;
}

export class Punctuality {
  readonly #streams = new Map<string, Last>();

  closed(stream: Stream, { openTime }: Candle, now: Millis): void {
    const { pair, timeframe } = stream;
    this.#streams.set(streamKey(stream), {
      asset: assetOf(pair),
      length: timeframeMs(timeframe),
      closedAt: closeTime(openTime, timeframe),
      heardAt: now,
    });
  }

  /**
   * Age of the oldest last close of each asset in its stream's candles, at a market time and a monotonic
   * one. An asset without any close has none: nobody can decide on it either.
   */
  ages(market: Millis, now: Millis): ReadonlyMap<string, number> {
    const ages = new Map<string, number>();
    for (const { asset, length, closedAt, heardAt } of this.#streams.values()) {
      const age = now - heardAt < wallMsMin ? 0 : (market - closedAt) / length;
      ages.set(asset, Math.max(age, ages.get(asset) ?? 0));
    }
    return ages;
  }
}
