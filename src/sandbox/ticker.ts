// The last 24 hours of a pair: of its candles, and of the one in the making.
import type { Candle } from '../domain/candle.ts';
import { DAY, type Millis, timeframeMs } from '../domain/time.ts';
import type { Exchange } from './exchange.ts';
import { merge, quoteVolume } from './market.ts';

export interface DayTicker {
  /** Its close is the last price. */
  readonly whole: Candle;
  readonly quoteVolume: number;
  /** Close of the candle before the window; its first open where there is none. */
  readonly closeBefore: number;
  readonly from: Millis;
  readonly to: Millis;
}

/** Undefined for a pair that did not trade that long. */
export function dayTicker({ source, player }: Exchange, pair: string): DayTicker | undefined {
  const length = timeframeMs(source.timeframe);
  const now = player.now();
  const current = Math.floor(now / length) * length;
  const from = Math.max(source.start, current + length - DAY);
  let whole: Candle | undefined;
  let inQuote = 0;
  for (let at = from; at <= current; at += length) {
    const part = at < current ? source.candle(pair, at) : player.candle(pair);
    if (part === undefined || part.openTime !== at) continue;
    whole = merge(whole, part, from);
    inQuote += quoteVolume(part);
  }
  if (whole === undefined) return undefined;
  const closeBefore = source.candle(pair, from - length)?.close ?? whole.open;
  return { whole, quoteVolume: inQuote, closeBefore, from, to: now };
}
