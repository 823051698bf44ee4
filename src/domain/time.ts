// Time is an input: UTC milliseconds everywhere. Market time comes from the venue's events, wall time
// from the machine; nothing in here asks a clock.

/** UTC milliseconds since the epoch. */
export type Millis = number;

export const TIMEFRAMES = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

const minute = 60_000;
const lengths: Record<Timeframe, Millis> = {
  '1m': minute,
  '5m': 5 * minute,
  '15m': 15 * minute,
  '1h': 60 * minute,
  '4h': 240 * minute,
  '1d': 1440 * minute,
};

export const DAY: Millis = lengths['1d'];

/** Length of one candle in milliseconds. */
export const timeframeMs = (timeframe: Timeframe): Millis => lengths[timeframe];

export const isTimeframe = (text: string): text is Timeframe =>
  (TIMEFRAMES as readonly string[]).includes(text);

/** Close time of the candle that opens at `openTime`: open + timeframe (STRATEGIES A31). */
export const closeTime = (openTime: Millis, timeframe: Timeframe): Millis =>
  openTime + lengths[timeframe];

/** Number of the UTC day since the epoch; independent of the machine's time zone. */
export const utcDay = (at: Millis): number => Math.floor(at / DAY);

/** ISO text of an instant, for people and for rows that people read. */
export const isoTime = (at: Millis): string => new Date(at).toISOString();
