// The Feed port over a live exchange: subscribe first, then load history, so that nothing falls in
// between; every stream looks after itself, the connection is watched for all of them.
import type { Exchange } from 'ccxt';
import { Subject } from 'rxjs';
import { streamKey } from '../domain/candle.ts';
import type { Millis } from '../domain/time.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Clock, ClosedCandle, Feed, FeedNews, Log, PriceUpdate, Timers } from '../ports.ts';
import { fetchHistory } from './backfill.ts';
import { PriceGate } from './price-gate.ts';
import { Silence } from './silence.ts';
import type { Source, SourceListener } from './source.ts';
import { StreamFeed } from './stream-feed.ts';

export interface LiveFeedOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Connects and returns the REST client and the source of frames. Throws `VenueFault`. */
  connect(listener: SourceListener): Promise<Connected>;
}

interface Connected {
  readonly client: Exchange;
  readonly source: Source;
}

type Wanted = Parameters<Feed['add']>[0];

const checkMs: Millis = 1000;
const firstFrameMsMax: Millis = 5000;
/** Where frames carry no time, the venue's clock may be this far behind the machine's. */
const graceMs: Millis = 2000;

export class LiveFeed implements Feed {
  readonly #options: LiveFeedOptions;
  readonly #candles = new Subject<ClosedCandle>();
  readonly #prices = new Subject<PriceUpdate>();
  readonly #news = new Subject<FeedNews>();
  readonly #streams = new Map<string, StreamFeed>();
  readonly #gate = new PriceGate();
  readonly #progress = { loaded: 0, wanted: 0 };
  /** Newest event time heard; 0 before the first. Unlike the clock's it is no estimate. */
  #eventAt: Millis = 0;
  #silence = new Silence(0);
  #connected: Connected | undefined;
  #stopChecking = (): void => {};

  readonly candles = this.#candles.asObservable();
  readonly prices = this.#prices.asObservable();
  readonly news = this.#news.asObservable();

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  async start(wanted: readonly Wanted[]): Promise<void> {
    const { clock, timers } = this.#options;
    this.#connected = await this.#options.connect(this.#listener());
    const { source } = this.#connected;
    this.#silence = new Silence(clock.monotonic());
    const opened = wanted.flatMap((one) => this.#open(one) ?? []);
    if (opened.length > 0) source.subscribe(opened.map(({ stream }) => stream));
    await this.#firstFrame();
    for (const stream of opened) stream.check();
    this.#stopChecking = timers.every(checkMs, () => this.#check());
    await Promise.all(opened.map((stream) => stream.opened));
  }

  async add(wanted: Wanted): Promise<void> {
    if (this.#connected === undefined || this.#streams.has(streamKey(wanted.stream))) return;
    const opened = this.#open(wanted);
    if (opened === undefined) return;
    this.#connected.source.subscribe([...this.#streams.values()].map(({ stream }) => stream));
    opened.check();
    await opened.opened;
  }

  async stop(): Promise<void> {
    this.#stopChecking();
    for (const stream of this.#streams.values()) stream.stop();
    await this.#connected?.source.stop();
  }

  #listener(): SourceListener {
    return {
      onKline: (stream, kline, eventAt) => {
        const at = this.#heard(eventAt);
        // Before market time is known nobody can say which candles have closed; REST will.
        if (this.#eventAt === 0) return;
        const own = this.#streams.get(streamKey(stream));
        // The price first: an exit must not wait for what a close sets off.
        if (own?.isNewest(kline.candle) === true) this.#price(stream.pair, kline.candle.close, at);
        own?.offer(kline);
      },
      onPrice: (pair, price, eventAt) => this.#price(pair, price, this.#heard(eventAt)),
      onLost: (reason, lost) => {
        this.#options.log.warn({ reason, stream: lost }, 'market data connection lost');
        const own = lost === undefined ? undefined : this.#streams.get(streamKey(lost));
        for (const stream of lost === undefined ? this.#streams.values() : []) stream.lost();
        own?.lost();
      },
    };
  }

  #price(pair: string, price: number, at: Millis): void {
    if (this.#gate.admit(pair, price, at)) this.#prices.next({ pair, price, at });
  }

  /** Tells the clock, and returns the time to go by: the event's own unless it is not believed. */
  #heard(eventAt: Millis | undefined): Millis {
    const { clock } = this.#options;
    this.#silence.heard(clock.monotonic());
    const at = eventAt ?? clock.wall();
    clock.observe(at);
    const market = clock.market();
    if (at > market) return market;
    this.#eventAt = Math.max(this.#eventAt, at);
    return eventAt ?? market;
  }

  /** A market time the venue has certainly reached. */
  #provenTime(): Millis {
    const stamped = this.#connected?.source.stamped === true;
    return stamped ? this.#eventAt : this.#options.clock.wall() - graceMs;
  }

  /** Opens a stream of a pair the venue lists; of another one the news says that it is not. */
  #open({ stream, bars }: Wanted): StreamFeed | undefined {
    const { clock, log } = this.#options;
    const { client, source } = this.#expectConnected();
    if (!source.lists(stream.pair)) {
      log.error({ stream }, 'expected a pair the venue lists');
      this.#news.next({ type: 'stream.stale', stream, reason: 'the venue does not list the pair' });
      return undefined;
    }
    this.#progress.wanted += bars;
    const provenTime = (): Millis => this.#provenTime();
    const feed = new StreamFeed({
      stream,
      bars,
      provenTime,
      marketTime: () => clock.market(),
      fetch: (since) =>
        fetchHistory(client, stream, since, provenTime, (count) => this.#loaded(count)),
      onCandle: (candle) => this.#candles.next(candle),
      onNews: (item) => this.#news.next(item),
      onPolled: ({ close }) => this.#price(stream.pair, close, clock.market()),
      onSilent: () => {
        if (this.#silence.mayCut(clock.monotonic())) source.cut();
      },
      log,
    });
    this.#streams.set(streamKey(stream), feed);
    return feed;
  }

  #expectConnected(): Connected {
    if (this.#connected !== undefined) return this.#connected;
    throw new VenueFault('expected a feed that was started', { retryable: false });
  }

  #loaded(bars: number): void {
    const { wanted, loaded } = this.#progress;
    if (loaded >= wanted) return;
    this.#progress.loaded = Math.min(wanted, loaded + bars);
    this.#news.next({ type: 'backfill.progressed', ...this.#progress });
  }

  #check(): void {
    const { clock, log } = this.#options;
    if (this.#silence.isTooLong(clock.monotonic())) {
      log.warn({}, 'market data silent; dialling anew');
      this.#connected?.source.cut();
    }
    for (const stream of this.#streams.values()) stream.check();
  }

  /** Market time must be known before anyone asks which candles have closed. */
  async #firstFrame(): Promise<void> {
    const { clock, timers } = this.#options;
    const until = clock.monotonic() + firstFrameMsMax;
    while (this.#eventAt === 0 && clock.monotonic() < until) {
      await new Promise<void>((resolve) => {
        timers.after(20, resolve);
      });
    }
    // A market so quiet that nothing comes is a real one: there, market time is wall time.
    if (clock.market() === 0) clock.observe(clock.wall());
  }
}
