// Questions to the tables of the book: who holds what, what was ordered, what was earned, and which
// configurations are offered capital first.
import { sql } from 'kysely';
import { type Configuration, STAGES } from '../domain/configuration.ts';
import { configurationOf } from './configuration-projection.ts';
import type { Connection } from './connection.ts';
import type { ActiveTradeRow, OrderRow, Schema, TradeRow } from './schema.ts';

export type Live = 'live' | 'all';

export const activeTrades = ({ query, all }: Connection<Schema>): ActiveTradeRow[] =>
  all(query.selectFrom('active_trades').selectAll().orderBy('config_id'));

/** Whose finished trades: the portfolio's, or the paper twins'. */
export type Whose = 'portfolio' | 'twins';

export const trades = (
  { query, all }: Connection<Schema>,
  whose: Whose,
  rowsMax: number,
): TradeRow[] =>
  all(
    query
      .selectFrom('trades')
      .selectAll()
      .where('is_twin', '=', whose === 'twins' ? 1 : 0)
      .orderBy('id', 'desc')
      .limit(rowsMax),
  );

/** States of orders that have not ended. */
const LIVE = ['sending', 'open', 'partial', 'unknown', 'canceling', 'quarantined'] as const;

export function orders(
  { query, all }: Connection<Schema>,
  which: Live,
  rowsMax: number,
): OrderRow[] {
  const newest = query
    .selectFrom('orders')
    .selectAll()
    .orderBy('ordered_at', 'desc')
    .orderBy('client_order_id')
    .limit(rowsMax);
  if (which === 'all') return all(newest);
  return all(newest.where('state', 'in', LIVE));
}

/** Whether an order of this id was ever made. */
export const holdsOrder = ({ query, one }: Connection<Schema>, clientOrderId: string): boolean =>
  one(
    query
      .selectFrom('orders')
      .select('client_order_id')
      .where('client_order_id', '=', clientOrderId),
  ) !== undefined;

/** Stage precedence, then Sharpe descending with missing last, then id (DOMAIN §8). */
export function configurations(
  { query, all }: Connection<Schema>,
  which: 'active' | 'all',
): Configuration[] {
  const rank = sql<number>`instr(${STAGES.join(' ')}, lifecycle_stage)`;
  const ordered = query
    .selectFrom('trained_configurations')
    .selectAll()
    .orderBy(rank)
    .orderBy('sharpe', (order) => order.desc().nullsLast())
    .orderBy('id');
  const rows = all(which === 'all' ? ordered : ordered.where('is_active', '=', 1));
  return rows.map(configurationOf);
}
