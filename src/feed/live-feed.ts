// The Feed port over a live exchange: subscribe first, then load history, so that nothing falls in
// between; every stream looks after itself, the connection is watched for all of them.
import type { Exchange } from 'ccxt';
import { Subject } from 'rxjs';
import { type Stream, streamKey } from '../domain/candle.ts';
import type { Millis } from '../domain/time.ts';
import { VenueFault, wordsOf } from '../exchange/fault.ts';
import type { Clock, ClosedCandle, Feed, FeedNews, Log, PriceUpdate, Timers } from '../ports.ts';
import type { RawKline } from './assembly.ts';
import { fetchHistory } from './backfill.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { MarketTime } from './market-time.ts';
import { PriceGate } from './price-gate.ts';
import { fetchLastPrice } from './second-source.ts';
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
/** Questions to REST a check that can wait for the next: polls and looks into silences. */
const ASKED_MAX = 10;

export class LiveFeed implements Feed {
  readonly #options: LiveFeedOptions;
  readonly #candles = new Subject<ClosedCandle>();
  readonly #prices = new Subject<PriceUpdate>();
  readonly #news = new Subject<FeedNews>();
  readonly #streams = new Map<string, StreamFeed>();
  readonly #gate = new PriceGate();
  readonly #progress = { loaded: 0, wanted: 0 };
  readonly #watch: ConnectionWatch;
  readonly #time: MarketTime;
  #connected: Connected | undefined;
  #stopChecking = (): void => {};
  #asked = 0;
  /** Which stream is looked at first: each in turn, so that none waits for ever. */
  #turn = 0;

  readonly candles = this.#candles.asObservable();
  readonly prices = this.#prices.asObservable();
  readonly news = this.#news.asObservable();

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    this.#watch = new ConnectionWatch(options.clock.monotonic());
    this.#time = new MarketTime(options.clock);
  }

  async start(wanted: readonly Wanted[]): Promise<void> {
    const { clock, timers } = this.#options;
    this.#connected = await this.#options.connect(this.#listener());
    const { source } = this.#connected;
    this.#time.isStamped = source.stamped;
    await this.#askTime();
    this.#watch.heard(clock.monotonic());
    const opened = wanted.flatMap((one) => this.#open(one) ?? []);
    if (opened.length > 0) source.subscribe(opened.map(({ stream }) => stream));
    // Market time must be known before anyone asks which candles have closed.
    await this.#time.first(firstFrameMsMax, timers);
    for (const stream of opened) stream.begin();
    this.#stopChecking = timers.every(checkMs, () => this.#check());
    await Promise.all(opened.map((stream) => stream.opened));
  }

  async add(wanted: Wanted): Promise<void> {
    if (this.#connected === undefined || this.#streams.has(streamKey(wanted.stream))) return;
    const opened = this.#open(wanted);
    if (opened === undefined) return;
    this.#connected.source.subscribe([...this.#streams.values()].map(({ stream }) => stream));
    opened.begin();
    await opened.opened;
  }

  async stop(): Promise<void> {
    this.#stopChecking();
    for (const stream of this.#streams.values()) stream.stop();
    await this.#connected?.source.stop();
  }

  #listener(): SourceListener {
    const { clock, log } = this.#options;
    return {
      onKline: (stream, kline, eventAt) => this.#klined(stream, kline, eventAt),
      onPrice: (pair, price, eventAt) => {
        const at = this.#heard(eventAt);
        this.#watch.traded(pair, clock.monotonic());
        this.#price(pair, price, at);
      },
      onMalformed: (reason) => {
        this.#watch.malformed(clock.monotonic());
        this.#news.next({ type: 'frame.malformed', reason });
      },
      onNotice: () => {
        log.warn({}, 'the venue will end the market data connection');
        this.#watch.noticed();
      },
      onLost: (reason, lost) => {
        log.warn({ reason, stream: lost }, 'market data connection lost');
        if (lost !== undefined) {
          this.#streams.get(streamKey(lost))?.lost();
          return;
        }
        this.#watch.lost(clock.monotonic());
        for (const stream of this.#streams.values()) stream.lost();
      },
    };
  }

  #klined(stream: Stream, kline: RawKline, eventAt: Millis | undefined): void {
    const at = this.#heard(eventAt);
    // Before market time is known nobody can say which candles have closed; REST will.
    if (!this.#time.isKnown) return;
    const own = this.#streams.get(streamKey(stream));
    if (own === undefined) return;
    // The price first: an exit must not wait for what a close sets off.
    if (own.isNewest(kline.candle)) this.#price(stream.pair, kline.candle.close, at);
    if (own.moves(kline.candle)) {
      this.#watch.moved(stream.pair, this.#options.clock.monotonic());
    }
    own.offer(kline);
  }

  #price(pair: string, price: number, at: Millis): void {
    if (this.#gate.admit(pair, price, at)) this.#prices.next({ pair, price, at });
  }

  /** A frame came; returns the time to go by. */
  #heard(eventAt: Millis | undefined): Millis {
    this.#watch.heard(this.#options.clock.monotonic());
    return this.#time.heard(eventAt);
  }

  /** Opens a stream of a pair the venue lists; of another one the news says that it is not. */
  #open({ stream, bars }: Wanted): StreamFeed | undefined {
    const { clock, timers, log } = this.#options;
    const { client, source } = this.#expectConnected();
    if (!source.lists(stream.pair)) {
      log.error({ stream }, 'expected a pair the venue lists');
      this.#news.next({ type: 'stream.stale', stream, reason: 'the venue does not list the pair' });
      return undefined;
    }
    this.#progress.wanted += bars;
    const provenTime = (): Millis => this.#time.proven();
    const feed = new StreamFeed({
      ...{ stream, bars, provenTime, timers, log },
      monotonic: () => clock.monotonic(),
      marketTime: () => clock.market(),
      mayAsk: () => this.#mayAsk(),
      candlesSince: (since) =>
        fetchHistory(client, stream, since, provenTime, (count) => this.#loaded(count)),
      lastPrice: () => fetchLastPrice(client, stream.pair, timers.after),
      onCandle: (candle) => this.#candles.next(candle),
      onNews: (item) => this.#news.next(item),
      onPolled: ({ close, openTime }) => {
        this.#price(stream.pair, close, this.#time.polled(openTime));
      },
      onSilent: (remedy) => this.#watch.want(remedy),
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

  #mayAsk(): boolean {
    if (this.#asked >= ASKED_MAX) return false;
    this.#asked += 1;
    return true;
  }

  #check(): void {
    const { clock } = this.#options;
    this.#asked = 0;
    const streams = [...this.#streams.values()];
    this.#turn = (this.#turn + ASKED_MAX) % Math.max(1, streams.length);
    for (const stream of streams.slice(this.#turn)) stream.check();
    for (const stream of streams.slice(0, this.#turn)) stream.check();
    for (const pair of this.#gate.doubted()) this.#doubt(pair);
    void this.#askTime();
    this.#treat(this.#watch.look(clock.monotonic(), clock.market()));
  }

  #treat(prescription: ReturnType<ConnectionWatch['look']>): void {
    if (prescription === undefined) return;
    this.#options.log.warn(prescription, 'market data connection in trouble');
    this.#connected?.source[prescription.remedy]();
  }

  async #askTime(): Promise<void> {
    try {
      await this.#time.ask(this.#expectConnected().client, this.#options.timers.after);
    } catch (error) {
      this.#options.log.warn({ error: wordsOf(error) }, 'the venue did not tell its time');
    }
  }

  /** A pair's price is out of all proportion: nobody enters on it, and a second source is asked. */
  #doubt(pair: string): void {
    const own = [...this.#streams.values()].find(({ stream }) => stream.pair === pair);
    if (own === undefined || !this.#mayAsk()) return;
    const reason = 'expected prices in proportion, was one of another order';
    this.#news.next({ type: 'candle.rejected', stream: own.stream, reason });
    void this.#confirm(pair);
  }

  async #confirm(pair: string): Promise<void> {
    try {
      const asked = fetchLastPrice(
        this.#expectConnected().client,
        pair,
        this.#options.timers.after,
      );
      this.#gate.confirm(pair, await asked);
    } catch (error) {
      this.#options.log.warn({ pair, error: wordsOf(error) }, 'a price could not be confirmed');
    }
  }
}
