// What a live source of market data must do for the feed: keep subscriptions alive and hand over every
// frame, copied, the moment it comes.
import type { Stream } from '../domain/candle.ts';
import type { Millis } from '../domain/time.ts';
import type { RawKline } from './assembly.ts';

export interface SourceListener {
  onKline(stream: Stream, kline: RawKline, eventAt: Millis | undefined): void;
  onPrice(pair: string, price: number, eventAt: Millis | undefined): void;
  /** The connection is gone; the source is already redialling. */
  onLost(reason: string): void;
}

export interface Source {
  /** Subscribes to `streams`, all of them each time; known ones go on undisturbed. */
  subscribe(streams: readonly Stream[]): void;
  /** Cuts a connection that has gone silent, so that it is dialled anew. */
  cut(): void;
  stop(): Promise<void>;
}
