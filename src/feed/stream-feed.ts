// One stream of the feed: its assembly, its statechart, and the repairs that join them.
import { type Actor, createActor } from 'xstate';
import { type FeedEvent, feedMachine } from '../../machines/feed.ts';
import type { Candle, Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { wordsOf } from '../exchange/fault.ts';
import type { ClosedCandle, FeedNews, Log } from '../ports.ts';
import { type Assembled, Assembly, type RawKline } from './assembly.ts';
import type { History } from './backfill.ts';
import { Patience } from './patience.ts';

export interface StreamFeedOptions {
  readonly stream: Stream;
  /** Closed candles of history to begin with; one at least, for the next to follow. */
  readonly bars: number;
  /** Market time as estimated; 0 while the venue has said nothing. */
  marketTime(): Millis;
  /** A market time that the venue has certainly reached. */
  provenTime(): Millis;
  /** Candles that opened from `since` on. */
  fetch(since: Millis): Promise<History>;
  onCandle(candle: ClosedCandle): void;
  onNews(news: FeedNews): void;
  /** The newest close REST knows, while no frame brings prices. */
  onPolled(candle: Candle): void;
  /** This stream's frames stay away although others may come. */
  onSilent(): void;
  readonly log: Log;
}

/** A close without a flag is asked for this long after its time, in market time. */
const graceMs: Millis = 2000;
/** A close is overdue half a candle after its time, or this long: its frame was lost. */
const overdueMsMax: Millis = 60_000;

export class StreamFeed {
  readonly stream: Stream;
  readonly #options: StreamFeedOptions;
  readonly #assembly: Assembly;
  readonly #actor: Actor<typeof feedMachine>;
  readonly #length: Millis;
  readonly #patience = new Patience();
  /** What is to be asked of REST next: a repair outranks the proof of one close. */
  #asked: 'repair' | 'proof' | undefined;
  #asking = false;
  #newest: Millis = 0;
  #settle = (): void => {};
  /** Resolves when the stream is live for the first time, or has shown that it will not be soon. */
  readonly opened: Promise<void>;

  constructor(options: StreamFeedOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.#assembly = new Assembly(options.stream);
    this.#length = timeframeMs(options.stream.timeframe);
    this.opened = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#actor = createActor(
      feedMachine.provide({
        actions: {
          repair: () => this.#ask('repair'),
          announceLive: () => this.#live(),
          announceStale: ({ event }) => this.#stale(event),
        },
      }),
    );
    this.#actor.subscribe({
      error: (error) => options.log.error({ error: wordsOf(error) }, 'a stream failed'),
    });
    this.#actor.start();
  }

  /** Whether a candle is as new as any heard of: older ones say nothing of the price now. */
  isNewest({ openTime }: Candle): boolean {
    const { marketTime } = this.#options;
    if (!(openTime >= this.#newest && openTime <= marketTime() + graceMs)) return false;
    this.#newest = openTime;
    return true;
  }

  offer(kline: RawKline): void {
    const { marketTime, stream, onNews } = this.#options;
    // A candle that has not begun would wait for ever, or hide those before it.
    if (kline.candle.openTime > marketTime() + graceMs) {
      const reason = `expected an open time not after ${marketTime()}, was ${kline.candle.openTime}`;
      onNews({ type: 'candle.rejected', stream, reason });
      return;
    }
    this.#patience.heard();
    if (this.#state !== 'live' && this.#state !== 'backfilling') {
      this.#actor.send({ type: 'frame.received' });
    }
    this.#publish(this.#assembly.offer(kline));
  }

  lost(): void {
    this.#actor.send({ type: 'connection.lost' });
  }

  /** Looks whether something is overdue; called about once a second. */
  check(): void {
    const next = this.#assembly.next;
    if (this.#state === 'backfilling') return;
    if (this.#state !== 'live' || next === undefined) {
      if (this.#patience.isOver(this.#state === 'polling'))
        this.#actor.send({ type: 'repair.due' });
      return;
    }
    const closesAt = next + this.#length;
    const now = this.#options.provenTime();
    if (now > closesAt + Math.min(this.#length / 2, overdueMsMax)) this.#overdue();
    else if (this.#assembly.unproven !== undefined && now >= closesAt) this.#ask('proof');
  }

  stop(): void {
    this.#actor.stop();
    this.#settle();
  }

  get #isOver(): boolean {
    return this.#actor.getSnapshot().status !== 'active';
  }

  get #state() {
    return this.#actor.getSnapshot().value;
  }

  #live(): void {
    const { stream, onNews } = this.#options;
    this.#patience.succeeded();
    onNews({ type: 'stream.live', stream });
    this.#settle();
  }

  #stale({ type }: FeedEvent): void {
    const { stream, onNews } = this.#options;
    onNews({ type: 'stream.stale', stream, reason: type });
  }

  /** Once a frame may be lost; twice in silence it is the subscription, thrice it stays away. */
  #overdue(): void {
    const silences = this.#patience.silent();
    this.#actor.send({ type: silences > 2 ? 'stream.silent' : 'repair.due' });
    if (silences === 2) this.#options.onSilent();
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
          this.#ask('proof');
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

  #ask(what: 'repair' | 'proof'): void {
    if (this.#asked !== 'repair') this.#asked = what;
    if (!this.#asking) void this.#askAll();
  }

  /** One question at a time; whatever is asked meanwhile is asked after it. */
  async #askAll(): Promise<void> {
    this.#asking = true;
    while (this.#asked !== undefined) {
      const what = this.#asked;
      this.#asked = undefined;
      const whole = await this.#fetch(what === 'repair');
      if (this.#isOver) return;
      if (what === 'repair') this.#repaired(whole);
    }
    this.#asking = false;
  }

  #repaired(whole: boolean): void {
    // A newer repair has the last word.
    if (this.#asked === 'repair') return;
    if (!whole && this.#patience.failed() > 2) this.#settle();
    this.#actor.send({ type: whole ? 'repair.completed' : 'repair.failed' });
  }

  /** Fetches what has closed since the last release; whether nothing is missing now. Never throws. */
  async #fetch(backfilled: boolean): Promise<boolean> {
    const { marketTime, bars, fetch, onPolled, log } = this.#options;
    const history = (Math.floor(marketTime() / this.#length) - Math.max(1, bars)) * this.#length;
    try {
      const { closed, forming } = await fetch(this.#assembly.next ?? history);
      if (this.#isOver) return false;
      this.#publish(this.#assembly.fill(closed, forming?.openTime, backfilled));
      const newest = forming ?? closed.at(-1);
      if (this.#state === 'polling' && newest !== undefined) onPolled(newest);
      return this.#assembly.next !== undefined && !this.#assembly.holed;
    } catch (error) {
      // Of a stream that is over nobody waits for candles.
      if (this.#isOver) return false;
      log.warn({ stream: this.stream, error: wordsOf(error) }, 'candles could not be loaded');
      return false;
    }
  }
}
