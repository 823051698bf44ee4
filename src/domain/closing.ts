// The end of a position: it is on its way out, no order trades it any more, and what is left is less than
// a lot. What cannot be sold goes to the dust with its cost; the round trip becomes a trade.
import { type Fact, fact, type Trade } from './fact.ts';
import type { Draft } from './fold.ts';
import { type Instrument, toLots } from './instrument.ts';
import { transaction } from './ledger.ts';
import { decimal, text } from './money.ts';
import type { ExitReason } from './order.ts';
import { liveOrder, type Position } from './portfolio.ts';
import type { Millis } from './time.ts';

/** The position's end, once it is on its way out and less than a lot is left. */
export function closingOf(
  draft: Draft,
  configId: string,
  instrument: Instrument,
  at: Millis,
): Fact | undefined {
  const position = draft.positions.get(configId);
  if (position === undefined || position.exiting === null) return undefined;
  if (toLots(instrument, position.quantity).gt(0)) return undefined;
  return endOf(draft, position, position.exiting, at);
}

/** The end of a position that no order trades any more: what is left of it becomes dust. */
export function endOf(
  draft: Draft,
  position: Position,
  reason: ExitReason,
  at: Millis,
): Fact | undefined {
  const { configId, signalId } = position.opening;
  if ((['entry', 'exit'] as const).some((side) => liveOrder(draft, configId, side))) {
    return undefined;
  }
  return fact(
    'position.closed',
    { at, key: configId, cause: signalId },
    { trade: tradeOf(position, reason, at), postings: dustOf(draft.quote, position) },
  );
}

/** What is too small to sell leaves the position with its cost (DOMAIN §4: dust booked apart). */
function dustOf(quote: string, { opening, quantity: units, cost }: Position) {
  const { configId, asset } = opening;
  return transaction([
    { account: `units:${configId}`, asset, amount: units.negated() },
    { account: 'units:dust', asset, amount: units },
    { account: `cost:${configId}`, asset: quote, amount: cost.negated() },
    { account: 'cost:dust', asset: quote, amount: cost },
  ]);
}

function tradeOf(position: Position, exitReason: ExitReason, exitAt: Millis): Trade {
  const { at: entryAt, ...opening } = position.opening;
  const { bought, sold } = position;
  const profit = position.realised.minus(position.fees);
  const risk = decimal(opening.entryReference).minus(opening.stopLoss).times(bought);
  return {
    ...opening,
    entryAt,
    exitAt,
    quantity: text(bought),
    entryPrice: text(position.paid.div(bought).toSignificantDigits(18)),
    // A position that was dust from the start was never sold; it leaves at its entry price.
    exitPrice: text(
      (sold.gt(0) ? position.received.div(sold) : position.paid.div(bought)).toSignificantDigits(
        18,
      ),
    ),
    exitReason,
    fees: text(position.fees),
    profit: text(profit),
    returnR: risk.gt(0) ? profit.div(risk).toNumber() : 0,
  };
}
