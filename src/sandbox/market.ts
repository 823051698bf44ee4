// Where the sandbox's candles come from: a generated market or recorded files, behind one interface.
import type { Candle } from '../domain/candle.ts';
import { type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';

export interface CandleSource {
  readonly pairs: readonly string[];
  /** Timeframe of the candles themselves; coarser ones are made of them. */
  readonly timeframe: Timeframe;
  /** Open time of the first candle there is. */
  readonly start: Millis;
  /** Open time of the first candle played live on a fresh start; all before is history. */
  readonly live: Millis;
  /** Undefined outside the market's time. */
  candle(pair: string, openTime: Millis): Candle | undefined;
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
