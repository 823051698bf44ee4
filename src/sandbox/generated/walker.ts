// One asset walking through time: noise that respects old lows and highs, scenes when they are cued,
// every bar rounded to ticks and lots.
import type { Candle } from '../../domain/candle.ts';
import { WilderAverage } from '../../domain/indicator.ts';
import type { Millis } from '../../domain/time.ts';
import { type Chance, chanceOf } from '../chance.ts';
import { type Asset, assetOf } from './asset.ts';
import { type Beat, raised } from './beat.ts';
import type { Weather } from './climate.ts';
import { Director } from './director.ts';
import { exponential, normal } from './noise.ts';
import { Shelf } from './shelf.ts';
import type { Stage } from './stage.ts';

/** Standard deviation of a bar's noise, as a logarithm: gives an ATR of about half a percent. */
const NOISE = 0.0027;
/** Share of the way home taken every bar: half of a stray is gone after a day. */
const HOMING = 6e-4;
/** Share of the common shock that carries a scene along. */
const CARRY = 0.7;
/** Drift of a bar in an act that leans, in its noise. */
const LEAN = 0.1;
/** A usual stray from home, as a logarithm. */
const STRAY = 0.14;
const UNIT_FIRST = 0.005;
/** The narrowest range between old lows and highs that still holds, as a logarithm. */
const RANGE_MIN = 0.016;

export class Walker {
  readonly #asset: Asset;
  readonly #chance: Chance;
  readonly #director: Director;
  readonly #lows = new Shelf();
  readonly #highs = new Shelf();
  readonly #range = new WilderAverage(14);
  readonly #home: number;
  #unit = UNIT_FIRST;
  #price: number;
  #bustle = 0;
  #beats: readonly Beat[] = [];
  #played = 0;
  /** How far the market has carried the scene since it began. */
  #carried = 0;

  constructor(seed: number, pair: string, openingCue: number) {
    this.#asset = assetOf(pair);
    this.#chance = chanceOf(seed, pair);
    this.#director = new Director(this.#asset, chanceOf(seed, pair, 'scenes'), openingCue);
    this.#home = Math.log(this.#asset.home);
    const start = Math.exp(this.#home + 0.05 * normal(this.#chance));
    this.#price = this.#toTick(start);
  }

  next(openTime: Millis, weather: Weather): Candle {
    const open = this.#price;
    const candle = this.#round(openTime, open, this.#beat(weather, Math.log(open)));
    this.#price = candle.close;
    this.#lows.push(Math.log(candle.low));
    this.#highs.push(-Math.log(candle.high));
    const unit = this.#range.push(Math.log(candle.high / candle.low));
    if (Number.isFinite(unit)) this.#unit = unit;
    return candle;
  }

  #beat(weather: Weather, height: number): Beat {
    if (this.#played === this.#beats.length) {
      const displacement = Math.min(1.5, Math.max(-1.5, (height - this.#home) / STRAY));
      const stageOf = (way: 1 | -1): Stage => this.#stage(way, height);
      this.#beats = this.#director.plan(weather.bar, weather.act, displacement, stageOf);
      this.#played = 0;
      this.#carried = 0;
    }
    const scripted = this.#beats[this.#played];
    if (scripted === undefined) return this.#noise(weather, height);
    this.#played += 1;
    if (scripted.loose) {
      this.#carried += CARRY * NOISE * weather.volatility * this.#asset.kinship * weather.shock;
    }
    // The bar opens where the last one closed: only what moves since then may stretch it.
    return raised(scripted, this.#carried);
  }

  #stage(way: 1 | -1, height: number): Stage {
    const [floor, ceiling] = way === 1 ? [this.#lows, this.#highs] : [this.#highs, this.#lows];
    return { height: way * height, unit: this.#unit, floor, ceiling };
  }

  #noise({ shock, volatility, act }: Weather, open: number): Beat {
    const chance = this.#chance;
    const { kinship } = this.#asset;
    const own = Math.sqrt(1 - kinship * kinship) * normal(chance);
    const size = NOISE * volatility;
    const move = size * (kinship * shock + own + LEAN * act.lean) + HOMING * (this.#home - open);
    const close = open + move;
    const wick = (): number => 0.62 * size * exponential(chance);
    const free: Beat = {
      close,
      high: Math.max(open, close) + wick(),
      low: Math.min(open, close) - wick(),
      volume: Math.exp(0.25 * normal(chance)) * (0.7 + (0.3 * Math.abs(move)) / NOISE),
    };
    return this.#held(free, open);
  }

  /**
   * Noise does not trade beyond old lows and highs: they hold until somebody comes for them. A range
   * too narrow to trade in gives way upwards.
   */
  #held(beat: Beat, open: number): Beat {
    const support = this.#lows.top(0)?.height ?? Number.NEGATIVE_INFINITY;
    const wall = -(this.#highs.top(0)?.height ?? Number.NEGATIVE_INFINITY);
    const resistance = wall - support > RANGE_MIN ? wall : Number.POSITIVE_INFINITY;
    if (beat.low > support && beat.high < resistance) return beat;
    const gap = (): number => 0.3 * this.#unit * this.#chance();
    const low = beat.low > support ? beat.low : Math.min(open, support + gap());
    const high = beat.high < resistance ? beat.high : Math.max(open, resistance - gap());
    const close = Math.min(high - gap(), Math.max(low + gap(), beat.close));
    return { ...beat, low: Math.min(low, high), high, close: Math.max(low, close) };
  }

  #round(openTime: Millis, open: number, { close, high, low, volume }: Beat): Candle {
    const { lot, volume: usual } = this.#asset;
    this.#bustle += -0.02 * this.#bustle + 0.04 * normal(this.#chance);
    const end = this.#toTick(Math.exp(close));
    const lots = Math.max(1, Math.round((usual * volume * Math.exp(this.#bustle)) / lot));
    return {
      openTime,
      open,
      high: Math.max(open, end, this.#toTick(Math.exp(high))),
      low: Math.min(open, end, this.#toTick(Math.exp(low))),
      close: end,
      volume: Number((lots * lot).toFixed(8)),
    };
  }

  #toTick(price: number): number {
    const { tick } = this.#asset;
    return Number((Math.max(1, Math.round(price / tick)) * tick).toFixed(8));
  }
}
