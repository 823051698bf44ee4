// Reads fields of foreign JSON and rows, refusing what is not there instead of guessing.
import { exact, type Rational } from './rational.ts';

export interface Fields {
  readonly text: (name: string) => string;
  readonly amount: (name: string) => Rational;
  readonly whole: (name: string) => number;
  readonly flag: (name: string) => boolean;
  /** The fields of an object inside. */
  readonly inside: (name: string) => Fields;
  readonly list: (name: string) => readonly Fields[];
  readonly names: () => string[];
  /** Whether there is such a field, and something in it. */
  readonly has: (name: string) => boolean;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

function wrong(name: string, expected: string, value: unknown): Error {
  return new Error(`${name}: expected ${expected}, was ${JSON.stringify(value)}`);
}

/** Wraps an object; throws for anything else. */
export function fieldsOf(value: unknown): Fields {
  if (!isObject(value)) throw wrong('payload', 'an object', value);
  const fields = new Map<string, unknown>(Object.entries(value));
  const text = (name: string): string => {
    const found = fields.get(name);
    if (typeof found === 'string') return found;
    if (typeof found === 'number' && Number.isSafeInteger(found)) return String(found);
    throw wrong(name, 'text', found);
  };
  return {
    text,
    amount: (name) => exact(text(name)),
    whole: (name) => Number(text(name)),
    flag: (name) => {
      const found = fields.get(name);
      if (typeof found === 'boolean') return found;
      throw wrong(name, 'true or false', found);
    },
    inside: (name) => fieldsOf(fields.get(name)),
    list: (name) => listOf(fields.get(name)),
    names: () => [...fields.keys()],
    has: (name) => (fields.get(name) ?? null) !== null,
  };
}

/** Wraps every object of a list; throws for anything else. */
export function listOf(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) throw wrong('payload', 'a list', value);
  return value.map(fieldsOf);
}
