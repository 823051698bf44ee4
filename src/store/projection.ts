// Every fact's meaning for the tables, in one total table: a new fact does not compile until it is
// decided what it changes, or that it changes nothing.
import type { Entry, EntryOf, FactType } from '../domain/fact.ts';
import { type Change, carryOut } from './change.ts';
import {
  configurationActivated,
  configurationDeactivated,
  configurationImported,
} from './configuration-projection.ts';
import type { Connection } from './connection.ts';
import type { StoreContext } from './context.ts';
import {
  evidenceOpened,
  stageJudged,
  stageOverridden,
  twinClosed,
  twinOpened,
} from './lifecycle-projection.ts';
import { dayOpened, equityMarked, fillAdded, lossLatched, posted } from './money-projection.ts';
import {
  cancelOrdered,
  entryAdded,
  exitAdded,
  orderAccepted,
  orderEnded,
  orderFilled,
  orderQuarantined,
  orderResent,
  orderUnresolved,
  protectionAdded,
} from './order-projection.ts';
import {
  positionClosed,
  positionExiting,
  positionFilled,
  positionLeaving,
  positionOpened,
  positionsShrunk,
} from './position-projection.ts';
import type { Schema } from './schema.ts';

type Projection<T extends FactType> = (
  entry: EntryOf<T>,
  context: StoreContext,
) => readonly Change[];

/** The fact is read from the journal alone. */
const journalOnly = (): readonly Change[] => [];

const PROJECTIONS: { readonly [T in FactType]: Projection<T> } = {
  'engine.started': journalOnly,
  'engine.stopped': journalOnly,
  'portfolio.opened': posted,
  'configuration.imported': (entry) => [configurationImported(entry)],
  'configuration.activated': (entry) => [configurationActivated(entry)],
  'configuration.deactivated': (entry) => [configurationDeactivated(entry)],
  'configuration.faulted': journalOnly,
  'configuration.quarantined': journalOnly,
  'configuration.released': journalOnly,
  'evidence.opened': evidenceOpened,
  'twin.opened': (entry) => [twinOpened(entry)],
  'twin.closed': twinClosed,
  'stage.judged': stageJudged,
  'stage.overridden': stageOverridden,
  'signal.refused': journalOnly,
  'signal.approved': (entry, context) => [entryAdded(entry, context)],
  'exit.decided': (entry) => [positionLeaving(entry)],
  'protection.ordered': (entry, context) => [protectionAdded(entry, context)],
  'cancel.ordered': (entry) => [cancelOrdered(entry)],
  'order.resent': (entry) => [orderResent(entry)],
  'order.quarantined': (entry) => [orderQuarantined(entry)],
  'order.overfilled': journalOnly,
  'protection.lost': journalOnly,
  'protection.regained': journalOnly,
  'exit.ordered': (entry, context) => [exitAdded(entry, context), positionExiting(entry)],
  'order.accepted': (entry) => [orderAccepted(entry)],
  'order.unresolved': (entry) => [orderUnresolved(entry)],
  'order.ended': (entry) => [orderEnded(entry)],
  'position.opened': (entry, context) => [positionOpened(entry, context)],
  'fill.recorded': (entry, context) => [
    fillAdded(entry, context),
    orderFilled(entry),
    positionFilled(entry),
    ...posted(entry),
  ],
  'position.closed': (entry, context) => [...positionClosed(entry, context), ...posted(entry)],
  'day.opened': (entry) => [dayOpened(entry)],
  'loss.latched': (entry) => [lossLatched(entry)],
  'equity.marked': (entry) => [equityMarked(entry)],
  'breaker.tripped': journalOnly,
  'breaker.half-opened': journalOnly,
  'breaker.closed': journalOnly,
  'trading.reduced': journalOnly,
  'trading.flattened': journalOnly,
  'trading.resumed': journalOnly,
  'command.acknowledged': journalOnly,
  'stream.gapped': journalOnly,
  'foreign.found': posted,
  'transfer.recorded': posted,
  'difference.found': journalOnly,
  'account.lost': journalOnly,
  'account.reconciled': journalOnly,
  'foreign.adopted': (entry) => [...positionsShrunk(entry), ...posted(entry)],
};

/** Tables that are made of the journal alone, and can be made of it again. */
export const PROJECTED = [
  'trained_configurations',
  'active_trades',
  'trades',
  'twins',
  'careers',
  'orders',
  'fills',
  'ledger',
  'equity',
  'days',
] as const satisfies readonly (keyof Schema)[];

/** Brings the tables to where `entry` leaves them; runs inside the caller's transaction. */
export function project(connection: Connection<Schema>, entry: Entry, context: StoreContext): void {
  for (const change of changesOf(entry, context)) carryOut(connection, change);
}

/** The row changes one entry means, in order. Pure. */
const changesOf = <T extends FactType>(
  entry: EntryOf<T>,
  context: StoreContext,
): readonly Change[] => PROJECTIONS[entry.type](entry, context);
