// Seeded chance: the same seed plays the same market.
import { chanceOf as chanceFrom } from '../domain/statistic.ts';

export type Chance = () => number;

/** A stream of numbers in [0, 1) that depends on `parts` alone. */
export const chanceOf = (...parts: readonly (string | number)[]): Chance =>
  chanceFrom(hash(parts.join('|')));

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
