// A candle and the stream it belongs to. Prices are floats here: indicators are arithmetic on floats,
// and comparing two floats read from decimal text agrees with comparing the decimals.
import { type Millis, type Timeframe, timeframeMs } from './time.ts';

/** OHLCV of one interval; `openTime` in UTC milliseconds, volume in base units. */
export interface Candle {
  readonly openTime: Millis;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** What a stream of candles is about: one pair at one timeframe on the engine's venue. */
export interface Stream {
  readonly pair: string;
  readonly timeframe: Timeframe;
}

/** `BTC/USDT@1m`: the key of a stream in maps and rows. */
export const streamKey = ({ pair, timeframe }: Stream): string => `${pair}@${timeframe}`;

/** The base currency of a pair. */
export const assetOf = (pair: string): string => pair.slice(0, pair.indexOf('/'));

/** Why a candle is unfit to be decided on; undefined when it is sound (STRATEGIES A4). */
export function candleDefect(candle: Candle, timeframe: Timeframe): string | undefined {
  const { openTime, open, high, low, close, volume } = candle;
  if (!Number.isSafeInteger(openTime) || openTime % timeframeMs(timeframe) !== 0) {
    return `expected an open time on the ${timeframe} grid, was ${openTime}`;
  }
  for (const [name, value] of [
    ['open', open],
    ['high', high],
    ['low', low],
    ['close', close],
  ] as const) {
    if (!(value > 0 && Number.isFinite(value))) return `expected ${name} above zero, was ${value}`;
  }
  if (!(volume >= 0 && Number.isFinite(volume))) return `expected volume from zero, was ${volume}`;
  if (high < Math.max(open, close)) return `expected high ≥ open and close, was ${high}`;
  if (low > Math.min(open, close)) return `expected low ≤ open and close, was ${low}`;
  return undefined;
}

/** A confirmed empty interval: flat at the last close, no volume (DOMAIN §1). */
export const emptyCandle = (openTime: Millis, lastClose: number): Candle => ({
  openTime,
  open: lastClose,
  high: lastClose,
  low: lastClose,
  close: lastClose,
  volume: 0,
});
