// Candles over REST: whole ones, and the one in the making as far as it has been played.
import { isTimeframe, type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import type { Exchange } from './exchange.ts';
import { aggregate } from './market.ts';
import { integer, limitOf, type Parameters } from './parameter.ts';
import { refusals } from './refusal.ts';
import { klineRow } from './shape.ts';

/** `GET /api/v3/klines`. Throws `VenueRefusal`. */
export function klines(exchange: Exchange, parameters: Parameters): unknown {
  const { pair } = exchange.board.listing(parameters.get('symbol'));
  const interval = parameters.get('interval');
  if (interval === undefined) throw refusals.missing('interval');
  if (!isTimeframe(interval)) throw refusals.interval();
  const { source } = exchange;
  const length = timeframeMs(interval);
  if (length < timeframeMs(source.timeframe)) throw refusals.interval();
  const limit = limitOf(parameters, { preset: 500, most: 1000 });
  const now = exchange.player.now();
  const current = Math.floor(now / length) * length;
  const end = Math.min(integer(parameters, 'endTime', now), now);
  const last = Math.min(current, Math.floor(end / length) * length);
  // From a time on the oldest there are; without one the newest.
  const isOnward = parameters.has('startTime');
  const from = integer(parameters, 'startTime', 0);
  const first = Math.max(Math.ceil(from / length) * length, earliest(exchange, interval));
  const rows: unknown[] = [];
  let at = isOnward ? first : last;
  for (; at >= first && at <= last && rows.length < limit; at += isOnward ? length : -length) {
    const candle = candleAt(exchange, pair, interval, at, now);
    const { count } = exchange.player.trades(at, Math.min(at + length, now));
    if (candle !== undefined) rows.push(klineRow(candle, interval, count));
  }
  return isOnward ? rows : rows.reverse();
}

const earliest = ({ source }: Exchange, timeframe: Timeframe): Millis =>
  Math.ceil(source.start / timeframeMs(timeframe)) * timeframeMs(timeframe);

/** A whole candle, or the one in the making as far as it has been played. */
function candleAt(exchange: Exchange, pair: string, timeframe: Timeframe, at: Millis, now: Millis) {
  const { source, player } = exchange;
  const base = timeframeMs(source.timeframe);
  const played = Math.floor(now / base) * base;
  const partial = at + timeframeMs(timeframe) > played ? player.candle(pair) : undefined;
  if (partial === undefined || partial.openTime < at) {
    return aggregate(source, pair, timeframe, at, played);
  }
  return exchange.candle(pair, timeframe, at, partial);
}
