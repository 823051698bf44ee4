// What facts mean for money: fills once each by the venue's trade id, postings that sum to zero per
// asset, the equity curve, and the days of the book.
import { assert } from '../domain/assert.ts';
import type { EntryOf } from '../domain/fact.ts';
import type { Posting } from '../domain/ledger.ts';
import { type Decimal, decimal } from '../domain/money.ts';
import { type Change, insert, revise } from './change.ts';
import type { StoreContext } from './context.ts';
import { plain } from './plain.ts';

export const fillAdded = (
  { seq, data }: EntryOf<'fill.recorded'>,
  { venue }: StoreContext,
): Change =>
  insert('fills', {
    venue,
    pair: data.fill.pair,
    trade_id: data.fill.tradeId,
    seq,
    client_order_id: data.fill.clientOrderId,
    config_id: data.configId,
    signal_id: data.signalId,
    purpose: data.purpose,
    side: data.fill.side,
    price: plain(data.fill.price),
    quantity: plain(data.fill.quantity),
    fee: plain(data.fill.fee),
    fee_asset: data.fill.feeAsset,
    fee_value: plain(data.feeValue),
    realised: plain(data.realised),
    filled_at: data.fill.at,
  });

/** The lines of one entry's transaction. SQL cannot sum decimals, so the balance is checked here. */
export function posted({
  seq,
  at,
  data: { postings },
}: {
  readonly seq: number;
  readonly at: number;
  readonly data: { readonly postings: readonly Posting[] };
}): readonly Change[] {
  const totals = new Map<string, Decimal>();
  for (const { asset, amount } of postings) {
    totals.set(asset, (totals.get(asset) ?? decimal(0)).plus(amount));
  }
  for (const [asset, total] of totals) {
    assert(total.isZero(), `expected entry ${seq} to balance in ${asset}, was ${total.toFixed()}`);
  }
  return postings.map(({ account, asset, amount }, line) =>
    insert('ledger', { seq, line, posted_at: at, account, asset, amount: plain(amount) }),
  );
}

export const equityMarked = ({ seq, at, data }: EntryOf<'equity.marked'>): Change =>
  insert('equity', {
    seq,
    marked_at: at,
    equity: plain(data.equity),
    cash: plain(data.cash),
    exposure: plain(data.exposure),
    realised: plain(data.realised),
    fees: plain(data.fees),
    day_return: data.dayReturn,
  });

export const dayOpened = ({ at, data }: EntryOf<'day.opened'>): Change =>
  insert('days', {
    day: data.day,
    start_equity: plain(data.equity),
    opened_at: at,
    latched_at: null,
    latched_return: null,
  });

export const lossLatched = ({ at, data }: EntryOf<'loss.latched'>): Change =>
  revise('days', data.day, () => ({ latched_at: at, latched_return: data.dayReturn }));
