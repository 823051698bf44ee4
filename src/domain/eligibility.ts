// The checks before any size is computed, in the order of DOMAIN §3: may this proposal be considered?
import type { BreakerLevels } from './breaker-levels.ts';
import type { Configuration } from './configuration.ts';
import type { EngineId } from './identity.ts';
import type { Instrument } from './instrument.ts';
import { parseDecimal, text } from './money.ts';
import type { Reading } from './open-breaker.ts';
import type { ExecutionRules, ProtectionRules } from './order.ts';
import type { Marks } from './portfolio.ts';
import type { Refusal } from './refusal.ts';
import type { Correlation, RiskLimits } from './risk.ts';
import type { Signal } from './signal.ts';
import type { SizingRules } from './sizing.ts';
import type { Standing } from './standing.ts';
import { type Millis, timeframeMs } from './time.ts';

/** A BUY signal with what was true of its configuration and stream when it was raised. */
export interface Proposal {
  readonly signal: Signal;
  readonly configuration: Configuration;
  readonly healthy: boolean;
  readonly fresh: boolean;
}

/** What a review takes as given. */
export interface ReviewTerms {
  readonly engine: EngineId;
  readonly limits: RiskLimits;
  readonly sizing: SizingRules;
  readonly execution: ExecutionRules;
  readonly instruments: ReadonlyMap<string, Instrument>;
  readonly correlation: Correlation;
  readonly breakers: BreakerLevels;
  readonly protection: ProtectionRules;
}

/** Market time, marks, what was measured, and trading state of one review. */
export interface ReviewMoment {
  readonly at: Millis;
  readonly marks: Marks;
  readonly readings: readonly Reading[];
  /** False while the portfolio recovers, reduces or flattens. */
  readonly open: boolean;
}

/** Eligibility and freshness: the checks between the breakers and the duplicate check. */
export function ineligible(
  { signal, configuration, healthy, fresh }: Proposal,
  terms: ReviewTerms,
  { at }: ReviewMoment,
): Refusal | undefined {
  const { stage, sharpe, isActive, timeframe, winRatePercent } = configuration;
  const instrument = terms.instruments.get(signal.pair);
  const ageMax = terms.execution.maxSignalAge * timeframeMs(timeframe);
  const checks: readonly (readonly [boolean, () => Refusal])[] = [
    [
      terms.sizing.base[stage] > 0,
      () => ({ code: 'stage-without-capital', limit: '0', detail: stage }),
    ],
    [
      sharpe !== null && Number.isFinite(sharpe) && sharpe > 0,
      () => ({ code: 'sharpe-not-positive', limit: '0', actual: String(sharpe) }),
    ],
    [isActive, () => ({ code: 'inactive' })],
    [healthy, () => ({ code: 'unhealthy' })],
    [instrument?.active === true, () => ({ code: 'pair-unknown', detail: signal.pair })],
    [fresh, () => ({ code: 'stream-stale' })],
    [
      at - signal.at <= ageMax,
      () => ({ code: 'signal-late', limit: String(ageMax), actual: String(at - signal.at) }),
    ],
    [isSound(signal) && Number.isFinite(winRatePercent), () => ({ code: 'not-finite' })],
    [
      isOrdered(signal),
      () => ({
        code: 'levels-disordered',
        limit: signal.entryPrice,
        actual: `${signal.stopLoss}..${signal.takeProfit}`,
      }),
    ],
  ];
  return checks.find(([holds]) => !holds)?.[1]();
}

/** Whether its numbers can stand in a book: finite, in bounds, stop below entry below target. */
export const isTradable = (signal: Signal): boolean => isSound(signal) && isOrdered(signal);

const isSound = (signal: Signal): boolean =>
  signal.confidence >= 0 &&
  signal.confidence <= 1 &&
  [signal.at, signal.expiresAt].every(Number.isFinite) &&
  [signal.entryPrice, signal.stopLoss, signal.takeProfit, signal.level].every(isPrice);

/** A price both as a decimal and as the float that the trigger book compares. */
const isPrice = (level: string): boolean =>
  parseDecimal(level)?.gt(0) === true && Number(level) > 0 && Number.isFinite(Number(level));

/** Stop below, target above, as floats: the trigger book takes nothing else. */
const isOrdered = ({ entryPrice, stopLoss, takeProfit }: Signal): boolean =>
  Number(stopLoss) < Number(entryPrice) && Number(entryPrice) < Number(takeProfit);

/** A book without prices or equity cannot be sized on; NaN counts as none. */
export function unusable({ isMarked, equity: worth }: Standing): Refusal | undefined {
  if (!isMarked) return { code: 'book-unmarked' };
  return worth.gt(0) ? undefined : { code: 'equity-not-positive', limit: '0', actual: text(worth) };
}

/** From the duplicate check on, the decision on this candle is spent whatever follows. */
export function occupiedOrSpent(
  standing: Standing,
  { signal }: Proposal,
  { limits }: ReviewTerms,
): Refusal | undefined {
  const { decided, day } = standing.book;
  const last = decided.get(signal.configId);
  if (last !== undefined && last >= signal.at) {
    return { code: 'duplicate', limit: String(last), actual: String(signal.at) };
  }
  const holders = standing.occupied;
  if (holders.has(signal.configId)) return { code: 'position-open' };
  const lost = standing.dayReturn;
  if (day?.latched === true || !(lost > -limits.maxDailyLoss)) {
    return { code: 'daily-loss', limit: String(-limits.maxDailyLoss), actual: String(lost) };
  }
  if (!(holders.size < limits.maxPositions)) {
    return {
      code: 'max-positions',
      limit: String(limits.maxPositions),
      actual: String(holders.size + 1),
      headroom: '0',
    };
  }
  return undefined;
}
