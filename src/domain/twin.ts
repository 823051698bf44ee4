// The paper twin (DOMAIN §4): every configuration, whatever its stage and whatever the portfolio says of its
// signals, trades them in a virtual book of its own. Its closed trades are the evidence of the lifecycle.
import type { Configuration } from './configuration.ts';
import { isTradable } from './eligibility.ts';
import { type FactOf, fact, type Trade, type TwinPosition } from './fact.ts';
import { decimal, floorToStep, type Money, money, price, quantity, text } from './money.ts';
import type { ExecutionRules, ExitReason } from './order.ts';
import type { Signal } from './signal.ts';
import { type SizingRules, size } from './sizing.ts';
import { type Millis, timeframeMs } from './time.ts';

/** A virtual book; `equity` in quote currency. */
export interface TwinBook {
  readonly equity: Money;
  readonly position: TwinPosition | null;
}

/** How a twin trades: real sizes and costs, no limits. */
export interface TwinTerms {
  readonly sizing: SizingRules;
  readonly execution: ExecutionRules;
}

/** The name of a twin where a configuration's own is taken. */
export const twinOf = (configId: string): string => `twin ${configId}`;

/** Whose twin `holder` names; undefined when it is a configuration itself. */
export const configurationOfTwin = (holder: string): string | undefined =>
  holder.startsWith('twin ') ? holder.slice('twin '.length) : undefined;

/** Smallest virtual amount: a return in R needs no size, and a configuration without capital still has one. */
const lot = decimal('0.00000001');

/**
 * A BUY signal filled at the first price after it, slippage of the model included. Undefined when a real
 * entry would not have been: too late, dearer than its collar, or of a signal whose numbers are none.
 */
export function openTwin(
  { equity }: TwinBook,
  signal: Signal,
  configuration: Configuration,
  at: { readonly price: number; readonly at: Millis },
  { sizing, execution }: TwinTerms,
): FactOf<'twin.opened'> | undefined {
  const { id, strategy, pair, stage, timeframe, version, sharpe, winRatePercent } = configuration;
  const { slippage, collar, entry, maxSignalAge } = execution;
  if (!isTradable(signal)) return undefined;
  if (!(at.at - signal.at <= maxSignalAge * timeframeMs(timeframe))) return undefined;
  const paid = price(at.price).times(decimal(1).plus(slippage));
  const dearest = decimal(signal.entryPrice).times(decimal(1).plus(collar));
  if (entry === 'limit' && paid.gt(dearest)) return undefined;
  const { confidence } = signal;
  const input = { stage: 'DISCOVERY', sharpe: sharpe ?? 0, winRatePercent, confidence } as const;
  const wanted = decimal(size({ ...input, capital: equity }, sizing).size).div(paid);
  const lots = floorToStep(quantity(wanted), lot);
  return fact(
    'twin.opened',
    { at: at.at, key: id, cause: signal.id },
    {
      version,
      quantity: text(lots.gt(lot) ? lots : lot),
      entryPrice: text(paid.toSignificantDigits(18)),
      opening: {
        signalId: signal.id,
        configId: id,
        strategy,
        pair,
        asset: pair.slice(0, pair.indexOf('/')),
        stage,
        confidence,
        entryReference: signal.entryPrice,
        stopLoss: signal.stopLoss,
        takeProfit: signal.takeProfit,
        level: signal.level,
        expiresAt: signal.expiresAt,
        at: at.at,
      },
    },
  );
}

/** The whole position sold at a price, slippage and both fees taken. */
export function closeTwin(
  { equity }: TwinBook,
  { opening, quantity: held, entryPrice }: TwinPosition,
  version: number,
  exit: { readonly reason: ExitReason; readonly price: number; readonly at: Millis },
  { execution: { fee, slippage } }: TwinTerms,
): FactOf<'twin.closed'> {
  const { at: entryAt, ...plan } = opening;
  const got = price(exit.price).times(decimal(1).minus(slippage)).toSignificantDigits(18);
  const fees = got.plus(entryPrice).times(held).times(fee);
  const profit = got.minus(entryPrice).times(held).minus(fees);
  const risk = decimal(plan.entryReference).minus(plan.stopLoss).times(held);
  const trade: Trade = {
    ...plan,
    entryAt,
    exitAt: exit.at,
    quantity: held,
    entryPrice,
    exitPrice: text(got),
    exitReason: exit.reason,
    fees: text(fees),
    profit: text(profit),
    // The gates of every strategy see to a stop below its entry; without one there is no R to count in.
    returnR: risk.gt(0) ? profit.div(risk).toNumber() : 0,
  };
  return fact(
    'twin.closed',
    { at: exit.at, key: plan.configId, cause: plan.signalId },
    { version, trade, equity: text(equity.plus(profit)) },
  );
}

/** The virtual book after one of its facts. */
export const twinAfter = (
  book: TwinBook,
  { type, data }: FactOf<'twin.opened'> | FactOf<'twin.closed'>,
): TwinBook => {
  if (type === 'twin.closed') return { equity: money(data.equity), position: null };
  const { opening, quantity: held, entryPrice } = data;
  return { ...book, position: { opening, quantity: held, entryPrice } };
};
