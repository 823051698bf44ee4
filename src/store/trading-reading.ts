// Who last said whether the portfolio trades, and why.
import type { Entry, EntryOf } from '../domain/fact.ts';
import type { Connection } from './connection.ts';
import { entryOf } from './entry-row.ts';
import type { Schema } from './schema.ts';

const types = ['trading.reduced', 'trading.flattened', 'trading.resumed'] as const;

export type TradingWord = EntryOf<(typeof types)[number]>;

const isWord = (entry: Entry): entry is TradingWord => types.some((type) => type === entry.type);

export function tradingWord({ query, all }: Connection<Schema>): TradingWord | undefined {
  const words = query.selectFrom('journal').selectAll().where('type', 'in', types);
  return all(words.orderBy('seq', 'desc').limit(1)).map(entryOf).find(isWord);
}
