// Money into whole lots, and what the venue and the smallest position say to the result.
import { filterBroken, type Instrument, toLots } from './instrument.ts';
import {
  ceilMoney,
  decimal,
  least,
  type Money,
  money,
  price,
  quantity,
  roundToTick,
  text,
} from './money.ts';
import type { ExecutionRules } from './order.ts';
import type { Refusal } from './refusal.ts';
import type { RiskLimits } from './risk.ts';
import type { Signal } from './signal.ts';
import type { Rounding } from './sizing.ts';

/** Whole lots that `amount` buys at the collar price plus fee, rounded down (DOMAIN §3). */
export function round(
  amount: Money,
  signal: Signal,
  instrument: Instrument,
  { collar, fee }: ExecutionRules,
): Rounding {
  const { collarPrice, each } = reservedEach(signal, instrument, { collar, fee });
  const affordable = quantity(amount.div(each));
  const lots = toLots(instrument, least(affordable, instrument.quantityMax));
  return {
    collarPrice: text(collarPrice),
    feeRate: String(fee),
    stepSize: text(instrument.stepSize),
    quantity: text(lots),
    reserved: text(each.times(lots)),
  };
}

/** What one unit is reserved at: the collar price, and with its fee. */
function reservedEach(
  { entryPrice }: Signal,
  { tickSize }: Instrument,
  { collar, fee }: Pick<ExecutionRules, 'collar' | 'fee'>,
) {
  const above = price(decimal(entryPrice).times(decimal(1).plus(collar)));
  const collarPrice = roundToTick(above, tickSize, 'up');
  return { collarPrice, each: collarPrice.times(decimal(1).plus(fee)) };
}

/** The smallest amount that, rounded to lots, both the venue and the smallest position allow. */
export function leastAmount(
  signal: Signal,
  instrument: Instrument,
  execution: ExecutionRules,
  { minPosition }: RiskLimits,
): Money {
  const { notionalMin, quantityMin, stepSize } = instrument;
  const worth = notionalMin.gt(minPosition) ? notionalMin : decimal(minPosition);
  const wanted = worth.div(signal.entryPrice);
  const lots = (wanted.gt(quantityMin) ? wanted : quantityMin).div(stepSize).ceil();
  const { each } = reservedEach(signal, instrument, execution);
  return ceilMoney(money(each.times(lots).times(stepSize)));
}

/** The venue's filters, then the smallest position: both judged after rounding (DOMAIN §2). */
export function misfit(
  { quantity: lots, reserved }: Rounding,
  signal: Signal,
  instrument: Instrument,
  { minPosition }: RiskLimits,
): Refusal | undefined {
  const broken = filterBroken(instrument, quantity(lots), price(signal.entryPrice));
  if (broken !== undefined) {
    const code = broken.filter === 'notional-min' ? 'notional-min' : 'lot-size';
    return { code, limit: text(broken.limit), actual: text(broken.actual), detail: broken.filter };
  }
  return decimal(reserved).gte(minPosition)
    ? undefined
    : { code: 'position-min', limit: String(minPosition), actual: reserved };
}
