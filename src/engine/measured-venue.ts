// A venue that is listened to while it works: what it refuses, what fails, how long it takes to answer.
import type { VenueHealth, Word } from '../domain/venue-health.ts';
import type { Clock, Outcome, Venue } from '../ports.ts';

/** What an outcome says of the venue; an order that was never sent says nothing. */
const words: Readonly<Record<Outcome['kind'], Word | undefined>> = {
  accepted: 'taken',
  exists: 'taken',
  rejected: 'refused',
  unknown: 'unknown',
  'not-sent': undefined,
};

/** The venue given; use it through this one. */
export function measuredVenue(
  venue: Venue,
  health: VenueHealth,
  { monotonic }: Pick<Clock, 'monotonic'>,
): Venue {
  venue.news.subscribe((news) => {
    if (news.type === 'reports.lost') health.failed(monotonic());
    if (news.type === 'requests.banned') health.banned(monotonic() + news.forMs);
  });

  async function heard<Answer>(call: Promise<Answer>): Promise<Answer> {
    try {
      return await call;
    } catch (error) {
      health.failed(monotonic());
      throw error;
    }
  }

  return {
    name: venue.name,
    news: venue.news,
    connect: () => venue.connect(),
    instruments: () => heard(venue.instruments()),
    async place(order) {
      const sentAt = monotonic();
      const outcome = await venue.place(order);
      const word = words[outcome.kind];
      if (word !== undefined) health.answered(monotonic(), monotonic() - sentAt, word);
      return outcome;
    },
    cancel: (order) => venue.cancel(order),
    balances: () => heard(venue.balances()),
    find: (order) => heard(venue.find(order)),
    fills: (pair, since) => heard(venue.fills(pair, since)),
    openOrders: () => heard(venue.openOrders()),
    close: () => venue.close(),
  };
}
