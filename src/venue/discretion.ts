// The last line before a venue's words reach the journal, the story and the log: whatever it says, and a venue
// may repeat what it was sent, says no secret of ours. Faults and outcomes alone carry words of the venue.
import { VenueFault } from '../exchange/fault.ts';
import { scrub } from '../exchange/scrub.ts';
import type { CancelOutcome, Outcome, Venue } from '../ports.ts';

/** `venue`, but for `secrets` in what it answers and throws. */
export function discreet(venue: Venue, secrets: readonly string[]): Venue {
  const clean = (text: string): string => scrub(text, secrets);

  async function told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw error instanceof VenueFault ? cleanFault(error) : error;
    }
  }

  /** The cause as words: the client's own errors carry signed addresses. */
  function cleanFault({ message, retryable, cause }: VenueFault): VenueFault {
    const words = cause === undefined ? undefined : clean(String(cause));
    return new VenueFault(clean(message), { retryable, cause: words });
  }

  function cleanOutcome<T extends Outcome | CancelOutcome>(outcome: T): T {
    if ('message' in outcome) return { ...outcome, message: clean(outcome.message) };
    return 'reason' in outcome ? { ...outcome, reason: clean(outcome.reason) } : outcome;
  }

  return {
    name: venue.name,
    news: venue.news,
    connect: () => told(venue.connect()),
    instruments: () => told(venue.instruments()),
    balances: () => told(venue.balances()),
    place: async (order) => cleanOutcome(await venue.place(order)),
    cancel: async (order) => cleanOutcome(await venue.cancel(order)),
    find: (order) => told(venue.find(order)),
    fills: (pair, since) => told(venue.fills(pair, since)),
    openOrders: () => told(venue.openOrders()),
    close: () => venue.close(),
  };
}
