// Questions to the equity curve: where the book stands, and how it came there.
import { sql } from 'kysely';
import type { Millis } from '../domain/time.ts';
import type { Connection } from './connection.ts';
import type { DayRow, EquityRow, Schema } from './schema.ts';

export const latestEquity = ({ query, all }: Connection<Schema>): EquityRow | undefined =>
  all(query.selectFrom('equity').selectAll().orderBy('seq', 'desc').limit(1))[0];

export const latestDay = ({ query, all }: Connection<Schema>): DayRow | undefined =>
  all(query.selectFrom('days').selectAll().orderBy('day', 'desc').limit(1))[0];

/** Marks since a market time, in order; of a long curve the last mark of each of `pointsMax` shares. */
export function equitySeries(
  { query, all }: Connection<Schema>,
  since: Millis,
  pointsMax: number,
): EquityRow[] {
  const place = sql<number>`ntile(${Math.max(1, Math.floor(pointsMax))}) OVER (ORDER BY seq)`;
  const numbered = query
    .selectFrom('equity')
    .select(['seq', place.as('place')])
    .where('marked_at', '>=', since);
  const last = query
    .selectFrom(numbered.as('numbered'))
    .select(({ fn }) => fn.max('seq').as('seq'))
    .groupBy('place');
  return all(query.selectFrom('equity').selectAll().where('seq', 'in', last).orderBy('seq'));
}
