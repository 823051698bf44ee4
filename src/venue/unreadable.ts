// An answer of the venue that does not have the shape it should: shown in part, asked again.
import { VenueFault } from '../exchange/fault.ts';

const shownLengthMax = 200;

export function unreadable(what: string, was: unknown): VenueFault {
  const shown = (JSON.stringify(was) ?? 'nothing').slice(0, shownLengthMax);
  return new VenueFault(`expected ${what}, was ${shown}`, { retryable: true });
}
