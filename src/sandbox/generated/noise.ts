// Shapes of chance the generated market is made of.
import type { Chance } from '../chance.ts';

/** Standard normal (Box–Muller, one half used: simple and stateless). */
export function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}

/** Exponential with mean 1. */
export const exponential = (chance: Chance): number => -Math.log(1 - chance());

/** Even between `from` and `to`. */
export const between = (chance: Chance, from: number, to: number): number =>
  from + (to - from) * chance();

/** A whole number from `from` to `to`, both included. */
export const whole = (chance: Chance, from: number, to: number): number =>
  from + Math.floor(chance() * (to - from + 1));
