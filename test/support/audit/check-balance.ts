// Does the venue's own account follow from its own trades, and do the books hold exactly what stands
// there: cash, and per asset the open positions together with the dust of closed ones?
import { add, type Rational, subtract, sum, zero } from './rational.ts';
import { totalDeltas } from './replay.ts';
import type { BookStatement, VenueStatement } from './statement.ts';
import type { Tally } from './tally.ts';

/** The sum of the books' postings to one account, by asset. */
export function posted(
  book: BookStatement,
  account: (name: string) => boolean,
  asset: string,
): Rational {
  return sum(
    book.postings
      .filter((posting) => posting.asset === asset && account(posting.account))
      .map(({ amount }) => amount),
  );
}

export const isDust = (account: string): boolean => account === 'units:dust';

/** What the venue held of an asset before the first trade. */
function initialOf(book: BookStatement, asset: string): Rational {
  const { quote, capital, foreign } = book.opening;
  return add(foreign.get(asset) ?? zero, asset === quote ? capital : zero);
}

export function checkBalances(tally: Tally, venue: VenueStatement, book: BookStatement): void {
  const moved = totalDeltas(venue.trades);
  const booked = totalDeltas(book.fills);
  const { quote, capital, foreign } = book.opening;
  for (const asset of new Set([...venue.balances.keys(), ...moved.keys(), ...foreign.keys()])) {
    const balance = venue.balances.get(asset) ?? zero;
    tally.compare('venue-balance', `${asset}: venue balance against its trades`, {
      expected: add(initialOf(book, asset), moved.get(asset) ?? zero),
      actual: balance,
    });
    if (asset === quote) {
      tally.compare('cash', `${asset}: cash in the books against the venue`, {
        expected: subtract(balance, foreign.get(asset) ?? zero),
        actual: add(capital, booked.get(asset) ?? zero),
      });
      continue;
    }
    const open = book.open.filter((position) => position.asset === asset);
    tally.compare('units', `${asset}: positions and dust against the venue`, {
      expected: subtract(balance, foreign.get(asset) ?? zero),
      actual: add(sum(open.map(({ quantity }) => quantity)), posted(book, isDust, asset)),
    });
  }
}
