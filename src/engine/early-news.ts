// What a venue says between its connection and the engine that will listen.
import type { Venue, VenueNews } from '../ports.ts';

export interface EarlyNews {
  /** A new book begins now: what was before is in its opening balances. */
  forget(): void;
  /** Everything since, in order; from now on somebody else listens. */
  take(): readonly VenueNews[];
}

export function listenEarly({ news }: Pick<Venue, 'news'>): EarlyNews {
  let heard: VenueNews[] = [];
  const hearing = news.subscribe((one) => heard.push(one));
  return {
    forget() {
      heard = heard.filter(({ type }) => type === 'reports.lost' || type === 'reports.live');
    },
    take() {
      hearing.unsubscribe();
      return heard;
    },
  };
}
