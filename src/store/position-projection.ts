// What facts mean for positions: held ones stand in `active_trades`, one row a configuration; finished
// ones are kept in `trades`.
import type { EntryOf, PositionOpening, Trade } from '../domain/fact.ts';
import { isoTime, type Millis } from '../domain/time.ts';
import { type Change, insert, remove, revise } from './change.ts';
import type { StoreContext } from './context.ts';
import { average, plain, plus, times } from './plain.ts';
import type { TradeRow } from './schema.ts';

/** The columns of an opening; `entryAt` is the market time of its first fill. */
function openingColumns(
  opening: Omit<PositionOpening, 'at'>,
  entryAt: Millis,
  context: StoreContext,
) {
  return {
    user_id: context.userId,
    config_id: opening.configId,
    signal_id: opening.signalId,
    symbol: opening.pair,
    asset: opening.asset,
    direction: 'BUY',
    lifecycle_stage: opening.stage,
    confidence: opening.confidence,
    entry_reference: plain(opening.entryReference),
    level: plain(opening.level),
    stop_loss: plain(opening.stopLoss),
    take_profit: plain(opening.takeProfit),
    expires_at: opening.expiresAt,
    entry_at: entryAt,
    entry_timestamp: isoTime(entryAt),
    strategy_name: opening.strategy,
    is_paper_trade: context.isPaper ? 1 : 0,
  } as const;
}

export const positionOpened = (
  { data }: EntryOf<'position.opened'>,
  context: StoreContext,
): Change =>
  insert('active_trades', {
    ...openingColumns(data, data.at, context),
    entry_price: null,
    quantity: '0',
    cost: '0',
    bought: '0',
    paid: '0',
    realised: '0',
    fees: '0',
    exit_reason: null,
  });

export const positionFilled = ({ data }: EntryOf<'fill.recorded'>): Change =>
  revise('active_trades', data.configId, (row) => {
    const { side, price, quantity } = data.fill;
    const bought = side === 'buy' ? plus(row.bought, quantity) : row.bought;
    const paid = side === 'buy' ? plus(row.paid, times(price, quantity)) : row.paid;
    return {
      entry_price: average(paid, bought),
      quantity: plain(data.held.quantity),
      cost: plain(data.held.cost),
      bought,
      paid,
      realised: plus(row.realised, data.realised),
      fees: plus(row.fees, data.feeValue),
      exit_reason: row.exit_reason ?? (data.purpose === 'protection' ? 'stop' : null),
    };
  });

/** The position is to go, once the venue's stop lets it. */
export const positionLeaving = ({ data }: EntryOf<'exit.decided'>): Change =>
  revise('active_trades', data.configId, () => ({ exit_reason: data.reason }));

/** What others sold of positions leaves them. */
export const positionsShrunk = ({ data }: EntryOf<'foreign.adopted'>): readonly Change[] =>
  data.shrunk.map(({ configId, held, realised }) =>
    revise('active_trades', configId, (row) => ({
      quantity: plain(held.quantity),
      cost: plain(held.cost),
      realised: plus(row.realised, realised),
    })),
  );

/** The position is on its way out; the first reason stays. */
export const positionExiting = ({ data }: EntryOf<'exit.ordered'>): Change =>
  revise('active_trades', data.order.configId, () => ({ exit_reason: data.reason }));

export const positionClosed = (
  { seq, data: { trade } }: EntryOf<'position.closed'>,
  context: StoreContext,
): readonly Change[] => [
  remove('active_trades', trade.configId),
  insert('trades', tradeRow(seq, trade, context, { is_twin: 0, config_version: null })),
];

/** A finished round trip that entry `seq` closed. */
export const tradeRow = (
  seq: number,
  trade: Trade,
  context: StoreContext,
  whose: Pick<TradeRow, 'is_twin' | 'config_version'>,
): TradeRow => ({
  ...openingColumns(trade, trade.entryAt, context),
  ...whose,
  id: seq,
  entry_price: plain(trade.entryPrice),
  quantity: plain(trade.quantity),
  exit_price: plain(trade.exitPrice),
  exit_at: trade.exitAt,
  exit_timestamp: isoTime(trade.exitAt),
  exit_reason: trade.exitReason,
  fees: plain(trade.fees),
  profit: plain(trade.profit),
  return_r: trade.returnR,
});
