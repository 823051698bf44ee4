// One planned bar of a scene. Scenes are written once, in heights: the logarithm of the price, or its
// negative where the scene plays upside down, so that a squeeze is a flush seen in a mirror.
import type { Chance } from '../chance.ts';
import { exponential, normal } from './noise.ts';

export interface Beat {
  readonly close: number;
  readonly high: number;
  readonly low: number;
  /** In multiples of the asset's usual volume. */
  readonly volume: number;
  /** The bar, and all after it, may be carried along by the rest of the market. */
  readonly loose?: boolean;
}

/** The same bar upside down. */
export const mirrored = (beat: Beat): Beat => ({
  ...beat,
  close: -beat.close,
  high: -beat.low,
  low: -beat.high,
});

/** The same bar higher by `rise`. */
export const raised = (beat: Beat, rise: number): Beat => ({
  ...beat,
  close: beat.close + rise,
  high: beat.high + rise,
  low: beat.low + rise,
});

/** The same bars, free to drift with the market. */
export const loosened = (beats: readonly Beat[]): Beat[] =>
  beats.map((beat) => ({ ...beat, loose: true }));

export interface Leg {
  readonly from: number;
  readonly to: number;
  readonly bars: number;
  /** Relative ATR: the scale of the noise. */
  readonly unit: number;
  readonly volume: number;
  /** No bar of the leg goes under this height. */
  readonly floor?: number;
}

/** A walk of `bars` bars that ends exactly at `to`: straight with some noise on the way. */
export function walk({ from, to, bars, unit, volume, floor }: Leg, chance: Chance): Beat[] {
  const beats: Beat[] = [];
  const least = floor ?? Number.NEGATIVE_INFINITY;
  let open = from;
  for (let bar = 1; bar <= bars; bar += 1) {
    const straight = from + ((to - from) * bar) / bars;
    const close = bar === bars ? to : Math.max(straight + 0.3 * unit * normal(chance), least);
    const low = Math.max(Math.min(open, close) - 0.22 * unit * exponential(chance), least);
    beats.push({
      close,
      high: Math.max(open, close) + 0.22 * unit * exponential(chance),
      low: Math.min(low, open, close),
      volume: volume * Math.exp(0.25 * normal(chance)),
    });
    open = close;
  }
  return beats;
}
