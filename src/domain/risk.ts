// The limits on capital (DOMAIN §3). Each asks "would the book after this trade exceed it?" and
// answers with its headroom: room trims a size, no room refuses it.
import type { Stage } from './configuration.ts';
import { type Decimal, decimal, floorMoney, type Money, money, text } from './money.ts';
import type { Portfolio } from './portfolio.ts';
import type { Refusal, RefusalCode } from './refusal.ts';
import type { Trim } from './sizing.ts';
import type { Standing } from './standing.ts';

/** Shares of equity, but for `maxPositions` and `minPosition` (quote currency). */
export interface RiskLimits {
  readonly maxTotalExposure: number;
  readonly stageCaps: Readonly<Record<Stage, number>>;
  readonly maxAssetExposure: number;
  readonly cashReserve: number;
  readonly maxDailyLoss: number;
  readonly maxPositions: number;
  readonly minPosition: number;
  /** √(Σ ρ·w·w) over assets; null leaves it out. .40 is a sound value. */
  readonly maxCorrelatedExposure: number | null;
}

export const DEFAULT_LIMITS: RiskLimits = {
  maxTotalExposure: 0.5,
  stageCaps: { MATURE: 0.3, VALIDATION: 0.15, DISCOVERY: 0.05, DECAY: 0.1, PAPER: 0 },
  maxAssetExposure: 0.2,
  cashReserve: 0.3,
  maxDailyLoss: 0.02,
  maxPositions: 10,
  minPosition: 100,
  maxCorrelatedExposure: null,
};

/** Correlation of two assets' returns, −1..1; an asset with itself is 1, an unknown pair counts as 1. */
export type Correlation = (a: string, b: string) => number;

/** What a candidate is, as far as limits care. */
export interface Candidate {
  readonly stage: Stage;
  readonly asset: string;
}

interface Limit {
  readonly code: RefusalCode;
  readonly cap: Money;
  readonly used: Money;
}

/** Every limit that trims, in the order of the checks, with its cap and use in quote currency. */
function limitsOn(
  { stage, asset }: Candidate,
  standing: Standing,
  limits: RiskLimits,
  correlation: Correlation,
): readonly Limit[] {
  const part = (share: number): Money => money(standing.equity.times(share));
  const rows: Limit[] = [
    {
      code: 'stage-cap',
      cap: part(limits.stageCaps[stage]),
      used: standing.exposureOfStage(stage),
    },
    {
      code: 'asset-cap',
      cap: part(limits.maxAssetExposure),
      used: standing.exposureOfAsset(asset),
    },
    {
      code: 'total-exposure',
      cap: part(limits.maxTotalExposure),
      used: standing.exposure,
    },
    // The reserve is what must stay: its cap is the cash there is, its use the part that is kept.
    { code: 'cash-reserve', cap: standing.available, used: part(limits.cashReserve) },
  ];
  if (limits.maxCorrelatedExposure !== null) {
    const room = correlatedRoom(asset, standing, limits.maxCorrelatedExposure, correlation);
    rows.push({ code: 'correlated-exposure', cap: room, used: money(0) });
  }
  return rows;
}

/**
 * Largest addition x to `asset` that keeps √(Σ ρij·wi·wj) ≤ limit, as money: the positive root of
 * x² + 2bx + c − limit² = 0 with b = Σ ρ(asset, i)·wi and c = Σ ρij·wi·wj; zero when there is none.
 */
function correlatedRoom(
  asset: string,
  standing: Standing,
  limit: number,
  correlation: Correlation,
): Money {
  const worth = standing.equity;
  const weights = assetsOf(standing.book).map((held) => ({
    held,
    weight: standing.exposureOfAsset(held).div(worth).toNumber(),
  }));
  const rho = (a: string, b: string): number => (a === b ? 1 : correlation(a, b));
  let b = 0;
  let c = 0;
  for (const one of weights) {
    b += rho(asset, one.held) * one.weight;
    for (const other of weights) c += rho(one.held, other.held) * one.weight * other.weight;
  }
  const root = Math.sqrt(b * b - (c - limit * limit)) - b;
  return root > 0 ? money(worth.times(root)) : money(0);
}

function assetsOf(book: Portfolio): readonly string[] {
  const assets = new Set<string>();
  for (const { opening } of book.positions.values()) assets.add(opening.asset);
  for (const live of book.orders.values())
    if (live.order.purpose === 'entry') assets.add(live.asset);
  return [...assets];
}

/** A size after every limit, or the first limit that had no room for the smallest position. */
export interface Trimmed {
  readonly size: Money;
  readonly trims: readonly Trim[];
  readonly refusal: Refusal | null;
}

/** Cuts `wanted` (quote currency) to the headroom of every limit (DOMAIN §3). */
export function trim(
  wanted: Money,
  candidate: Candidate,
  standing: Standing,
  limits: RiskLimits,
  correlation: Correlation,
): Trimmed {
  const trims: Trim[] = [];
  let size = floorMoney(wanted);
  for (const { code, cap, used } of limitsOn(candidate, standing, limits, correlation)) {
    const room: Decimal = cap.gt(used) ? cap.minus(used) : decimal(0);
    const headroom = floorMoney(money(room));
    const after = size.lte(headroom) ? size : headroom;
    trims.push({
      code,
      cap: text(floorMoney(cap)),
      used: text(used),
      headroom: text(headroom),
      before: text(size),
      after: text(after),
    });
    // Room below the smallest position is no room: the first such limit refuses under its own code.
    if (!headroom.gte(limits.minPosition)) {
      return {
        size: money(0),
        trims,
        refusal: {
          code,
          limit: text(cap),
          actual: text(used.plus(size)),
          headroom: text(headroom),
        },
      };
    }
    size = after;
  }
  return { size, trims, refusal: null };
}
