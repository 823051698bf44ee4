// Decimal text for rows: plain notation whatever the source wrote (`1e-8` becomes `0.00000001`), and
// exact arithmetic on it. SQL never adds amounts: it would turn them into floats.
import { type DecimalText, decimal, text } from '../domain/money.ts';

export const plain = (amount: DecimalText): DecimalText => text(decimal(amount));

export const plus = (left: DecimalText, right: DecimalText): DecimalText =>
  text(decimal(left).plus(right));

export const times = (left: DecimalText, right: DecimalText): DecimalText =>
  text(decimal(left).times(right));

/** An average to 18 significant digits, as the trade that it becomes part of has it. */
export const average = (total: DecimalText, count: DecimalText): DecimalText | null =>
  decimal(count).gt(0) ? text(decimal(total).div(count).toSignificantDigits(18)) : null;
