// Where the sandbox's candles come from: a generated market or recorded files, behind one interface.
import type { Candle } from '../domain/candle.ts';
import { type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';

export interface CandleSource {
  /** What market it is: an account is continued on its own alone. */
  readonly name: string;
  readonly pairs: readonly string[];
  /** Timeframe of the candles themselves; coarser ones are made of them. */
  readonly timeframe: Timeframe;
  /** Open time of the first candle there is. */
  readonly start: Millis;
  /** Open time of the first candle played live on a fresh start; all before is history. */
  readonly live: Millis;
  /** Open time of the last candle; a market without it goes on for ever. */
  readonly end?: Millis;
  /** Undefined outside the market's time, and where the pair did not trade. */
  candle(pair: string, openTime: Millis): Candle | undefined;
}

/** The first candle of a pair within the market's history. */
export function firstCandle(source: CandleSource, pair: string): Candle | undefined {
  for (let at = source.start; at <= source.live; at += timeframeMs(source.timeframe)) {
    const candle = source.candle(pair, at);
    if (candle !== undefined) return candle;
  }
  return undefined;
}

/**
 * The candle of a coarser timeframe at `openTime`, made of those that opened before `until`;
 * undefined when there are none.
 */
export function aggregate(
  source: CandleSource,
  pair: string,
  timeframe: Timeframe,
  openTime: Millis,
  until: Millis,
): Candle | undefined {
  const step = timeframeMs(source.timeframe);
  const end = Math.min(openTime + timeframeMs(timeframe), until);
  let whole: Candle | undefined;
  for (let at = openTime; at < end; at += step) {
    const part = source.candle(pair, at);
    if (part !== undefined) whole = merge(whole, part, openTime);
  }
  return whole;
}

/** Worth of a candle's volume in the quote currency, at its typical price: the candles do not tell. */
export const quoteVolume = ({ high, low, close, volume }: Candle): number =>
  (volume * (high + low + close)) / 3;

/** `part` added to what came before it in the same coarser candle. */
export function merge(whole: Candle | undefined, part: Candle, openTime: Millis): Candle {
  if (whole === undefined) return { ...part, openTime };
  return {
    openTime,
    open: whole.open,
    high: Math.max(whole.high, part.high),
    low: Math.min(whole.low, part.low),
    close: part.close,
    // Eight decimals, as on the wire: sums of floats carry dust.
    volume: Math.round((whole.volume + part.volume) * 1e8) / 1e8,
  };
}
