// What the exchange answers, whatever wire the question came by.
import type { Exchange } from './exchange.ts';
import type { Parameters } from './parameter.ts';

export interface Route {
  /** Whether only the key's owner may ask. */
  readonly isSigned: boolean;
  /** Request weight, as published. */
  readonly weight: number;
  /** How many new orders it counts as. */
  readonly orders: number;
  /** Throws `VenueRefusal`. */
  answer(exchange: Exchange, parameters: Parameters): unknown;
}

export type Routes = Readonly<Record<string, Route>>;

export const open = (weight: number, answer: Route['answer']): Route => ({
  isSigned: false,
  orders: 0,
  weight,
  answer,
});

export const signed = (weight: number, answer: Route['answer']): Route => ({
  ...open(weight, answer),
  isSigned: true,
});
