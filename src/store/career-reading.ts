// Questions about evidence: how far a configuration's version has come, what its twin holds, and the returns
// of the twin's trades that its record is made of.
import type { Entry, EntryOf, TwinPosition } from '../domain/fact.ts';
import type { Side } from '../domain/fill.ts';
import { NO_SLIPPAGE, type Slippage, withSlip } from '../domain/lifecycle-evidence.ts';
import type { LifecycleState } from '../domain/lifecycle-state.ts';
import type { DecimalText } from '../domain/money.ts';
import type { Beginnings, KeptReturn } from '../domain/recollection.ts';
import type { Connection } from './connection.ts';
import { beginningsOf, stateOf } from './lifecycle-projection.ts';
import { entriesAbout } from './page.ts';
import type { Schema } from './schema.ts';

/** What the store keeps of one configuration's evidence. */
export interface KeptCareer {
  readonly version: number;
  readonly state: LifecycleState;
  readonly beginnings: Beginnings;
  /** Of the twin's virtual book. */
  readonly equity: DecimalText;
  readonly position: TwinPosition | null;
  /** Of the twin's closed trades, oldest first: all since the stage began, and the last before it. */
  readonly returns: readonly KeptReturn[];
  /** Of real orders filled since the stage began. */
  readonly slippage: Slippage;
}

/** Undefined where no evidence was ever opened; `before`: how many trades from before the stage are wanted. */
export function careerOf(
  connection: Connection<Schema>,
  configId: string,
  before: number,
): KeptCareer | undefined {
  const { query, all, one } = connection;
  const row = one(query.selectFrom('careers').selectAll().where('config_id', '=', configId));
  const twin = one(query.selectFrom('twins').selectAll().where('config_id', '=', configId));
  if (row === undefined || twin === undefined) return undefined;
  const beginnings = beginningsOf(row);
  const returns = query
    .selectFrom('trades')
    .select(['id as seq', 'return_r as returnR'])
    .where('config_id', '=', configId)
    .where('config_version', '=', row.config_version)
    .where('is_twin', '=', 1)
    .orderBy('id', 'desc');
  const since = all(returns.where('id', '>', beginnings.entered));
  const older = all(returns.where('id', '<=', beginnings.entered).limit(before));
  return {
    version: row.config_version,
    state: stateOf(row),
    beginnings,
    equity: twin.equity,
    position: twin.position === null ? null : JSON.parse(twin.position),
    returns: [...since, ...older].reverse(),
    slippage: slippageSince(connection, configId, beginnings.entered),
  };
}

function slippageSince(
  { query, all }: Connection<Schema>,
  configId: string,
  seq: number,
): Slippage {
  const fills = all(
    query
      .selectFrom('orders')
      .innerJoin('fills', 'fills.client_order_id', 'orders.client_order_id')
      .select(['orders.client_order_id as id', 'orders.side', 'orders.reference'])
      .select(['fills.price', 'fills.quantity'])
      .where('orders.config_id', '=', configId)
      .where('orders.state', 'in', ['filled', 'canceled', 'rejected'])
      .where('orders.reference', 'is not', null)
      .where('fills.seq', '>', seq)
      // As they came: a sum of fractions depends on it, and a verdict on the sum.
      .orderBy('fills.seq')
      .orderBy('fills.trade_id'),
  );
  const orders = new Map<
    string,
    { side: Side; reference: number; value: number; filled: number }
  >();
  for (const { id, side, reference, price, quantity } of fills) {
    const before = orders.get(id) ?? { side, reference: Number(reference), value: 0, filled: 0 };
    const filled = before.filled + Number(quantity);
    orders.set(id, { ...before, filled, value: before.value + Number(price) * Number(quantity) });
  }
  let slippage = NO_SLIPPAGE;
  for (const { side, reference, value, filled } of orders.values()) {
    const paid = value / filled / reference - 1;
    slippage = withSlip(slippage, side === 'buy' ? paid : -paid);
  }
  return slippage;
}

/** A judgement of a configuration, or a person's. */
export type StageEntry = EntryOf<'stage.judged'> | EntryOf<'stage.overridden'>;

const stageTypes = ['stage.judged', 'stage.overridden'] as const;
const isStage = (entry: Entry): entry is StageEntry =>
  stageTypes.some((type) => type === entry.type);

/** How a configuration came to its stage, newest first. */
export const stageEntries = (
  connection: Connection<Schema>,
  configId: string,
  rowsMax: number,
): readonly StageEntry[] => entriesAbout(connection, configId, stageTypes, rowsMax).filter(isStage);
