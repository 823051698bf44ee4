// Request parameters as they came, and the numbers in them.
import { refusals } from './refusal.ts';

export type Parameters = ReadonlyMap<string, string>;

/**
 * The parameters of a query and a body; what is in both counts as in the query, what is empty as not
 * sent. Throws `VenueRefusal` for a name given twice.
 */
export function parametersOf(query: string, body: string): Parameters {
  const all = new Map<string, string>();
  for (const text of [body, query]) {
    const pairs = [...new URLSearchParams(text)];
    if (new Set(pairs.map(([name]) => name)).size < pairs.length) throw refusals.doubled();
    for (const [name, value] of pairs) {
      if (value === '') all.delete(name);
      else all.set(name, value);
    }
  }
  return all;
}

/** A whole number; `preset` when it was not sent. Throws `VenueRefusal`. */
export const integer = (parameters: Parameters, name: string, preset: number): number => {
  const text = parameters.get(name);
  if (text === undefined) return preset;
  const range = '^[0-9]{1,15}$';
  if (!new RegExp(range).test(text)) throw refusals.illegal(name, range);
  return Number(text);
};

/** How many rows are wanted: `preset` when it was not said, `most` at most. Throws `VenueRefusal`. */
export function limitOf(
  parameters: Parameters,
  { preset, most }: { preset: number; most: number },
): number {
  const limit = integer(parameters, 'limit', preset);
  if (limit === 0) throw refusals.invalid('limit');
  return Math.min(limit, most);
}
