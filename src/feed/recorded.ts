// The Feed port over candle files: played as fast as its consumer takes them, the same candles in the
// same order every time.
import { Subject } from 'rxjs';
import { type Candle, type Stream, streamKey } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import type { Clock, ClosedCandle, Feed, FeedNews, PriceUpdate } from '../ports.ts';
import { type RecordedFile, type Recording, readRecording } from './recording.ts';

export interface RecordedFeedOptions {
  /** One file a pair; coarser timeframes are made of it. */
  readonly files: readonly RecordedFile[];
  /** Market time at which playing begins; what closed up to then is history. */
  readonly from: Millis;
  /** Is told every event time. */
  readonly clock: Pick<Clock, 'observe'>;
  /** Awaited after the candles of every instant: the consumer has taken them. */
  taken(): Promise<void>;
}

type Wanted = Parameters<Feed['add']>[0];

interface Line {
  readonly stream: Stream;
  /** Closed candles by close time. */
  readonly closes: ReadonlyMap<Millis, Candle>;
}

/**
 * The prices of one recorded candle. Low before high: a bar that contains both stop and target of a
 * long fills the stop (DOMAIN §4).
 */
const pathOf = ({ openTime, open, high, low, close }: Candle, lengthMs: Millis) =>
  [open, low, high, close].map((price, step) => ({
    price,
    at: openTime + Math.floor((lengthMs * step) / 3),
  }));

export class RecordedFeed implements Feed {
  readonly #options: RecordedFeedOptions;
  readonly #candles = new Subject<ClosedCandle>();
  readonly #prices = new Subject<PriceUpdate>();
  readonly #news = new Subject<FeedNews>();
  readonly #lines = new Map<string, Line>();
  #recordings: readonly Recording[] = [];
  #now: Millis;
  #stopped = false;

  readonly candles = this.#candles.asObservable();
  readonly prices = this.#prices.asObservable();
  readonly news = this.#news.asObservable();

  constructor(options: RecordedFeedOptions) {
    this.#options = options;
    this.#now = options.from;
  }

  /** Reads the files and gives out the history. Throws `HistoryFault`. */
  async start(wanted: readonly Wanted[]): Promise<void> {
    const { files, clock, from } = this.#options;
    this.#recordings = await Promise.all(files.map(readRecording));
    clock.observe(from);
    for (const one of wanted) await this.add(one);
  }

  async add({ stream, bars }: Wanted): Promise<void> {
    if (this.#lines.has(streamKey(stream))) return;
    const recording = this.#recordings.find(({ pair }) => pair === stream.pair);
    if (recording?.makes(stream.timeframe) !== true) {
      this.#news.next({ type: 'stream.stale', stream, reason: 'no file has its candles' });
      return;
    }
    const length = timeframeMs(stream.timeframe);
    const all = recording.of(stream.timeframe);
    const closes = new Map(all.map((candle) => [candle.openTime + length, candle]));
    this.#lines.set(streamKey(stream), { stream, closes });
    const past = all.filter(({ openTime }) => openTime + length <= this.#now);
    for (const candle of past.slice(Math.max(0, past.length - bars))) {
      this.#candles.next({ stream, candle, backfilled: true });
    }
    this.#news.next({ type: 'backfill.progressed', loaded: bars, wanted: bars });
    this.#news.next({ type: 'stream.live', stream });
  }

  /** Plays everything after the history; resolves at the end of the files or after `stop()`. */
  async play(): Promise<void> {
    for (const [at, moves] of this.#instants()) {
      if (this.#stopped) return;
      this.#now = at;
      for (const move of moves) {
        this.#options.clock.observe(move.at);
        this.#prices.next(move);
      }
      this.#options.clock.observe(at);
      // As they are now: who comes in between has had this candle as history.
      for (const { stream, closes } of [...this.#lines.values()]) {
        const candle = closes.get(at);
        if (candle !== undefined) this.#candles.next({ stream, candle, backfilled: false });
      }
      await this.#options.taken();
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
  }

  /** Every instant at which a candle closes, with the recorded prices up to it, in order. */
  #instants(): [Millis, PriceUpdate[]][] {
    const { from } = this.#options;
    const instants = new Map<Millis, PriceUpdate[]>();
    for (const { pair, timeframe, candles, of } of this.#recordings) {
      const length = timeframeMs(timeframe);
      for (const { openTime } of of(timeframe)) {
        const at = openTime + length;
        if (at <= from) continue;
        const moves = instants.get(at) ?? [];
        instants.set(at, moves);
        const recorded = candles.get(openTime);
        const path = recorded === undefined ? [] : pathOf(recorded, length);
        moves.push(...path.map((step) => ({ pair, ...step })));
      }
    }
    for (const moves of instants.values()) moves.sort((a, b) => a.at - b.at);
    return [...instants].sort(([a], [b]) => a - b);
  }
}
