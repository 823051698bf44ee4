// What is told of the venue's account where it is not the engine's own doing, and what a person can do.
import type { Entry } from '../../domain/fact.ts';
import { plain } from '../../plain.ts';
import type { Paint } from './format.ts';

/** The line of an entry about the account; undefined for every other. */
export function accountWords(entry: Entry, paint: Paint): string | undefined {
  switch (entry.type) {
    case 'foreign.found': {
      const { pair, what, detail, freezes } = entry.data;
      const then = freezes ? '; no entries on it until `reconcile --adopt`' : '';
      return paint.bad(
        `! ${plain(what)} on ${plain(pair)}, not this engine’s: ${plain(detail)}${then}`,
      );
    }
    case 'transfer.recorded': {
      const { asset, amount, equity } = entry.data;
      const [verb, whose] = amount.startsWith('-') ? ['left', 'was'] : ['came', 'is'];
      const used = equity === '0' ? '' : `, ${equity} of it ${whose} for trading`;
      return paint.warn(`⇄ ${amount} ${plain(asset)} ${verb} without a trade${used}`);
    }
    case 'difference.found': {
      const missing = Object.entries(entry.data.missing);
      if (missing.length === 0) return paint.good('▶ the venue holds again what the book has');
      const words = missing.map(([asset, much]) => `${plain(much)} ${plain(asset)}`).join(', ');
      return paint.bad(`! the venue has ${words} less than the book; \`reconcile\` shows both`);
    }
    case 'account.lost':
      return paint.warn(
        `! the account’s events were lost: ${plain(entry.data.reason)}; no entries until all is asked for`,
      );
    case 'account.reconciled':
      return paint.good('▶ everything the venue did meanwhile is booked');
    case 'foreign.adopted': {
      const { pair, by, reason } = entry.data;
      return paint.good(
        `▶ ${plain(by)} accepts what the venue says of ${plain(pair ?? 'the account')}: ${plain(reason)}`,
      );
    }
    default:
      return undefined;
  }
}
