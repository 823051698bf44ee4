// What the head of an answer says about how much may be asked: what was used, and when to be silent.
import type { Millis } from '../domain/time.ts';

/** Header names in lower case. */
export type Headers = Readonly<Record<string, unknown>>;

export interface VenueWord {
  readonly weight: number | undefined;
  readonly orders: number | undefined;
  /** The venue's time of the answer, to the second. */
  readonly at: Millis | undefined;
  /** “Too fast” and “banned”: nothing for so long. */
  readonly silence: { readonly isBan: boolean; readonly ms: Millis } | undefined;
}

/** Where the venue does not say how long: a minute after “too fast”; the shortest ban is two. */
const restMs = { tooFast: 60_000, banned: 120_000 };
/** The longest ban there is. A longer one would be a slip of the pen. */
const restMsMax: Millis = 3 * 86_400_000;
/** To the second below: an answer in the same second may come too early. */
const restMsMin: Millis = 1000;

const count = (value: unknown): number | undefined => {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return parsed >= 0 && parsed < 1e9 ? parsed : undefined;
};

/** Total: what cannot be read says nothing. */
export function wordOf(status: number, headers: Headers): VenueWord {
  const at = Date.parse(String(headers['date']));
  return {
    weight: count(headers['x-mbx-used-weight-1m']),
    orders: count(headers['x-mbx-order-count-10s']),
    at: at > 0 ? at : undefined,
    silence: status === 418 || status === 429 ? silenceOf(status, headers) : undefined,
  };
}

function silenceOf(status: number, headers: Headers): VenueWord['silence'] {
  const isBan = status === 418;
  const seconds = count(headers['retry-after']);
  const told = seconds === undefined ? undefined : Math.max(seconds * 1000, restMsMin);
  const ms = told ?? (isBan ? restMs.banned : restMs.tooFast);
  return { isBan, ms: Math.min(ms, restMsMax) };
}
