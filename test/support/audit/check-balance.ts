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

const isHeld = (account: string): boolean =>
  account === 'cash' || account === 'foreign' || account.startsWith('units:');

/** What transfers and a person's word moved into an account, by asset. */
export const moved = (
  { others }: BookStatement,
  account: (name: string) => boolean,
  asset: string,
): Rational =>
  sum(
    others.moves
      .filter((move) => move.asset === asset && account(move.account))
      .map(({ amount }) => amount),
  );

/** What the venue held of an asset before the first trade. */
function initialOf(book: BookStatement, asset: string): Rational {
  const { quote, capital, foreign } = book.opening;
  return add(foreign.get(asset) ?? zero, asset === quote ? capital : zero);
}

/** What is foreign by the venue's own word: what was, what others traded, what came and what fees took. */
function foreignOf(venue: VenueStatement, book: BookStatement, asset: string): Rational {
  const names = new Set(book.others.trades.map(({ symbol, tradeId }) => `${symbol} ${tradeId}`));
  const theirs = venue.trades.filter(({ symbol, tradeId }) => names.has(`${symbol} ${tradeId}`));
  const fees = book.fills.filter(
    ({ feeAsset, base, quote }) => feeAsset === asset && asset !== base && asset !== quote,
  );
  return sum([
    book.opening.foreign.get(asset) ?? zero,
    totalDeltas(theirs).get(asset) ?? zero,
    moved(book, (account) => account === 'foreign', asset),
    ...fees.map(({ fee }) => subtract(zero, fee)),
  ]);
}

export function checkBalances(tally: Tally, venue: VenueStatement, book: BookStatement): void {
  const traded = totalDeltas(venue.trades);
  const { quote, foreign } = book.opening;
  const assets = new Set([
    ...[...venue.balances.keys(), ...traded.keys(), ...foreign.keys()],
    ...book.others.moves.map(({ asset }) => asset),
  ]);
  for (const asset of assets) {
    const balance = venue.balances.get(asset) ?? zero;
    tally.compare('venue-balance', `${asset}: venue balance against its trades`, {
      expected: sum([
        initialOf(book, asset),
        traded.get(asset) ?? zero,
        moved(book, isHeld, asset),
      ]),
      actual: balance,
    });
    const others = posted(book, (account) => account === 'foreign', asset);
    tally.compare('foreign', `${asset}: what is foreign, by the venue's trades`, {
      expected: foreignOf(venue, book, asset),
      actual: others,
    });
    if (asset === quote) {
      tally.compare('cash', `${asset}: cash in the books against the venue`, {
        expected: subtract(balance, others),
        actual: cashOf(book, book.fills),
      });
      continue;
    }
    const open = book.open.filter((position) => position.asset === asset);
    tally.compare('units', `${asset}: positions and dust against the venue`, {
      expected: subtract(balance, others),
      actual: add(sum(open.map(({ quantity }) => quantity)), posted(book, isDust, asset)),
    });
  }
}

/** Cash as the fills, transfers and a person's word leave it; of `fills`, and moves before `seq`. */
export function cashOf(
  { opening, others }: BookStatement,
  fills: BookStatement['fills'],
  seq = Number.POSITIVE_INFINITY,
): Rational {
  const moves = others.moves.filter(
    (move) => move.seq <= seq && move.account === 'cash' && move.asset === opening.quote,
  );
  return sum([
    opening.capital,
    totalDeltas(fills).get(opening.quote) ?? zero,
    ...moves.map(({ amount }) => amount),
  ]);
}
