// What time it is in the market: by the frames' own stamps, and where a venue stamps none, by its clock as
// asked for. The machine's wall clock may be wrong or be set while we run; it is the last resort.
import type { Exchange } from 'ccxt';
import type { Millis } from '../domain/time.ts';
import { type After, withDeadline } from '../exchange/deadline.ts';
import type { Clock, Timers } from '../ports.ts';
import { numberOf } from './row.ts';

/** Where frames carry no time, the venue's clock may be this far behind the one that is asked. */
const graceMs: Millis = 2000;
const samplesAtOnce = 5;
const askedMsMin: Millis = 300_000;
const deadlineMs: Millis = 5000;
/** Between two looks for a first frame. */
const pauseMs: Millis = 20;

export class MarketTime {
  readonly #clock: Clock;
  /** Newest event time heard; 0 before the first. Unlike the clock's it is no estimate. */
  #eventAt: Millis = 0;
  /** The venue's time less the monotonic clock's, where it was asked for. */
  #offset: Millis | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isStamped = true;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether frames carry the venue's time. */
  set isStamped(isStamped: boolean) {
    this.#isStamped = isStamped;
  }

  /** Before market time is known nobody can say which candles have closed. */
  get isKnown(): boolean {
    return this.#eventAt > 0;
  }

  /** Tells the clock, and returns the time to go by: the event's own unless it is not believed. */
  heard(eventAt: Millis | undefined): Millis {
    const at = eventAt ?? this.#unstamped();
    this.#clock.observe(at);
    const market = this.#clock.market();
    if (at > market) return market;
    this.#eventAt = Math.max(this.#eventAt, at);
    return eventAt ?? market;
  }

  /**
   * REST shows a candle that has begun: market time goes on without frames, so that what ends by time ends.
   * Returns the time to go by.
   */
  polled(openTime: Millis): Millis {
    if (openTime > this.#clock.market()) this.#clock.observe(openTime);
    return this.#clock.market();
  }

  /** A market time the venue has certainly reached. */
  proven(): Millis {
    return this.#isStamped ? this.#eventAt : this.#unstamped() - graceMs;
  }

  /**
   * Resolves once a frame has told the time, or after `msMax`: a market so quiet that nothing comes is a real
   * one, and its time is that of everyone.
   */
  async first(msMax: Millis, timers: Pick<Timers, 'after'>): Promise<void> {
    const until = this.#clock.monotonic() + msMax;
    while (!this.isKnown && this.#clock.monotonic() < until) {
      await new Promise<void>((resolve) => {
        timers.after(pauseMs, resolve);
      });
    }
    if (this.#clock.market() === 0) this.#clock.observe(this.#unstamped());
  }

  /** Asks the venue for its time where frames do not tell it, every few minutes; throws what the client throws. */
  async ask(client: Exchange, after: After): Promise<void> {
    const now = this.#clock.monotonic();
    if (this.#isStamped || client.has['fetchTime'] !== true || now - this.#askedAt < askedMsMin) {
      return;
    }
    this.#askedAt = now;
    let fastest = Number.POSITIVE_INFINITY;
    for (let sample = 0; sample < samplesAtOnce; sample += 1) {
      const sentAt = this.#clock.monotonic();
      const venue = numberOf(
        await withDeadline(client.fetchTime(), deadlineMs, "the venue's time", after),
      );
      const answeredAt = this.#clock.monotonic();
      // The faster the answer, the less is unknown of when the venue gave it.
      if (!(venue > 0 && answeredAt - sentAt < fastest)) continue;
      fastest = answeredAt - sentAt;
      this.#offset = venue - (sentAt + answeredAt) / 2;
    }
  }

  #unstamped(): Millis {
    if (this.#offset === undefined) return this.#clock.wall();
    return Math.floor(this.#clock.monotonic() + this.#offset);
  }
}
