// What one stream asks of REST, and what becomes of the answers: repairs, the proof of a close, and whether
// anything was missed in a silence.
import type { Candle, Stream } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import { VenueFault, wordsOf } from '../exchange/fault.ts';
import type { Log } from '../ports.ts';
import { missesNothing, withoutUnclosed } from './answer.ts';
import { type Assembled, type Assembly, isNear, type RawKline } from './assembly.ts';
import type { History } from './backfill.ts';
import { Inquiry, type Question } from './inquiry.ts';

export interface RestOptions {
  readonly stream: Stream;
  /** Closed candles of history to begin with; one at least, for the next to follow. */
  readonly bars: number;
  /** Market time as estimated; 0 while the venue has said nothing. */
  marketTime(): Millis;
  /** A market time that the venue has certainly reached. */
  provenTime(): Millis;
  /** Candles that opened from `since` on. */
  candlesSince(since: Millis): Promise<History>;
  /** The price of now by a second source; NaN where it has none. */
  lastPrice(): Promise<number>;
  readonly log: Log;
}

interface RepairOptions extends RestOptions {
  readonly assembly: Assembly;
  /** The newest candle as the last frame told it. */
  heard(): RawKline | undefined;
  /** Takes what an answer released, and the newest candle in it. */
  onFilled(filled: readonly Assembled[], newest: Candle | undefined): void;
  onRepaired(isWhole: boolean): void;
  /** Says whether the silence that was looked into is the market's own. */
  onProbed(isExcused: boolean): void;
}

/** A close is overdue half a candle after its time, or this long: its frame was lost. */
const overdueMsMax: Millis = 60_000;
/** Released candles that every proof of a close compares with REST once more. */
const COMPARED = 2;

/** How long after its time a close is overdue, for candles of `length`. */
export const overdueMs = (length: Millis): Millis => Math.min(length / 2, overdueMsMax);

export class Repair {
  readonly #options: RepairOptions;
  readonly #length: Millis;
  readonly #inquiry = new Inquiry((question) => this.#answer(question));
  #isOver = false;

  constructor(options: RepairOptions) {
    this.#options = options;
    this.#length = timeframeMs(options.stream.timeframe);
  }

  ask(question: Question): void {
    this.#inquiry.ask(question);
  }

  stop(): void {
    this.#isOver = true;
    this.#inquiry.stop();
  }

  async #answer(question: Question): Promise<void> {
    const { stream, log, onProbed } = this.#options;
    try {
      if (question === 'probe') await this.#probe();
      else await this.#fill(question);
    } catch (error) {
      // Of a stream that is over nobody waits for candles.
      if (this.#isOver) return;
      log.warn({ stream, error: wordsOf(error) }, 'candles could not be loaded');
      if (question === 'repair') this.#repaired(false);
      if (question === 'probe') onProbed(false);
    }
  }

  async #fill(question: 'repair' | 'proof'): Promise<void> {
    const { assembly, onFilled } = this.#options;
    const isRepair = question === 'repair';
    const { closed, forming } = await this.#fetch(isRepair ? 0 : COMPARED);
    const newest = forming ?? closed.at(-1);
    if (newest !== undefined && !assembly.follows(closed)) await this.#confirm(newest);
    if (this.#isOver) return;
    onFilled(assembly.fill(closed, forming?.openTime, isRepair), newest);
    if (isRepair) this.#repaired(assembly.next !== undefined && !assembly.holed);
  }

  /** Candles from the next one on, or from `compared` before it; at first, the history that is wanted. */
  async #fetch(compared: number): Promise<History> {
    const { assembly, marketTime, provenTime, bars, candlesSince, heard } = this.#options;
    const { next } = assembly;
    const first = (Math.floor(marketTime() / this.#length) - Math.max(1, bars)) * this.#length;
    const since = next === undefined ? first : next - compared * this.#length;
    const history = await candlesSince(since);
    const told = heard();
    const closesAt = (told?.candle.openTime ?? 0) + this.#length;
    const isLongOver = provenTime() > closesAt + overdueMs(this.#length);
    return isLongOver ? history : withoutUnclosed(history, told);
  }

  /** Candles that leap are believed if they lead to the price a second source tells. */
  async #confirm({ close }: Candle): Promise<void> {
    const price = await this.#options.lastPrice();
    if (isNear(price, close)) return;
    throw new VenueFault(`expected a price near ${close} at its ticker, was ${price}`, {
      retryable: true,
    });
  }

  async #probe(): Promise<void> {
    const history = await this.#fetch(0);
    if (!this.#isOver) this.#options.onProbed(missesNothing(history, this.#options.heard()));
  }

  #repaired(isWhole: boolean): void {
    // A newer repair has the last word.
    if (!this.#inquiry.awaits('repair')) this.#options.onRepaired(isWhole);
  }
}
