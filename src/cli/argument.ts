// Durations, numbers and words as people type them.
import { InvalidArgumentError } from 'commander';
import { plain } from '../plain.ts';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** A timer of Node holds 31 bits of milliseconds; a longer one would fire at once. */
const durationMsMax = 24 * 86_400_000;

/** `60s`, `5m`, `1h` in milliseconds, at most 24 days. Throws `InvalidArgumentError`. */
export function duration(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const durationMs = Number(count) * (units[unit] ?? Number.NaN);
  if (!(durationMs <= durationMsMax)) {
    throw new InvalidArgumentError('expected a duration such as 60s, 5m or 1h, at most 24d');
  }
  return durationMs;
}

/** A finite number within bounds, as an argument parser. */
export const numberBetween =
  (low: number, high: number) =>
  (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (!(value >= low && value <= high)) {
      throw new InvalidArgumentError(`expected a number from ${low} to ${high}`);
    }
    return value;
  };

export const wholeBetween =
  (low: number, high: number) =>
  (text: string): number => {
    const value = numberBetween(low, high)(text);
    if (!Number.isInteger(value)) throw new InvalidArgumentError('expected a whole number');
    return value;
  };

/** A percentage from 0 to 100; one that looks like a fraction is asked about. */
export function percentage(text: string): number {
  const value = numberBetween(0, 100)(text);
  if (value > 0 && value <= 1) {
    throw new InvalidArgumentError('expected a percentage from 0 to 100 (was a fraction meant?)');
  }
  return value;
}

/** Words of 1 to `charactersMax` characters: a name or a reason nobody can read is none. */
export const words =
  (charactersMax: number) =>
  (text: string): string => {
    const said = plain(text).trim();
    if (said === '' || said.length > charactersMax) {
      throw new InvalidArgumentError(`expected 1 to ${charactersMax} characters`);
    }
    return said;
  };
