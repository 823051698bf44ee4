// The true market of a simulated world: first a rising ladder of lows, then prices that come down it rung by rung, each
// swept and reclaimed, so that strategies find a set-up every few minutes; and the candles they make. Known before
// anybody asks.
import type { Candle } from '../../src/domain/candle.ts';
import type { Millis } from '../../src/domain/time.ts';
import { type Chance, chanceOf } from '../../src/sandbox/chance.ts';

export const minuteMs: Millis = 60_000;
export const hourMs: Millis = 3_600_000;
/** A price lasts so long. */
export const stepMs: Millis = 5000;
const STEPS = minuteMs / stepMs;
/** Height of a rung, as a share of the price. */
const RUNG = 0.0025;
/** Minutes from one rung of the ladder to the next. */
const RUNG_MINUTES = 3;
/** How often a rung that was reclaimed is followed by a rise to the target. */
const RISES = 0.25;

const cents = (value: number): number => Math.round(value * 100) / 100;

interface Minute {
  readonly steps: readonly number[];
  readonly candle: Candle;
}

/** One pair's prices from `origin` on, made as far as they are asked for; hours before it are calm ones. */
export class PairMarket {
  readonly #minutes: Minute[] = [];
  /** Longer candles as far as they were joined. */
  readonly #joined = new Map<Millis, { end: Millis; candle: Candle }>();
  readonly #origin: Millis;
  readonly #first: number;
  readonly #chance: Chance;
  readonly #liveAt: Millis;
  /** The highest rung that still stands. */
  #rung = 0;
  #plan: Leg[] = [];

  /** Climbs from `first` at `origin` until `liveAt`. */
  constructor(
    seed: number,
    pair: string,
    { origin, liveAt, first }: { origin: Millis; liveAt: Millis; first: number },
  ) {
    this.#chance = chanceOf('market', seed, pair);
    this.#origin = origin;
    this.#liveAt = liveAt;
    this.#first = first;
  }

  price(at: Millis): number {
    const { steps } = this.#minute(at);
    return steps[Math.floor((at % minuteMs) / stepMs)] ?? this.#first;
  }

  /** A whole candle. */
  candle(openTime: Millis, length: Millis): Candle {
    if (length === minuteMs) return this.#minute(openTime).candle;
    return openTime < this.#origin
      ? this.#calm(openTime)
      : this.#until(openTime, openTime + length);
  }

  /** The candle in the making at a time: prices up to it. */
  forming(at: Millis, length: Millis): Candle {
    const openTime = Math.floor(at / length) * length;
    const minute = Math.floor(at / minuteMs) * minuteMs;
    const { steps, candle } = this.#minute(minute);
    const seen = steps.slice(0, Math.floor((at - minute) / stepMs) + 1);
    const share = seen.length / STEPS;
    const now = madeOf(minute, candle.open, seen, candle.volume * share);
    return openTime === minute ? now : joined(this.#until(openTime, minute), now);
  }

  /** The whole minutes of a longer candle, up to a time. */
  #until(openTime: Millis, end: Millis): Candle {
    const known = this.#joined.get(openTime);
    let candle = known?.end !== undefined && known.end <= end ? known.candle : undefined;
    let at = candle === undefined ? openTime : (known?.end ?? openTime);
    for (; at < end; at += minuteMs) {
      const next = this.#minute(at).candle;
      candle = candle === undefined ? next : joined(candle, next);
    }
    if (candle === undefined) throw new RangeError('expected a minute at least, was none');
    this.#joined.set(openTime, { end, candle });
    return candle;
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
    const openTime = this.#origin + this.#minutes.length * minuteMs;
    const open = this.#minutes.at(-1)?.candle.close ?? this.#first;
    const leg = openTime < this.#liveAt ? this.#climb() : this.#descend();
    const steps = this.#path(open, leg);
    const volume = Math.round(1000 * (5 + 15 * this.#chance())) / 1000;
    return { steps, candle: madeOf(openTime, open, steps, volume) };
  }

  /** Up, up, and back to a low that stands: in rungs above the first price. */
  #climb(): Leg {
    const minute = this.#minutes.length;
    const rung = Math.floor(minute / RUNG_MINUTES);
    this.#rung = rung;
    const legs: readonly Leg[] = [
      { low: rung + 0.35, high: rung + 1.3, close: rung + 1.2 },
      { low: rung + 1.15, high: rung + 1.7, close: rung + 1.6 },
      { low: rung + 1, high: rung + 1.65, close: rung + 1.4 },
    ];
    return legs[minute % RUNG_MINUTES] ?? { low: rung, high: rung, close: rung };
  }

  /** From just above a rung below it and back; then up to a target or not, and down to the next. */
  #descend(): Leg {
    const next = this.#plan.shift();
    if (next !== undefined) return next;
    const rung = this.#rung;
    this.#rung -= 1;
    const risen = { low: rung + 0.8, high: rung + 6.5, close: rung + 5 };
    const back = { low: rung + 0.5, high: rung + 5.1, close: rung + 0.8 };
    const isRising = this.#chance() < RISES;
    const down = { low: rung - 0.5, high: rung + 0.95, close: rung - 0.4 };
    this.#plan = [...(isRising ? [risen, back] : []), down];
    return { low: rung - 0.3, high: rung + 1, close: rung + 0.9 };
  }

  /** Down first, then up, then to the close, with a little noise that stays within. */
  #path(open: number, { low, high, close }: Leg): readonly number[] {
    const at = (rungs: number): number => this.#first * (1 + RUNG * rungs);
    const corners = [open, at(low), at(high), at(close)];
    return Array.from({ length: STEPS }, (_, step) => {
      const way = (3 * (step + 1)) / STEPS;
      const corner = Math.min(2, Math.floor(way));
      const [from = open, to = open] = corners.slice(corner);
      const share = way - corner;
      const noise = step === STEPS - 1 ? 0 : 0.0001 * (this.#chance() - 0.5);
      return cents((from + (to - from) * share) * (1 + noise));
    });
  }
}

/** Where a minute goes, in rungs above the first price. */
interface Leg {
  readonly low: number;
  readonly high: number;
  readonly close: number;
}

function madeOf(openTime: Millis, open: number, prices: readonly number[], volume: number): Candle {
  const close = prices.at(-1) ?? open;
  const [high, low] = [Math.max(open, ...prices), Math.min(open, ...prices)];
  return { openTime, open, high, low, close, volume };
}

/** One candle of two that follow each other. */
const joined = (first: Candle, second: Candle): Candle => ({
  openTime: first.openTime,
  open: first.open,
  high: Math.max(first.high, second.high),
  low: Math.min(first.low, second.low),
  close: second.close,
  volume: first.volume + second.volume,
});
