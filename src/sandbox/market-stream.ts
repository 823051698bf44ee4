// The public streams' frames: klines, trades, tickers and book changes, in market time.
import type { Candle } from '../domain/candle.ts';
import { isTimeframe, type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import type { BookChange } from './book.ts';
import type { Exchange } from './exchange.ts';
import { type Listing, wire } from './listing.ts';
import type { Move } from './player.ts';
import { klineShape, levelRow } from './shape.ts';
import type { Subscriptions } from './subscription.ts';
import { dayTicker } from './ticker.ts';

/** Tickers come this often at most, by the wall. */
const tickerWallMs = 1000;

export class MarketStream {
  readonly #exchange: Exchange;
  readonly #subscriptions: Subscriptions;
  readonly #tickerAt = new Map<string, number>();

  constructor(exchange: Exchange, subscriptions: Subscriptions) {
    this.#exchange = exchange;
    this.#subscriptions = subscriptions;
  }

  moved(listing: Listing, move: Move): void {
    this.#trade(listing, move);
    this.#klines(listing, move.candle, move.at, false);
    this.#ticker(listing, move.at);
  }

  /** The last frame of every candle that ended at market time `at`. */
  closed(openTime: Millis, at: Millis): void {
    const { source, listings } = this.#exchange;
    for (const listing of listings.values()) {
      const candle = source.candle(listing.pair, openTime);
      if (candle !== undefined) this.#klines(listing, candle, at, true);
    }
  }

  bookChanged(listing: Listing, change: BookChange, at: Millis): void {
    const data = {
      e: 'depthUpdate',
      E: at,
      s: listing.symbol,
      U: change.firstId,
      u: change.lastId,
      b: change.bids.map(levelRow),
      a: change.asks.map(levelRow),
    };
    this.#subscriptions.emit(`${nameOf(listing)}@depth`, data);
    this.#subscriptions.emit(`${nameOf(listing)}@depth@100ms`, data);
  }

  #trade(listing: Listing, { step, tradeId, at }: Move): void {
    // Nothing was traded at a price without volume.
    if (!step.volume.gt(0)) return;
    this.#subscriptions.emit(`${nameOf(listing)}@trade`, {
      e: 'trade',
      E: at,
      s: listing.symbol,
      t: tradeId,
      p: wire(step.price),
      q: wire(step.volume),
      T: at,
      m: false,
      M: true,
    });
  }

  #klines(listing: Listing, base: Candle, at: Millis, closed: boolean): void {
    const prefix = `${nameOf(listing)}@kline_`;
    for (const stream of this.#subscriptions.wanted) {
      if (!stream.startsWith(prefix)) continue;
      const interval = stream.slice(prefix.length);
      const { timeframe } = this.#exchange.source;
      if (!isTimeframe(interval) || timeframeMs(interval) < timeframeMs(timeframe)) continue;
      this.#subscriptions.emit(stream, this.#kline(listing, interval, base, at, closed));
    }
  }

  #kline(listing: Listing, interval: Timeframe, base: Candle, at: Millis, closed: boolean): object {
    const { player } = this.#exchange;
    const length = timeframeMs(interval);
    const openTime = Math.floor(base.openTime / length) * length;
    const candle = this.#exchange.candle(listing.pair, interval, openTime, base);
    const count = player.trades(openTime, at);
    const first = player.tradeId(openTime, 0);
    const trades = { first, last: first + count - 1, count };
    const isClosed = closed && at === openTime + length;
    return klineShape(listing.symbol, candle, interval, trades, { at, isClosed });
  }

  #ticker(listing: Listing, at: Millis): void {
    const stream = `${nameOf(listing)}@miniTicker`;
    const now = Date.now();
    if (!this.#subscriptions.wanted.has(stream)) return;
    if (now - (this.#tickerAt.get(stream) ?? 0) < tickerWallMs) return;
    this.#tickerAt.set(stream, now);
    const ticker = dayTicker(this.#exchange, listing.pair);
    if (ticker === undefined) return;
    const { whole, quoteVolume } = ticker;
    this.#subscriptions.emit(stream, {
      e: '24hrMiniTicker',
      E: at,
      s: listing.symbol,
      c: wire(whole.close),
      o: wire(whole.open),
      h: wire(whole.high),
      l: wire(whole.low),
      v: wire(whole.volume),
      q: wire(quoteVolume),
    });
  }
}

/** A symbol as streams are named. */
const nameOf = ({ symbol }: Listing): string => symbol.toLowerCase();
