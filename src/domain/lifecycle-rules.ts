// The numbers of the lifecycle (DOMAIN §6) as data: what each step up asks for, what brings a
// configuration down, and how it comes back.
import type { Bootstrap } from './drawdown.ts';
import type { CusumRules } from './drift.ts';
import { DAY, type Millis } from './time.ts';

/** The stages that evidence promotes out of by looks. */
export type Rung = 'PAPER' | 'DISCOVERY' | 'VALIDATION';

export interface RungRules {
  /** Counts of forward trades at which evidence is judged, rising; never in between. */
  readonly looks: readonly number[];
  readonly psrMin: number;
  /** How long a stage lasts at least; a pass is kept until then. PAPER's binds after a demotion alone. */
  readonly dwellMs: Millis;
  /** As many trades end the dwell as well; null: they do not. */
  readonly dwellTrades: number | null;
}

export interface LifecycleRules {
  /** `by-hand`: a pass is kept until a person promotes. Demotions ask nobody. */
  readonly promotion: 'automatic' | 'by-hand';
  readonly backtest: {
    readonly countMin: number;
    readonly psrMin: number;
    readonly dsrMin: number;
    /** In R. */
    readonly drawdownMax: number;
  };
  readonly rungs: Readonly<Record<Rung, RungRules>>;
  /** Real slippage over the model's, at most. */
  readonly slippageRatioMax: number;
  readonly alarm: {
    readonly cusum: CusumRules;
    /** The last trades, whatever their stage. */
    readonly recentCount: number;
    readonly recentPsrMin: number;
    /** Deepest drawdown over the bootstrap's quantile, at most. */
    readonly drawdownRatioMax: number;
  };
  readonly bootstrap: Bootstrap;
  readonly decay: {
    readonly alpha: number;
    readonly beta: number;
    readonly dwellMs: Millis;
    readonly dwellTrades: number;
    readonly ageMsMax: Millis;
    readonly tradesMax: number;
  };
  /** Forward trades that stand in for a validated sample after an import, provisionally. */
  readonly provisionalCount: number;
  /** The fall into PAPER, counted since the last MATURE, that archives. */
  readonly fallsMax: number;
}

export const DEFAULT_LIFECYCLE: LifecycleRules = {
  promotion: 'automatic',
  backtest: { countMin: 30, psrMin: 0.8, dsrMin: 0.5, drawdownMax: 20 },
  rungs: {
    PAPER: {
      looks: [30, 60, 90, 120, 160, 200, 250, 300],
      psrMin: 0.9,
      dwellMs: 14 * DAY,
      dwellTrades: null,
    },
    DISCOVERY: {
      looks: [30, 60, 90, 120, 160, 200, 250, 300],
      psrMin: 0.9,
      dwellMs: 14 * DAY,
      dwellTrades: 100,
    },
    VALIDATION: {
      looks: [100, 150, 200, 300],
      psrMin: 0.975,
      dwellMs: 60 * DAY,
      dwellTrades: 300,
    },
  },
  slippageRatioMax: 1.5,
  alarm: {
    cusum: { meanShare: 0.5, meanFloor: 0.05, averageRun: 500 },
    recentCount: 50,
    recentPsrMin: 0.1,
    drawdownRatioMax: 1.5,
  },
  bootstrap: { block: 5, resamples: 2000, quantile: 0.95, seed: 1 },
  decay: {
    alpha: 0.2,
    beta: 0.2,
    dwellMs: 14 * DAY,
    dwellTrades: 20,
    ageMsMax: 120 * DAY,
    tradesMax: 80,
  },
  provisionalCount: 30,
  fallsMax: 3,
};

const HOUR = DAY / 24;

const OFTEN = [3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50, 100, 200, 300];

/**
 * For demonstrations only: so few trades that a person sees promotion and decay within minutes, and so
 * few that they prove nothing; and nobody is archived, so that the play goes on. No setting falls back to it.
 */
export const QUICK_LIFECYCLE: LifecycleRules = {
  ...DEFAULT_LIFECYCLE,
  rungs: {
    PAPER: { looks: OFTEN, psrMin: 0.7, dwellMs: HOUR, dwellTrades: null },
    DISCOVERY: { looks: OFTEN, psrMin: 0.6, dwellMs: HOUR, dwellTrades: 4 },
    VALIDATION: { looks: OFTEN.slice(1), psrMin: 0.7, dwellMs: 2 * HOUR, dwellTrades: 6 },
  },
  alarm: {
    cusum: { meanShare: 0.5, meanFloor: 0.05, averageRun: 30 },
    recentCount: 4,
    recentPsrMin: 0.3,
    drawdownRatioMax: 1.5,
  },
  decay: {
    alpha: 0.4,
    beta: 0.4,
    dwellMs: HOUR,
    dwellTrades: 3,
    ageMsMax: 8 * HOUR,
    tradesMax: 8,
  },
  // Between a close and an order a fast market moves further than a real one.
  slippageRatioMax: 20,
  provisionalCount: 4,
  fallsMax: 1000,
};
