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
  readonly at: Millis;
  /** The candle being made, as far as this step: its close is the step's price. */
  readonly candle: Candle;
}

export interface PlayerListener {
  onMove(move: Move): void;
  /** Every pair's candle at `openTime` has closed, at market time `at`. */
  onClosed(openTime: Millis, at: Millis): void;
  /** The market has no more candles. */
  onEnd(): void;
}

/** Wall time between steps at best; a candle has at least four steps and at most sixty. */
const stepWallMs = 50;

export class Player {
  readonly #source: CandleSource;
  readonly #ticks: ReadonlyMap<string, number>;
  readonly #speed: number;
  readonly #listener: PlayerListener;
  readonly #length: Millis;
  readonly #steps: number;
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
    this.#steps = Math.min(60, Math.max(4, Math.round(this.#length / speed / stepWallMs)));
    this.#openTime = Math.floor(from / this.#length) * this.#length;
    this.#index = Math.floor(((from - this.#openTime) / this.#length) * this.#steps);
    this.#anchor = { market: from, wall: performance.now() };
  }

  /** Market time now. */
  now(): Millis {
    const { market, wall } = this.#anchor;
    return this.#running ? Math.floor(market + (performance.now() - wall) * this.#speed) : market;
  }

  /** The candle in the making, as far as it has been played. */
  candle(pair: string): Candle | undefined {
    return this.#partial.get(pair);
  }

  start(): void {
    this.#running = true;
    this.#anchor = { market: this.#anchor.market, wall: performance.now() };
    if (this.#load()) this.#run();
    else this.#end();
  }

  stop(): void {
    this.#anchor = { market: this.now(), wall: performance.now() };
    this.#running = false;
    clearTimeout(this.#timer);
  }

  #dueAt(): Millis {
    return this.#openTime + Math.floor((this.#index * this.#length) / this.#steps);
  }

  /** The ways of the candles that open now; false when there are none. */
  #load(): boolean {
    this.#paths = new Map();
    this.#partial = new Map();
    for (const pair of this.#source.pairs) {
      const candle = this.#source.candle(pair, this.#openTime);
      if (candle === undefined) continue;
      this.#paths.set(pair, pathOf(pair, candle, this.#steps, this.#ticks.get(pair) ?? 0.01));
    }
    // Resuming inside a candle: the steps already played are part of it.
    for (const [pair, path] of this.#paths) {
      for (const step of path.slice(0, this.#index)) this.#grow(pair, step);
    }
    return this.#paths.size > 0;
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
    for (const [pair, path] of this.#paths) {
      const step = path[this.#index];
      if (step === undefined) continue;
      const candle = this.#grow(pair, step);
      this.#listener.onMove({ pair, step, at, candle });
    }
    this.#index += 1;
  }

  #closeCandles(): boolean {
    const closed = this.#openTime;
    this.#openTime += this.#length;
    this.#index = 0;
    this.#listener.onClosed(closed, this.#openTime);
    return this.#load();
  }

  /** Plays everything that is due, then waits for the next step. */
  #run(): void {
    while (this.#running && this.#dueAt() <= this.now()) {
      if (this.#index < this.#steps) this.#playStep(this.#dueAt());
      else if (!this.#closeCandles()) this.#end();
    }
    if (!this.#running) return;
    const wait = (this.#dueAt() - this.now()) / this.#speed;
    this.#timer = setTimeout(() => this.#run(), Math.max(1, wait));
  }

  #end(): void {
    this.#anchor = { market: this.#openTime, wall: performance.now() };
    this.#running = false;
    this.#listener.onEnd();
  }
}
