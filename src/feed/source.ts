// What a live source of market data must do for the feed: keep subscriptions alive and hand over every
// frame, copied, the moment it comes.
import type { Stream } from '../domain/candle.ts';
import type { Millis } from '../domain/time.ts';
import type { RawKline } from './assembly.ts';

export interface SourceListener {
  /** `eventAt`: the venue's own time of the event, where its frames carry one. */
  onKline(stream: Stream, kline: RawKline, eventAt: Millis | undefined): void;
  onPrice(pair: string, price: number, eventAt: Millis | undefined): void;
  /** A frame that is none of what the protocol promises; it was dropped. */
  onMalformed(reason: string): void;
  /** The venue has said that it will soon end the connection. */
  onNotice(): void;
  /** The connection is gone, for one stream or for all; the source is already redialling. */
  onLost(reason: string, stream?: Stream): void;
}

export interface Source {
  /** Whether frames carry the venue's own event time; else market time is the machine's. */
  readonly stamped: boolean;
  /** Whether the venue lists the pair. */
  lists(pair: string): boolean;
  /** Subscribes to `streams`, all of them each time; known ones go on undisturbed. */
  subscribe(streams: readonly Stream[]): void;
  /** Asks once more for all that is subscribed, over the connection that stands. */
  renew(): void;
  /** Cuts a connection that has gone silent, so that it is dialled anew. */
  cut(): void;
  stop(): Promise<void>;
}
