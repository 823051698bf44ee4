// Exits are never refused and never wait for entries: a position that is to go gets a market order for
// the whole lots it holds, once at a time, until nothing is left (DOMAIN §4).
import { type Fact, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { clientOrderId, type EngineId } from './identity.ts';
import { type Instrument, toLots } from './instrument.ts';
import { text } from './money.ts';
import type { ExitReason, Order } from './order.ts';
import { liveOrder } from './portfolio.ts';
import { closingOf } from './settlement.ts';
import type { Millis } from './time.ts';

export interface ExitRequest {
  readonly configId: string;
  readonly reason: ExitReason;
  /** The price that asked for it, as a float of the pair; null when no price did. */
  readonly price: number | null;
  readonly at: Millis;
}

/** The facts of an exit, applied to `draft`; none when nothing is held or an exit is already out. */
export function orderExit(
  draft: Draft,
  { configId, reason, price, at }: ExitRequest,
  instrument: Instrument,
  engine: EngineId,
): readonly Fact[] {
  const position = draft.positions.get(configId);
  if (position === undefined || liveOrder(draft, configId, 'exit') !== undefined) return [];
  const { opening, exits } = position;
  const exitReason = position.exiting ?? reason;
  const lots = toLots(instrument, position.quantity);
  if (!lots.gt(0)) return closeAsDust(draft, configId, instrument, at, exitReason);
  const order: Order = {
    clientOrderId: clientOrderId(engine, {
      signalId: opening.signalId,
      purpose: 'exit',
      leg: exits,
    }),
    configId,
    signalId: opening.signalId,
    pair: opening.pair,
    side: 'sell',
    purpose: 'exit',
    type: 'market',
    quantity: text(lots),
    limitPrice: null,
    stage: opening.stage,
    reserved: '0',
    exitReason,
    at,
  };
  const ordered = fact(
    'exit.ordered',
    { at, key: configId, cause: opening.signalId },
    { reason: exitReason, order, price: price === null ? null : String(price) },
  );
  apply(draft, ordered);
  return [ordered];
}

/** Less than a lot cannot be sold: the position ends and what is left is dust. */
function closeAsDust(
  draft: Draft,
  configId: string,
  instrument: Instrument,
  at: Millis,
  reason: ExitReason,
): readonly Fact[] {
  const closed = closingOf(draft, configId, instrument, at, reason);
  if (closed === undefined) return [];
  apply(draft, closed);
  return [closed];
}
