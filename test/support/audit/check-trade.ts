// Does every trade of the venue stand in the books, once and number for number, and no other? And do the
// books' table and the journal it was made from tell the same?
import { add, equal, multiply, show } from './rational.ts';
import type { BookStatement, Trade, VenueStatement } from './statement.ts';
import type { Tally } from './tally.ts';

const nameOf = ({ symbol, tradeId }: Pick<Trade, 'symbol' | 'tradeId'>): string =>
  `${symbol} trade ${tradeId}`;

function differs(expected: Trade, actual: Trade): string[] {
  const numbers = (['price', 'quantity', 'fee'] as const).filter(
    (field) => !equal(expected[field], actual[field]),
  );
  const words = (['side', 'feeAsset', 'clientOrderId'] as const).filter(
    (field) => expected[field] !== actual[field],
  );
  return [...numbers, ...words];
}

function match(
  tally: Tally,
  code: string,
  expected: readonly Trade[],
  actual: readonly Trade[],
): void {
  const found = new Map(actual.map((trade) => [nameOf(trade), trade]));
  if (found.size < actual.length) tally.object(`${code}-twice`, 'the same trade is booked twice');
  for (const trade of expected) {
    const name = nameOf(trade);
    const twin = found.get(name);
    found.delete(name);
    if (twin === undefined) tally.object(`${code}-missing`, `${name} of ${trade.clientOrderId}`);
    else {
      const fields = differs(trade, twin);
      if (fields.length > 0) tally.object(`${code}-differs`, `${name}: ${fields.join(', ')}`);
    }
  }
  for (const name of found.keys()) tally.object(`${code}-unknown`, name);
}

/**
 * A trade of the stop that stands for several positions is booked in portions, the first under the trade's
 * id and the next numbered after it: together they are the trade.
 */
function whole(portions: readonly Trade[]): readonly Trade[] {
  const trades = new Map<string, Trade>();
  const numbered: Trade[] = [];
  for (const one of portions) {
    if (one.tradeId.includes('.')) numbered.push(one);
    else trades.set(nameOf(one), one);
  }
  // Those booked twice stay in sight.
  if (trades.size + numbered.length < portions.length) return portions;
  for (const part of numbered) {
    const tradeId = part.tradeId.slice(0, part.tradeId.indexOf('.'));
    const name = nameOf({ ...part, tradeId });
    const first = trades.get(name);
    if (first === undefined || !equal(first.price, part.price)) return portions;
    trades.set(name, {
      ...first,
      quantity: add(first.quantity, part.quantity),
      fee: add(first.fee, part.fee),
    });
  }
  return [...trades.values()];
}

export function checkTrades(tally: Tally, venue: VenueStatement, book: BookStatement): void {
  for (const trade of venue.trades) {
    const value = multiply(trade.price, trade.quantity);
    if (equal(value, trade.quoteQuantity)) continue;
    const detail = `expected ${show(value)}, was ${show(trade.quoteQuantity)}`;
    tally.object('venue-value-rounded', `${nameOf(trade)}: ${detail}`);
  }
  const others = new Set(book.others.trades.map(nameOf));
  match(
    tally,
    'fill',
    venue.trades.filter((trade) => !others.has(nameOf(trade))),
    whole(book.fills),
  );
  const stated = new Set(venue.trades.map(nameOf));
  for (const name of others) {
    if (!stated.has(name)) tally.object('foreign-unknown', name);
  }
  if (others.size < book.others.trades.length) {
    tally.object('foreign-twice', 'the same trade of others is posted twice');
  }
  match(tally, 'journal-fill', book.fills, book.journalled);
}
