// One stream of the feed: its assembly, its statechart, and the repairs that join them.
import { type Actor, createActor } from 'xstate';
import { actorClock } from '../../machines/clock.ts';
import { type FeedEvent, feedMachine } from '../../machines/feed.ts';
import type { Candle, Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { wordsOf } from '../exchange/fault.ts';
import type { ClosedCandle, FeedNews, Timers } from '../ports.ts';
import { type Assembled, Assembly, type RawKline } from './assembly.ts';
import { Escalation, type Remedy } from './escalation.ts';
import { Hearing } from './hearing.ts';
import { Patience } from './patience.ts';
import { overdueMs, Repair, type RestOptions } from './repair.ts';

export interface StreamFeedOptions extends RestOptions {
  readonly timers: Timers;
  monotonic(): Millis;
  /** Whether REST may be asked once more at this moment for what can wait a second. */
  mayAsk(): boolean;
  onCandle(candle: ClosedCandle): void;
  onNews(news: FeedNews): void;
  /** The newest close REST knows, while no frame brings prices. */
  onPolled(candle: Candle): void;
  /** This stream's frames stay away although others may come. */
  onSilent(remedy: Remedy): void;
}

/** A close without a flag is asked for this long after its time, in market time. */
const graceMs: Millis = 2000;
export class StreamFeed {
  readonly stream: Stream;
  readonly #options: StreamFeedOptions;
  readonly #assembly: Assembly;
  readonly #actor: Actor<typeof feedMachine>;
  readonly #length: Millis;
  readonly #patience = new Patience();
  readonly #hearing: Hearing;
  readonly #repair: Repair;
  #escalation: Escalation | undefined;
  /** The newest candle as the last frame told it. */
  #heard: RawKline | undefined;
  #settle = (): void => {};
  /** Resolves when the stream is live for the first time, or has shown that it will not be soon. */
  readonly opened: Promise<void>;

  constructor(options: StreamFeedOptions) {
    this.#options = options;
    this.stream = options.stream;
    this.#assembly = new Assembly(options.stream);
    this.#length = timeframeMs(options.stream.timeframe);
    this.#hearing = new Hearing(options.monotonic());
    this.#repair = new Repair({
      ...options,
      assembly: this.#assembly,
      heard: () => this.#heard,
      onFilled: (filled, newest) => this.#filled(filled, newest),
      onRepaired: (isWhole) => this.#repaired(isWhole),
      onProbed: (isExcused) => this.#probed(isExcused),
    });
    this.opened = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#actor = createActor(
      feedMachine.provide({
        actions: {
          repair: () => this.#repair.ask('repair'),
          announceLive: () => this.#live(),
          announceStale: ({ event }) => this.#stale(event),
        },
      }),
      { clock: actorClock(options.timers) },
    );
    this.#actor.subscribe({
      error: (error) => options.log.error({ error: wordsOf(error) }, 'a stream failed'),
    });
    this.#actor.start();
  }

  /** Whether a candle is as new as any heard of: older ones say nothing of the price now. */
  isNewest({ openTime }: Candle): boolean {
    return (
      openTime >= (this.#heard?.candle.openTime ?? 0) &&
      openTime <= this.#options.marketTime() + graceMs
    );
  }

  /** Whether a candle tells of trading that the last frame did not tell of. */
  moves({ openTime, volume }: Candle): boolean {
    const before = this.#heard?.candle;
    return before !== undefined && before.openTime === openTime && before.volume !== volume;
  }

  offer(kline: RawKline): void {
    const { marketTime, stream, onNews, monotonic } = this.#options;
    // A candle that has not begun would wait for ever, or hide those before it.
    if (kline.candle.openTime > marketTime() + graceMs) {
      const reason = `expected an open time not after ${marketTime()}, was ${kline.candle.openTime}`;
      onNews({ type: 'candle.rejected', stream, reason });
      return;
    }
    const isNewest = this.isNewest(kline.candle);
    const assembled = this.#assembly.offer(kline);
    if (isNewest && assembled.every(({ type }) => type !== 'rejected')) {
      this.#heard = kline;
      this.#patience.heard();
      this.#hearing.heard(monotonic());
      if (this.#state !== 'live' && this.#state !== 'backfilling') {
        this.#actor.send({ type: 'frame.received' });
      }
    }
    this.#publish(assembled);
  }

  lost(): void {
    this.#actor.send({ type: 'connection.lost' });
  }

  /** Asks for history unless a frame has done so already. */
  begin(): void {
    if (this.#state === 'connecting') this.#actor.send({ type: 'repair.due' });
  }

  /** Looks whether something is overdue or silent; called about once a second. */
  check(): void {
    const next = this.#assembly.next;
    if (this.#state === 'live' && next !== undefined) {
      if (!this.#checkClose(next + this.#length)) this.#listen();
      return;
    }
    this.#escalate();
    if (this.#state === 'backfilling') return;
    const isDue = this.#patience.isOver(this.#state === 'polling', this.#options.mayAsk);
    if (isDue) this.#actor.send({ type: 'repair.due' });
  }

  stop(): void {
    this.#actor.stop();
    this.#repair.stop();
    this.#settle();
  }

  get #state() {
    return this.#actor.getSnapshot().value;
  }

  #live(): void {
    const { stream, onNews, monotonic } = this.#options;
    this.#patience.succeeded();
    this.#escalation = undefined;
    this.#hearing.heard(monotonic());
    onNews({ type: 'stream.live', stream });
    this.#settle();
  }

  #stale({ type }: FeedEvent): void {
    const { stream, onNews } = this.#options;
    onNews({ type: 'stream.stale', stream, reason: type });
  }

  /** Whether something was done about the next close. Once a frame may be lost, twice none come. */
  #checkClose(closesAt: Millis): boolean {
    const now = this.#options.provenTime();
    if (now > closesAt + overdueMs(this.#length)) {
      this.#actor.send({ type: this.#patience.silent() > 1 ? 'stream.silent' : 'repair.due' });
      return true;
    }
    if (this.#assembly.unproven === undefined || now < closesAt) return false;
    this.#repair.ask('proof');
    return true;
  }

  /** Silence is looked into before it is believed: a market without trades has no frames either. */
  #listen(): void {
    const now = this.#options.monotonic();
    if (!this.#hearing.isSilent(now)) return;
    if (this.#hearing.isGivenUp(now)) this.#actor.send({ type: 'stream.silent' });
    else if (!this.#hearing.isDoubted && this.#options.mayAsk()) {
      this.#hearing.doubt(now);
      this.#repair.ask('probe');
    }
  }

  /** While its frames stay away, ever more is tried to bring them back. */
  #escalate(): void {
    const now = this.#options.monotonic();
    if (!this.#hearing.isSilent(now)) return;
    this.#escalation ??= new Escalation(now);
    const remedy = this.#escalation.next(now);
    if (remedy !== undefined) this.#options.onSilent(remedy);
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
          this.#repair.ask('proof');
          break;
        case 'doubted':
          onNews({ type: 'candle.rejected', stream, reason: item.reason });
          this.#actor.send({ type: 'repair.due' });
          break;
        case 'rejected':
          onNews({ type: 'candle.rejected', stream, reason: item.reason });
          break;
        case 'corrected':
          onNews({ type: 'candle.corrected', stream, was: item.was, is: item.is });
          break;
        default:
          item satisfies never;
      }
    }
  }

  #filled(filled: readonly Assembled[], newest: Candle | undefined): void {
    this.#publish(filled);
    if (this.#state === 'polling' && newest !== undefined) this.#options.onPolled(newest);
    if (
      filled.length > 0 &&
      filled.every((item) => item.type === 'released' && item.candle.volume === 0)
    ) {
      // Nobody traded: that no frame told of it is no silence of the stream's.
      this.#patience.heard();
    }
  }

  #repaired(isWhole: boolean): void {
    if (!isWhole && this.#patience.failed() > 2) this.#settle();
    this.#actor.send({ type: isWhole ? 'repair.completed' : 'repair.failed' });
  }

  #probed(isExcused: boolean): void {
    if (!this.#hearing.isDoubted) return;
    if (isExcused) this.#hearing.excused(this.#options.monotonic());
    else this.#actor.send({ type: 'stream.silent' });
  }
}
