// The Feed port over a live exchange: subscribe first, then load history, so that nothing falls in
// between; every stream looks after itself, the connection is watched for all of them.
import type { Exchange } from 'ccxt';
import { Subject } from 'rxjs';
import { streamKey } from '../domain/candle.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, ClosedCandle, Feed, FeedNews, Log, PriceUpdate, Timers } from '../ports.ts';
import { fetchClosed } from './backfill.ts';
import type { Source, SourceListener } from './source.ts';
import { StreamFeed } from './stream-feed.ts';

export interface LiveFeedOptions {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Connects and returns the REST client and the source of frames. Throws `VenueFault`. */
  connect(listener: SourceListener): Promise<{ client: Exchange; source: Source }>;
}

type Wanted = Parameters<Feed['add']>[0];

const checkMs: Millis = 1000;
/** No frame of any kind for this long: the connection is cut and dialled anew. */
const silenceMsMax: Millis = 10_000;
const firstFrameMsMax: Millis = 5000;

export class LiveFeed implements Feed {
  readonly #options: LiveFeedOptions;
  readonly #candles = new Subject<ClosedCandle>();
  readonly #prices = new Subject<PriceUpdate>();
  readonly #news = new Subject<FeedNews>();
  readonly #streams = new Map<string, StreamFeed>();
  readonly #progress = { loaded: 0, wanted: 0 };
  #heardAt: Millis = 0;
  #connected: { client: Exchange; source: Source } | undefined;
  #stopChecking = (): void => {};

  readonly candles = this.#candles.asObservable();
  readonly prices = this.#prices.asObservable();
  readonly news = this.#news.asObservable();

  constructor(options: LiveFeedOptions) {
    this.#options = options;
  }

  async start(wanted: readonly Wanted[]): Promise<void> {
    this.#connected = await this.#options.connect(this.#listener());
    const { client, source } = this.#connected;
    this.#heardAt = this.#options.clock.monotonic();
    source.subscribe(wanted.map(({ stream }) => stream));
    await this.#firstFrame();
    const opened = wanted.map((one) => this.#open(one, client));
    for (const stream of opened) stream.check();
    this.#stopChecking = this.#options.timers.every(checkMs, () => this.#check());
    await Promise.all(opened.map(({ live }) => live));
  }

  async add(wanted: Wanted): Promise<void> {
    if (this.#connected === undefined || this.#streams.has(streamKey(wanted.stream))) return;
    const stream = this.#open(wanted, this.#connected.client);
    this.#connected.source.subscribe([...this.#streams.values()].map((one) => one.stream));
    stream.check();
    await stream.live;
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
        const { close } = kline.candle;
        // The price first: an exit must not wait for what a close sets off.
        this.#price(stream.pair, close, at);
        this.#streams.get(streamKey(stream))?.offer(kline);
      },
      onPrice: (pair, price, eventAt) => this.#price(pair, price, this.#heard(eventAt)),
      onLost: (reason) => {
        this.#options.log.warn({ reason }, 'market data connection lost');
        for (const stream of this.#streams.values()) stream.lost();
      },
    };
  }

  #price(pair: string, price: number, at: Millis): void {
    if (price > 0 && Number.isFinite(price)) this.#prices.next({ pair, price, at });
  }

  #heard(eventAt: Millis | undefined): Millis {
    const { clock } = this.#options;
    this.#heardAt = clock.monotonic();
    const at = eventAt ?? clock.wall();
    clock.observe(at);
    return at;
  }

  #open({ stream, bars }: Wanted, client: Exchange): StreamFeed {
    const { clock, log } = this.#options;
    this.#progress.wanted += bars;
    const feed = new StreamFeed({
      stream,
      bars,
      marketTime: () => clock.market(),
      fetch: (since) =>
        fetchClosed(client, stream, since, clock.market(), (count) => this.#loaded(count)),
      onCandle: (candle) => this.#candles.next(candle),
      onNews: (item) => this.#news.next(item),
      log,
    });
    this.#streams.set(streamKey(stream), feed);
    return feed;
  }

  #loaded(bars: number): void {
    const { wanted, loaded } = this.#progress;
    if (loaded >= wanted) return;
    this.#progress.loaded = Math.min(wanted, loaded + bars);
    this.#news.next({ type: 'backfill.progressed', ...this.#progress });
  }

  #check(): void {
    const { clock, log } = this.#options;
    if (clock.monotonic() - this.#heardAt > silenceMsMax) {
      this.#heardAt = clock.monotonic();
      log.warn({}, 'market data silent; dialling anew');
      this.#connected?.source.cut();
    }
    for (const stream of this.#streams.values()) stream.check();
  }

  /** Market time must be known before anyone asks which candles have closed. */
  async #firstFrame(): Promise<void> {
    const { clock, timers } = this.#options;
    const until = clock.monotonic() + firstFrameMsMax;
    while (clock.market() === 0 && clock.monotonic() < until) {
      await new Promise<void>((resolve) => {
        timers.after(20, resolve);
      });
    }
    // A market so quiet that nothing comes is a real one: there, market time is wall time.
    if (clock.market() === 0) clock.observe(clock.wall());
  }
}
