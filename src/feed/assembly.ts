// One stream's candles, proven closed, once, in order, without holes: whatever arrives, in whatever
// order, what is released is the same. Everything else is counted and said.
import { type Candle, candleDefect, emptyCandle, type Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';

/** One kline update as it came; `closed` undefined where the venue's protocol has no such flag. */
export interface RawKline {
  readonly candle: Candle;
  readonly closed: boolean | undefined;
}

export type Assembled =
  | { readonly type: 'released'; readonly candle: Candle; readonly backfilled: boolean }
  /** Candles from `from` on are missing before `to`. */
  | { readonly type: 'gap'; readonly from: Millis; readonly to: Millis }
  /** A candle without a flag has a successor: REST must prove it before it is released. */
  | { readonly type: 'unproven' }
  | { readonly type: 'rejected'; readonly reason: string }
  /** A candle that closed too far from the last one: refused until a second source says the same. */
  | { readonly type: 'doubted'; readonly reason: string }
  /** The venue changed a candle after its release. */
  | { readonly type: 'corrected'; readonly was: Candle; readonly is: Candle };

/** A price this many times the one before, either way, is not believed of one source alone. */
const ABSURD = 10;
/** Candles that wait for a hole to be filled; beyond it the REST history is the better source. */
const WAITING_MAX = 2000;
/** A longer silence in the venue's history is history it no longer has, not an empty market. */
const EMPTY_MAX = 1000;
/** Released candles that a late change is compared with. */
const REMEMBERED = 16;

const none: readonly Assembled[] = [];

/** Whether one price follows another in a market as they are; NaN does not. */
export const isNear = (price: number, before: number): boolean =>
  price / before < ABSURD && price / before > 1 / ABSURD;

/** Whether two candles of the same time say the same. */
export const isSame = (a: Candle, b: Candle): boolean =>
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume;

export class Assembly {
  readonly #stream: Stream;
  readonly #length: Millis;
  /** The last candle released. */
  #last: Candle | undefined;
  /** Proven candles beyond a hole, by open time. */
  readonly #waiting = new Map<Millis, Candle>();
  /** The newest candle still in the making, where no flag will say that it closed. */
  #forming: Candle | undefined;
  #saidGapAt: Millis | undefined;
  /** The newest released candles, by open time. */
  readonly #released = new Map<Millis, Candle>();

  constructor(stream: Stream) {
    this.#stream = stream;
    this.#length = timeframeMs(stream.timeframe);
  }

  /** Open time of the next candle to release; undefined before history is loaded. */
  get next(): Millis | undefined {
    return this.#last === undefined ? undefined : this.#last.openTime + this.#length;
  }

  /** Whether candles wait behind a hole. */
  get holed(): boolean {
    return this.#waiting.size > 0;
  }

  /** Takes a live update. */
  offer({ candle, closed }: RawKline): readonly Assembled[] {
    const defect = candleDefect(candle, this.#stream.timeframe);
    if (defect !== undefined) return [{ type: 'rejected', reason: defect }];
    const absurdity = this.#absurd(candle);
    if (absurdity !== undefined) {
      return [{ type: closed === true ? 'doubted' : 'rejected', reason: absurdity }];
    }
    if (this.#last !== undefined && candle.openTime <= this.#last.openTime) {
      return this.#late(candle, closed);
    }
    if (closed === true) return this.#closed(candle);
    if (closed === undefined) return this.#unflagged(candle);
    return this.#gapBefore(candle.openTime);
  }

  /**
   * Takes closed candles from REST, oldest first. REST is the second source: what it confirms is
   * believed, however far it moved. An interval it skips is confirmed empty and becomes a flat candle
   * without volume (DOMAIN §1), up to `until`, where the answer ended in a candle not yet closed. An
   * unsound candle ends the answer: what follows would paper over it.
   */
  fill(candles: readonly Candle[], until?: Millis, backfilled = true): readonly Assembled[] {
    const out: Assembled[] = [];
    const sound = this.#fillSound(candles, backfilled, out);
    if (sound && until !== undefined) this.#fillEmpty(until, out);
    this.#drain(out);
    // Whatever seemed to form further ahead was not there: it must not hide what comes.
    if (this.#forming !== undefined && this.#forming.openTime > (this.next ?? Infinity)) {
      this.#forming = undefined;
    }
    return out;
  }

  #fillSound(candles: readonly Candle[], backfilled: boolean, out: Assembled[]): boolean {
    for (const candle of candles) {
      const reason = candleDefect(candle, this.#stream.timeframe);
      if (reason === undefined && candle.openTime <= (this.#last?.openTime ?? -1)) {
        out.push(...this.#compared(candle));
        continue;
      }
      if (reason !== undefined) {
        out.push({ type: 'rejected', reason });
        return false;
      }
      this.#fillEmpty(candle.openTime, out);
      // One that waits was seen closing live, whatever it waited for.
      const seen = this.#waiting.has(candle.openTime);
      out.push(this.#release(candle, backfilled && !seen));
    }
    return true;
  }

  /** The candle that may have closed without a flag: its successor has come, or its time has. */
  get unproven(): Candle | undefined {
    return this.#forming;
  }

  /** Whether closed candles from REST follow one another, and the last release, as prices do. */
  follows(candles: readonly Candle[]): boolean {
    let before = this.#last;
    for (const candle of candles) {
      if (before !== undefined && candle.openTime <= before.openTime) continue;
      if (before !== undefined && !isNear(candle.close, before.close)) return false;
      before = candle;
    }
    return true;
  }

  #absurd({ close }: Candle): string | undefined {
    const before = this.#last?.close;
    return before === undefined || isNear(close, before)
      ? undefined
      : `expected a close within ×${ABSURD} of ${before}, was ${close}`;
  }

  /** Final is final: a late change is said, and never decides again. */
  #late(candle: Candle, closed: boolean | undefined): readonly Assembled[] {
    return closed === false ? none : this.#compared(candle);
  }

  #compared(candle: Candle): readonly Assembled[] {
    const known = this.#released.get(candle.openTime);
    if (known === undefined || isSame(candle, known)) return none;
    // The same change, told again, is no news.
    this.#released.set(candle.openTime, candle);
    return [{ type: 'corrected', was: known, is: candle }];
  }

  #closed(candle: Candle): readonly Assembled[] {
    if (candle.openTime !== this.next) {
      if (this.#waiting.size < WAITING_MAX) this.#waiting.set(candle.openTime, candle);
      return this.#gapBefore(candle.openTime);
    }
    const out: Assembled[] = [this.#release(candle, false)];
    this.#drain(out);
    return out;
  }

  /** Without a flag a candle is a candidate once its successor is here; REST proves it. */
  #unflagged(candle: Candle): readonly Assembled[] {
    const before = this.#forming;
    if (before !== undefined && candle.openTime < before.openTime) return none;
    this.#forming = candle;
    const first = before === undefined || candle.openTime > before.openTime;
    if (candle.openTime === (this.next ?? 0) + this.#length)
      return first ? [{ type: 'unproven' }] : none;
    return this.#gapBefore(candle.openTime);
  }

  #gapBefore(openTime: Millis): readonly Assembled[] {
    const from = this.next;
    if (from === undefined || openTime <= from || this.#saidGapAt === from) return none;
    this.#saidGapAt = from;
    return [{ type: 'gap', from, to: openTime }];
  }

  #fillEmpty(until: Millis, out: Assembled[]): void {
    if (until - (this.next ?? until) > EMPTY_MAX * this.#length) return;
    for (let next = this.next; next !== undefined && next < until; next = this.next) {
      const waiting = this.#takeWaiting(next, out);
      const candle = waiting ?? emptyCandle(next, this.#last?.close ?? Number.NaN);
      out.push(this.#release(candle, waiting === undefined));
    }
  }

  #drain(out: Assembled[]): void {
    for (let next = this.next; next !== undefined; next = this.next) {
      const waiting = this.#takeWaiting(next, out);
      if (waiting === undefined) break;
      out.push(this.#release(waiting, false));
    }
  }

  /** The waiting candle of that time, looked at again: it came before its predecessor was known. */
  #takeWaiting(openTime: Millis, out: Assembled[]): Candle | undefined {
    const waiting = this.#waiting.get(openTime);
    const reason = waiting === undefined ? undefined : this.#absurd(waiting);
    if (reason === undefined) return waiting;
    this.#waiting.delete(openTime);
    out.push({ type: 'rejected', reason });
    return undefined;
  }

  #release(candle: Candle, backfilled: boolean): Assembled {
    this.#last = candle;
    this.#released.set(candle.openTime, candle);
    for (const oldest of this.#released.keys()) {
      if (this.#released.size <= REMEMBERED) break;
      this.#released.delete(oldest);
    }
    for (const openTime of this.#waiting.keys()) {
      if (openTime <= candle.openTime) this.#waiting.delete(openTime);
    }
    if (this.#forming !== undefined && this.#forming.openTime <= candle.openTime) {
      this.#forming = undefined;
    }
    return { type: 'released', candle, backfilled };
  }
}
