// The true market of a simulated world: prices that wander around a level and come back, so that lows are swept
// and reclaimed every few minutes, and the candles they make. Known before anybody asks.
import type { Candle } from '../../src/domain/candle.ts';
import type { Millis } from '../../src/domain/time.ts';
import { type Chance, chanceOf } from '../../src/sandbox/chance.ts';

export const minuteMs: Millis = 60_000;
export const hourMs: Millis = 3_600_000;
/** A price lasts so long. */
export const stepMs: Millis = 5000;
const STEPS = minuteMs / stepMs;
/** How far a step goes, and how strongly the level pulls back, as shares. */
const STEP = 0.0011;
const PULL = 0.02;
/** How far the level itself goes in a minute. */
const DRIFT = 0.0006;

const cents = (value: number): number => Math.round(value * 100) / 100;

interface Minute {
  readonly steps: readonly number[];
  readonly candle: Candle;
}

/** One pair's prices from `origin` on, made as far as they are asked for; hours before it are calm ones. */
export class PairMarket {
  readonly #minutes: Minute[] = [];
  readonly #origin: Millis;
  readonly #first: number;
  readonly #chance: Chance;
  #level: number;

  constructor(seed: number, pair: string, origin: Millis, first: number) {
    this.#chance = chanceOf('market', seed, pair);
    this.#origin = origin;
    this.#first = first;
    this.#level = first;
  }

  price(at: Millis): number {
    const { steps } = this.#minute(at);
    return steps[Math.floor((at % minuteMs) / stepMs)] ?? this.#first;
  }

  /** A whole candle. */
  candle(openTime: Millis, length: Millis): Candle {
    if (length === minuteMs) return this.#minute(openTime).candle;
    return openTime < this.#origin ? this.#calm(openTime) : this.#joined(openTime, length);
  }

  /** The candle in the making at a time: prices up to it. */
  forming(at: Millis, length: Millis): Candle {
    const openTime = Math.floor(at / length) * length;
    const minute = Math.floor(at / minuteMs) * minuteMs;
    const { steps, candle } = this.#minute(minute);
    const seen = steps.slice(0, Math.floor((at - minute) / stepMs) + 1);
    const share = seen.length / STEPS;
    const now = madeOf(minute, candle.open, seen, candle.volume * share);
    if (openTime === minute) return now;
    return merged(openTime, this.#whole(openTime, minute), now);
  }

  #joined(openTime: Millis, length: Millis): Candle {
    const last = this.candle(openTime + length - minuteMs, minuteMs);
    return merged(openTime, this.#whole(openTime, openTime + length - minuteMs), last);
  }

  #whole(from: Millis, to: Millis): readonly Candle[] {
    const candles: Candle[] = [];
    for (let at = from; at < to; at += minuteMs) candles.push(this.#minute(at).candle);
    return candles;
  }

  #calm(openTime: Millis): Candle {
    const wave = 1 + 0.004 * Math.sin(openTime / hourMs / 3) + 0.002 * Math.sin(openTime / hourMs);
    const close = cents(this.#first * wave);
    const [high, low] = [cents(close * 1.001), cents(close * 0.999)];
    return { openTime, open: close, high, low, close, volume: 100 };
  }

  #minute(at: Millis): Minute {
    const index = Math.floor((at - this.#origin) / minuteMs);
    while (this.#minutes.length <= index) this.#minutes.push(this.#next());
    const minute = this.#minutes[index];
    if (minute === undefined) throw new RangeError(`expected a minute from ${this.#origin} on`);
    return minute;
  }

  #next(): Minute {
    const chance = this.#chance;
    const openTime = this.#origin + this.#minutes.length * minuteMs;
    const open = this.#minutes.at(-1)?.candle.close ?? this.#first;
    this.#level *= 1 + DRIFT * (2 * chance() - 1);
    const steps: number[] = [];
    let price = open;
    for (let step = 0; step < STEPS; step += 1) {
      const pull = PULL * (this.#level / price - 1);
      price = cents(price * (1 + pull + STEP * (chance() + chance() - 1)));
      steps.push(price);
    }
    const volume = Math.round(1000 * (5 + 15 * chance())) / 1000;
    return { steps, candle: madeOf(openTime, open, steps, volume) };
  }
}

function madeOf(
  openTime: Millis,
  open: number,
  prices: readonly number[],
  volume: number,
): Candle {
  const close = prices.at(-1) ?? open;
  const [high, low] = [Math.max(open, ...prices), Math.min(open, ...prices)];
  return { openTime, open, high, low, close, volume };
}

function merged(openTime: Millis, whole: readonly Candle[], last: Candle): Candle {
  const all = [...whole, last];
  return {
    openTime,
    open: all[0]?.open ?? last.open,
    high: Math.max(...all.map(({ high }) => high)),
    low: Math.min(...all.map(({ low }) => low)),
    close: last.close,
    volume: all.reduce((sum, { volume }) => sum + volume, 0),
  };
}
