// When a process is ended, and how: drawn from a seed, a while after a line of its story.
import type { Line } from '../support/command.ts';

export const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
export type EndingSignal = (typeof ENDINGS)[number];

interface Place {
  readonly name: string;
  /** The line it comes after; its start, where there is none. */
  fits(line: Line): boolean;
  /** How long after that at most. */
  readonly spanMs: number;
}

const is =
  (msg: string) =>
  (line: Line): boolean =>
    line.msg === msg;

/** In the order in which they come. */
export const PLACES = [
  { name: 'start', fits: () => false, spanMs: 2500 },
  { name: 'loading', fits: is('engine.started'), spanMs: 600 },
  { name: 'live', fits: is('stream.live'), spanMs: 1500 },
  { name: 'signal', fits: is('signal.approved'), spanMs: 120 },
  { name: 'order under way', fits: is('order.accepted'), spanMs: 120 },
  { name: 'exit under way', fits: is('exit.decided'), spanMs: 80 },
  // It was asked to end in order before.
  { name: 'stopping', fits: is('day.opened'), spanMs: 600 },
] as const satisfies readonly Place[];

export interface Moment {
  readonly seed: number;
  readonly signal: EndingSignal;
  readonly place: (typeof PLACES)[number];
  readonly delayMs: number;
}

/** The moment of `seed`; the places take turns. */
export function momentOf(signal: EndingSignal, seed: number): Moment {
  const place = PLACES[seed % PLACES.length] ?? PLACES[0];
  const share = fraction(seed * ENDINGS.length + ENDINGS.indexOf(signal) + 1);
  return { seed, signal, place, delayMs: Math.round(place.spanMs * share) };
}

/** A number between 0 and 1 that looks like chance. */
function fraction(seed: number): number {
  let mixed = Math.imul(seed ^ 0x9e_37_79_b9, 0x85_eb_ca_6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2_b2_ae_35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}
