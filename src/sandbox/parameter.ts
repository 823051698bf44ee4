// Request parameters as they came, and the numbers in them.
import { refusals } from './refusal.ts';

export type Parameters = ReadonlyMap<string, string>;

/** A whole number; `preset` when it was not sent. Throws `VenueRefusal`. */
export const integer = (parameters: Parameters, name: string, preset: number): number => {
  const text = parameters.get(name);
  if (text === undefined) return preset;
  if (!/^\d{1,16}$/.test(text)) throw refusals.illegal(name);
  return Number(text);
};
