// A size waterfall: in one line for the story, in full for whoever asks why.
import type { BreakerAction } from '../../domain/breaker.ts';
import type { Trip } from '../../domain/open-breaker.ts';
import type { Refusal } from '../../domain/refusal.ts';
import { REFUSALS } from '../../domain/refusal.ts';
import type { Waterfall } from '../../domain/sizing.ts';
import { plain } from '../../plain.ts';
import { amount, percent } from './format.ts';

/** `100,000 × 10.00 % × 0.902 × 0.90 = 8,118.00 → stage-cap 4,000.00 → 0.0421 lots …` */
export function waterfallLine({ formula, scale, trims, rounding, refusal }: Waterfall): string {
  if (formula === null) return refusal === null ? 'not sized' : `not sized: ${refusal.code}`;
  const { capital, base, factor, confidence, size } = formula;
  const start = `${amount(capital, 0)} × ${percent(Number(base), 0)} × ${Number(factor).toFixed(3)} × ${confidence.toFixed(2)} = ${amount(size)}`;
  const cuts = trims
    .filter(({ before, after }) => before !== after)
    .map(({ code, after }) => ` → ${code} ${amount(after)}`);
  const lots = rounding === null ? '' : ` → ${rounding.quantity} for ${amount(rounding.reserved)}`;
  const scaled = scale === undefined ? '' : ` × ${factorText(scale.factor)} (${scale.breaker})`;
  return start + scaled + cuts.join('') + lots;
}

/** A breaker, and whose it is. */
export const breakerName = ({ id, on }: Pick<Trip, 'id' | 'on'>): string =>
  on === '' ? id : `${id} of ${plain(on)}`;

/** The entry that tries a breaker half open is a small part of a size. */
const factorText = (factor: number): string => String(Number(factor.toPrecision(4)));

/** What an open breaker does. */
export function actionWords(action: BreakerAction): string {
  switch (action.kind) {
    case 'scale':
      return `sizes × ${action.factor}`;
    case 'pause':
      return 'no entries';
    case 'reduce':
      return 'no entries, the portfolio reduces';
    case 'flatten':
      return 'every position is closed';
    default:
      return action satisfies never;
  }
}

/** Every step on a line of its own. */
export function waterfallLines(waterfall: Waterfall): readonly string[] {
  const { formula, scale, trims, rounding, refusal, size } = waterfall;
  const lines: string[] = [];
  if (formula !== null) {
    lines.push(
      `capital          ${amount(formula.capital)}`,
      `base             ${percent(Number(formula.base))} (${formula.stage})  cap ${amount(formula.cap)}`,
      `Sharpe term      ${formula.sharpeTerm}  (Sharpe ${formula.sharpe})`,
      `win-rate term    ${formula.winRateTerm}  (${formula.winRatePercent} %)`,
      `raw factor       ${formula.rawFactor}`,
      `clamped factor   ${formula.factor}`,
      `strength         ${formula.confidence}`,
      `raw size         ${amount(formula.rawSize)}`,
      `size             ${amount(formula.size)}`,
    );
  }
  if (scale !== undefined)
    lines.push(`breaker          × ${factorText(scale.factor)}  (${scale.breaker})`);
  for (const { code, cap, used, headroom, before, after } of trims) {
    const effect = before === after ? 'fits' : `${amount(before)} → ${amount(after)}`;
    lines.push(
      `${code.padEnd(16)} cap ${amount(cap)}  used ${amount(used)}  headroom ${amount(headroom)}  ${effect}`,
    );
  }
  if (rounding !== null) {
    lines.push(
      `rounding         ${rounding.quantity} at ${rounding.collarPrice} + fee ${rounding.feeRate} = ${amount(rounding.reserved)}`,
    );
  }
  lines.push(
    refusal === null ? `final size       ${amount(size)}` : `refused          ${reason(refusal)}`,
  );
  return lines;
}

/** A refusal in words, with the numbers that decided it. */
export function reason({ code, limit, actual, headroom, detail }: Refusal): string {
  const shorten = code === 'signal-late' ? seconds : short;
  const parts = [
    limit === undefined ? undefined : `limit ${shorten(limit)}`,
    actual === undefined ? undefined : `would be ${shorten(actual)}`,
    headroom === undefined ? undefined : `headroom ${shorten(headroom)}`,
    detail,
  ].filter((part) => part !== undefined);
  const numbers = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${code}: ${REFUSALS[code]}${numbers}`;
}

const seconds = (text: string): string => `${Number(text) / 1000} s`;

const short = (text: string): string => {
  const value = Number(text);
  if (!Number.isFinite(value)) return text;
  return Math.abs(value) >= 100 ? amount(text) : String(Number(value.toPrecision(6)));
};
