// One stream of the feed: its assembly, its statechart, and the repairs that join them.
import { type Actor, createActor } from 'xstate';
import { feedMachine } from '../../machines/feed.ts';
import type { Candle, Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import type { ClosedCandle, FeedNews, Log } from '../ports.ts';
import { type Assembled, Assembly, type RawKline } from './assembly.ts';

export interface StreamFeedOptions {
  readonly stream: Stream;
  /** Closed candles of history to begin with. */
  readonly bars: number;
  /** Market time; 0 while the venue has said nothing. */
  marketTime(): Millis;
  /** Candles that opened from `since` on and have closed. */
  fetch(since: Millis): Promise<readonly Candle[]>;
  onCandle(candle: ClosedCandle): void;
  onNews(news: FeedNews): void;
  readonly log: Log;
}

/** A close is overdue this long after its time, in market time: the flag may have been lost. */
const overdueMs: Millis = 2000;

export class StreamFeed {
  readonly stream: Stream;
  readonly #options: StreamFeedOptions;
  readonly #assembly: Assembly;
  readonly #actor: Actor<typeof feedMachine>;
  readonly #length: Millis;
  #repairing = false;
  #wentLive: (() => void) | undefined;
  /** Resolves when the stream is live for the first time. */
  readonly live: Promise<void>;

  constructor(options: StreamFeedOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.#assembly = new Assembly(options.stream);
    this.#length = timeframeMs(options.stream.timeframe);
    this.live = new Promise((resolve) => {
      this.#wentLive = resolve;
    });
    const { stream, onNews } = options;
    this.#actor = createActor(
      feedMachine.provide({
        actions: {
          repair: () => this.#repair(),
          announceLive: () => {
            onNews({ type: 'stream.live', stream });
            this.#wentLive?.();
          },
          announceStale: () => onNews({ type: 'stream.stale', stream, reason: 'under repair' }),
        },
      }),
    );
    this.#actor.subscribe({
      error: (error) => options.log.error({ error: String(error) }, 'a stream failed'),
    });
    this.#actor.start();
  }

  offer(kline: RawKline): void {
    const state = this.#actor.getSnapshot().value;
    if (state !== 'live' && state !== 'backfilling') this.#actor.send({ type: 'frame.received' });
    this.#publish(this.#assembly.offer(kline));
  }

  lost(): void {
    this.#actor.send({ type: 'connection.lost' });
  }

  /** Looks whether a close is overdue; called about once a second. */
  check(): void {
    const next = this.#assembly.next;
    const market = this.#options.marketTime();
    const state = this.#actor.getSnapshot().value;
    const settled = state === 'live' && next !== undefined;
    if (!settled) {
      if (state !== 'backfilling') this.#actor.send({ type: 'repair.due' });
      return;
    }
    const closesAt = next + this.#length;
    if (market > closesAt + this.#length / 2) this.#actor.send({ type: 'repair.due' });
    else if (this.#assembly.unproven !== undefined && market > closesAt + overdueMs) this.#prove();
  }

  stop(): void {
    this.#actor.stop();
  }

  #publish(assembled: readonly Assembled[]): void {
    const { stream, onCandle, onNews } = this.#options;
    for (const item of assembled) {
      switch (item.type) {
        case 'released':
          onCandle({ stream, candle: item.candle, backfilled: item.backfilled });
          break;
        case 'gap':
          onNews({ type: 'gap.found', stream, from: item.from, to: item.to });
          this.#actor.send({ type: 'gap.found' });
          break;
        case 'unproven':
          this.#prove();
          break;
        case 'rejected':
          onNews({ type: 'candle.rejected', stream, reason: item.reason });
          break;
        case 'corrected':
          onNews({ type: 'candle.corrected', stream, openTime: item.openTime });
          break;
        default:
          item satisfies never;
      }
    }
  }

  /** Asks REST for the candle that seems to have closed, without calling the stream stale. */
  #prove(): void {
    const since = this.#assembly.next;
    if (since === undefined || this.#repairing) return;
    this.#fetch(since, false).catch((error: unknown) => {
      this.#options.log.warn({ error: String(error) }, 'a close could not be confirmed');
    });
  }

  #repair(): void {
    if (this.#repairing) return;
    const market = this.#options.marketTime();
    const history = Math.floor(market / this.#length - this.#options.bars) * this.#length;
    this.#fetch(this.#assembly.next ?? history, true).then(
      () => this.#actor.send({ type: 'repair.completed' }),
      (error: unknown) => {
        this.#options.log.warn({ error: String(error) }, 'history could not be loaded');
        this.#actor.send({ type: 'repair.failed' });
      },
    );
  }

  async #fetch(since: Millis, backfilled: boolean): Promise<void> {
    this.#repairing = true;
    try {
      const candles = await this.#options.fetch(since);
      this.#publish(this.#assembly.fill(candles, backfilled));
    } finally {
      this.#repairing = false;
    }
  }
}
