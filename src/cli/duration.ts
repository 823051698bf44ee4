// Durations and numbers as people type them.
import { InvalidArgumentError } from 'commander';

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `60s`, `5m`, `1h` in milliseconds. Throws `InvalidArgumentError`. */
export function duration(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const scale = units[unit];
  if (count === undefined || scale === undefined) {
    throw new InvalidArgumentError('expected a duration such as 60s, 5m or 1h');
  }
  return Number(count) * scale;
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
