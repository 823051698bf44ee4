// A trained configuration: one parameter set with its measured performance. One configuration, one actor.
import type { Timeframe } from './time.ts';

/** Lifecycle stages in order of precedence: capital is offered to the first ones first (DOMAIN §3, §8). */
export const STAGES = ['MATURE', 'VALIDATION', 'DISCOVERY', 'DECAY', 'PAPER'] as const;
export type Stage = (typeof STAGES)[number];

/** Plain JSON, as it stands in facts and rows. */
export interface Configuration {
  readonly id: string;
  /** Counts changed parameters of the same id; evidence belongs to one version. */
  readonly version: number;
  /** Exact key of the strategy registry. */
  readonly strategy: string;
  readonly pair: string;
  readonly exchange: string;
  readonly timeframe: Timeframe;
  readonly stage: Stage;
  readonly parameters: Readonly<Record<string, number>>;
  /** `performance.gross_win_rate`, in percent 0–100. */
  readonly winRatePercent: number;
  /** `validation.sharpe_ratio`; null when training gave none. */
  readonly sharpe: number | null;
  readonly isActive: boolean;
  /** `performance`, `validation`, `regime` and `evidence` as the document gave them. */
  readonly performance: Readonly<Record<string, unknown>>;
  readonly validation: Readonly<Record<string, unknown>>;
  readonly regime: string | null;
  readonly evidence: Readonly<Record<string, unknown>> | null;
}

const rank = (stage: Stage): number => STAGES.indexOf(stage);

/** Stage precedence, then Sharpe descending with missing and NaN last, then id (DOMAIN §3, §8). */
export function byPrecedence(
  a: Pick<Configuration, 'id' | 'stage' | 'sharpe'>,
  b: Pick<Configuration, 'id' | 'stage' | 'sharpe'>,
): number {
  if (a.stage !== b.stage) return rank(a.stage) - rank(b.stage);
  const [left, right] = [orderable(a.sharpe), orderable(b.sharpe)];
  if (left !== right) return right - left;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

const orderable = (sharpe: number | null): number =>
  sharpe === null || Number.isNaN(sharpe) ? Number.NEGATIVE_INFINITY : sharpe;
