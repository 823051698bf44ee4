// A trade of a stop that rests for all the positions of its pair, split among them: whoever wanted to leave
// at the highest price leaves first. The portions add up to the trade, its fee included.
import type { Fill } from './fill.ts';
import type { Draft } from './fold.ts';
import { type Decimal, decimal, text } from './money.ts';
import { liveOrder, type Position } from './portfolio.ts';

/** A configuration's part of a fill; the first keeps the trade's id, the next are numbered after it. */
export interface Portion {
  readonly configId: string;
  readonly fill: Fill;
}

/** Decimals of a split fee. */
const FEE_DECIMALS = 18;

/**
 * The portions of a fill. Who is on the way out with an order of its own comes last; what nobody holds is
 * the last one's, who thereby sold more than it had. None where nobody holds anything.
 */
export function portions(draft: Draft, fill: Fill): readonly Portion[] {
  const all = [...draft.positions.values()].filter(({ opening }) => opening.pair === fill.pair);
  // Who sold everything already, and waits for the end of an order, has nothing more to sell.
  const holding = all.filter(({ quantity }) => quantity.gt(0));
  const holders = (holding.length > 0 ? holding : all).sort(
    (a, b) => rank(draft, a) - rank(draft, b) || byStop(a, b),
  );
  const whole = decimal(fill.quantity);
  let rest = whole;
  let fee = decimal(fill.fee);
  const split: Portion[] = [];
  for (const [index, { opening, quantity }] of holders.entries()) {
    if (!rest.gt(0)) break;
    const isLast = index === holders.length - 1 || rest.lte(quantity);
    const part = isLast ? rest : quantity;
    const charge = isLast ? fee : feeOf(fill, part, whole);
    rest = rest.minus(part);
    fee = fee.minus(charge);
    const tradeId = split.length === 0 ? fill.tradeId : `${fill.tradeId}.${split.length + 1}`;
    const own = { ...fill, tradeId, quantity: text(part), fee: text(charge) };
    split.push({ configId: opening.configId, fill: own });
  }
  return split;
}

const rank = (draft: Draft, { opening }: Position): number =>
  liveOrder(draft, opening.configId, 'exit') === undefined ? 0 : 1;

/** The highest stop first; among equals the order of their names. */
function byStop({ opening: a }: Position, { opening: b }: Position): number {
  return decimal(b.stopLoss).cmp(a.stopLoss) || (a.configId < b.configId ? -1 : 1);
}

const feeOf = ({ fee }: Fill, part: Decimal, whole: Decimal): Decimal =>
  decimal(fee).times(part).div(whole).toDecimalPlaces(FEE_DECIMALS);
