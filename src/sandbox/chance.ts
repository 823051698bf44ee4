// Seeded chance: the same seed plays the same market. Mulberry32 over a hash of the seed's parts.

export type Chance = () => number;

/** A stream of numbers in [0, 1) that depends on `parts` alone. */
export function chanceOf(...parts: readonly (string | number)[]): Chance {
  let state = hash(parts.join('|'));
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
