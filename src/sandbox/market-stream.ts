// The public streams' frames: klines, trades, tickers and book changes, in market time.
import type { Candle } from '../domain/candle.ts';
import { isTimeframe, type Millis, type Timeframe, timeframeMs } from '../domain/time.ts';
import type { BookChange } from './book.ts';
import type { Exchange } from './exchange.ts';
import { type Listing, wire } from './listing.ts';
import { aggregate } from './market.ts';
import type { Move } from './player.ts';
import { klineShape, levelRow } from './shape.ts';
import type { Subscriptions } from './subscription.ts';
import { dayTicker } from './ticker.ts';

/** Tickers come this often at most, by the wall. */
const tickerWallMs = 1000;

interface KlineMoment {
  readonly at: Millis;
  /** What came before is in the candle. */
  readonly until: Millis;
  candleOf(interval: Timeframe, openTime: Millis): Candle | undefined;
}

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
    const { at, candle } = move;
    this.#klines(listing, {
      at,
      until: at + 1,
      candleOf: (interval, openTime) =>
        this.#exchange.candle(listing.pair, interval, openTime, candle),
    });
    this.#ticker(listing, move.at);
  }

  /** The last frame of every candle that ended at market time `at`. */
  closed(at: Millis): void {
    const { source, board } = this.#exchange;
    for (const listing of board.listings.values()) {
      // A candle also ends where nothing was traded in its last part.
      this.#klines(listing, {
        at,
        until: at,
        candleOf: (interval, openTime) => aggregate(source, listing.pair, interval, openTime, at),
      });
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

  /** Frames of the candles a moment belongs to; one is closed where the moment is its end. */
  #klines(listing: Listing, { at, until, candleOf }: KlineMoment): void {
    const prefix = `${nameOf(listing)}@kline_`;
    const { source, player } = this.#exchange;
    for (const stream of this.#subscriptions.wanted) {
      if (!stream.startsWith(prefix)) continue;
      const interval = stream.slice(prefix.length);
      if (!isTimeframe(interval) || timeframeMs(interval) < timeframeMs(source.timeframe)) continue;
      const length = timeframeMs(interval);
      const openTime = Math.floor((until - 1) / length) * length;
      const candle = candleOf(interval, openTime);
      if (candle === undefined) continue;
      const trades = player.trades(openTime, until);
      const isClosed = until === openTime + length;
      const frame = klineShape(listing.symbol, candle, interval, trades, { at, isClosed });
      this.#subscriptions.emit(stream, frame);
    }
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
