// Plays the candles: one timeline for all pairs, market time running `speed` times as fast as the
// wall. Steps that are due are played in order; being late delays them, it never drops one.
import { performance } from 'node:perf_hooks';
import type { Candle } from '../domain/candle.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import type { CandleSource } from './market.ts';
import { pathOf, type Step } from './path.ts';

/** One price of one pair, at market time `at`. */
export interface Move {
  readonly pair: string;
  readonly step: Step;
  /** Number of the trade at this step: the same however often the candle is played, and grows. */
  readonly tradeId: number;
  readonly at: Millis;
  /** The candle being made, as far as this step: its close is the step's price. */
  readonly candle: Candle;
}

/** Trades by number. */
export interface TradeRange {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

export interface PlayerListener {
  onMove(move: Move): void;
  /** At market time `at` the candle of every pair has closed. */
  onClosed(at: Millis): void;
  /** The market has no more candles. */
  onEnd(): void;
}

/** Wall time between steps at best. */
const stepWallMs = 50;
const stepsMin = 4;
const stepsMax = 60;

export class Player {
  /** Prices a candle is played in. */
  readonly steps: number;
  readonly #source: CandleSource;
  readonly #ticks: ReadonlyMap<string, number>;
  readonly #speed: number;
  readonly #listener: PlayerListener;
  readonly #length: Millis;
  #openTime: Millis;
  #index: number;
  #anchor: { market: Millis; wall: Millis };
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #paths = new Map<string, readonly Step[]>();
  #partial = new Map<string, Candle>();

  /** `ticks`: price tick of each pair; plays on from market time `from`. */
  constructor(
    source: CandleSource,
    ticks: ReadonlyMap<string, number>,
    { from, speed }: { from: Millis; speed: number },
    listener: PlayerListener,
  ) {
    this.#source = source;
    this.#ticks = ticks;
    this.#speed = speed;
    this.#listener = listener;
    this.#length = timeframeMs(source.timeframe);
    const steps = Math.round(this.#length / speed / stepWallMs);
    this.steps = Math.min(stepsMax, Math.max(stepsMin, steps));
    this.#openTime = Math.floor(from / this.#length) * this.#length;
    this.#anchor = { market: from, wall: performance.now() };
    this.#index = 0;
    while (this.#dueAt() < from) this.#index += 1;
    this.#load();
  }

  /** Market time now. What has not been played has not happened: it waits for steps that are late. */
  now(): Millis {
    return this.#running ? Math.min(Math.floor(this.#clock()), this.#dueAt()) : this.#anchor.market;
  }

  /** The candle in the making, as far as it has been played. */
  candle(pair: string): Candle | undefined {
    return this.#partial.get(pair);
  }

  /** The trades played from market time `from` until before `to`. */
  trades(from: Millis, to: Millis): TradeRange {
    const [first, end] = [this.#stepsBefore(from), this.#stepsBefore(to)];
    return { first: this.#tradeId(first), last: this.#tradeId(end - 1), count: end - first };
  }

  start(): void {
    this.#running = true;
    this.#anchor = { market: this.#anchor.market, wall: performance.now() };
    this.#run();
  }

  stop(): void {
    // Within the same millisecond as the last step: that one is not to be played again.
    const played = this.#index === 0 ? this.#openTime : this.#dueAt(this.#index - 1) + 1;
    this.#anchor = { market: Math.max(this.now(), played), wall: performance.now() };
    this.#running = false;
    clearTimeout(this.#timer);
  }

  /** Where market time would be if every step came in time. */
  #clock(): number {
    const { market, wall } = this.#anchor;
    return market + (performance.now() - wall) * this.#speed;
  }

  #dueAt(index = this.#index): Millis {
    return this.#openTime + Math.floor((index * this.#length) / this.steps);
  }

  /** Steps of the whole market, history and all, before market time `at`. */
  #stepsBefore(at: Millis): number {
    return Math.ceil((Math.max(0, at - this.#source.start) * this.steps) / this.#length);
  }

  /** Numbers follow market time alone, so that a market played faster goes on in the same order. */
  #tradeId(step: number): number {
    return Math.floor((step * stepsMax) / this.steps) + 1;
  }

  #hasEnded(): boolean {
    return this.#openTime > (this.#source.end ?? Number.POSITIVE_INFINITY);
  }

  /** The ways of the candles that open now; a pair without a candle stands still. */
  #load(): void {
    this.#paths = new Map();
    this.#partial = new Map();
    for (const pair of this.#source.pairs) {
      const candle = this.#source.candle(pair, this.#openTime);
      if (candle === undefined) continue;
      this.#paths.set(pair, pathOf(pair, candle, this.steps, this.#ticks.get(pair) ?? 0.01));
    }
    // Resuming inside a candle: the steps already played are part of it.
    for (const [pair, path] of this.#paths) {
      for (const step of path.slice(0, this.#index)) this.#grow(pair, step);
    }
  }

  #grow(pair: string, { price, volume }: Step): Candle {
    const before = this.#partial.get(pair);
    const candle: Candle = {
      openTime: this.#openTime,
      open: before?.open ?? price,
      high: Math.max(before?.high ?? price, price),
      low: Math.min(before?.low ?? price, price),
      close: price,
      volume: volume.plus(before?.volume ?? 0).toNumber(),
    };
    this.#partial.set(pair, candle);
    return candle;
  }

  #playStep(at: Millis): void {
    const index = this.#index;
    for (const [pair, path] of this.#paths) {
      const step = path[index];
      if (step === undefined) continue;
      const candle = this.#grow(pair, step);
      const tradeId = this.#tradeId(this.#stepsBefore(this.#openTime) + index);
      this.#listener.onMove({ pair, step, tradeId, at, candle });
    }
    this.#index += 1;
  }

  #closeCandles(): void {
    this.#openTime += this.#length;
    this.#index = 0;
    this.#load();
    this.#listener.onClosed(this.#openTime);
  }

  /** Plays what is due, a candle at a time so that a late market leaves others their turn. */
  #run(): void {
    let candles = 0;
    while (this.#running && candles === 0 && this.#dueAt() <= this.#clock()) {
      if (this.#hasEnded()) {
        this.#end();
        return;
      }
      if (this.#index < this.steps) {
        this.#playStep(this.#dueAt());
      } else {
        this.#closeCandles();
        candles += 1;
      }
    }
    if (!this.#running) return;
    const wait = (this.#dueAt() - this.#clock()) / this.#speed;
    this.#timer = setTimeout(() => this.#run(), Math.max(0, wait));
  }

  #end(): void {
    this.#anchor = { market: this.#openTime, wall: performance.now() };
    this.#running = false;
    this.#listener.onEnd();
  }
}
