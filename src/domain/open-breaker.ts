// A circuit breaker that is not closed, and what is measured for all of them; plain JSON.
import { type BreakerId, breakerRule } from './breaker.ts';
import type { Millis } from './time.ts';

/** What a breaker measures now. */
export interface Reading {
  readonly id: BreakerId;
  /** The asset or configuration it is about; empty for the portfolio and the venue. */
  readonly on: string;
  /** A measure that is no number trips: what cannot be judged lets no one in. */
  readonly value: number;
  /** Calm for as long as the breaker asks before it closes by itself. */
  readonly isCalm: boolean;
}

export interface Trip {
  readonly id: BreakerId;
  readonly on: string;
  /** Market time of the trip. */
  readonly at: Millis;
  /** Null where it was no number. */
  readonly value: number | null;
  readonly trip: number;
  /** Market time before which it stays open; null where a person alone closes it. */
  readonly until: Millis | null;
}

export interface OpenBreaker extends Trip {
  readonly state: 'open' | 'halfOpen';
  /** Half open: the entry that is trying whether it may close. */
  readonly probe: string | null;
  /** Probes that failed since it was last closed. */
  readonly failures: number;
}

export const breakerKey = ({ id, on }: Pick<Trip, 'id' | 'on'>): string => `${id} ${on}`;

/** What an entry is of, as far as breakers care. */
export interface Entrant {
  readonly configId: string;
  readonly asset: string;
}

/** Whether a breaker stands in the way of entries of `entrant`. */
export function concerns(
  { id, on }: Pick<Trip, 'id' | 'on'>,
  { configId, asset }: Entrant,
): boolean {
  const { scope } = breakerRule(id);
  if (scope === 'configuration') return on === configId;
  return scope === 'asset' ? on === asset : true;
}
