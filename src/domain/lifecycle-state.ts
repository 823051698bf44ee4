// Where a configuration stands in its lifecycle, and what a verdict makes of that. Plain JSON: a verdict
// is journalled with its evidence, and the state follows from the verdicts alone.
import { unreachable } from './assert.ts';
import type { Stage } from './configuration.ts';
import type { Baseline } from './drift.ts';
import type { Undefined } from './performance.ts';
import type { Millis } from './time.ts';

/** Mean and sd of the sample that passed the promoting look. */
export interface Validated extends Baseline {
  readonly count: number;
  /** The first forward trades after an import, for want of a look. */
  readonly provisional: boolean;
}

/** One number against its limit; null where it is undefined or was not measured. */
export interface Measure {
  readonly name:
    | 'count'
    | 'mean'
    | 'psr'
    | 'dsr'
    | 'drawdown'
    | 'recent-mean'
    | 'recent-psr'
    | 'slippage-ratio'
    | 'cusum'
    | 'log-likelihood-ratio'
    | 'trades'
    | 'age-ms'
    | 'falls';
  readonly value: number | null;
  readonly relation: '>=' | '>' | '<=' | '<';
  readonly limit: number | null;
  readonly holds: boolean;
}

/** A sample as it is journalled: returns in R, null where undefined. */
export interface SampleRecord {
  readonly count: number;
  readonly mean: number | null;
  readonly sd: number | null;
  readonly skew: number | null;
  readonly kurtosis: number | null;
  /** Wilson's 95 % interval of the share of winning trades. */
  readonly winRate: { readonly low: number; readonly high: number } | null;
  /** Why no PSR could be computed. */
  readonly flaw: Undefined | null;
}

export type Cause =
  | 'backtest'
  | 'look'
  | 'last-look'
  | 'cusum'
  | 'drawdown'
  | 'recent-psr'
  | 'sprt'
  | 'trades-spent'
  | 'time-spent'
  | 'provisional';

/** What a judgement rests on. */
export interface Grounds {
  readonly cause: Cause;
  readonly sample: SampleRecord;
  readonly measures: readonly Measure[];
}

/** A look that was passed before its dwell was over. */
export interface Pass extends Grounds {
  readonly validated: Validated | null;
}

/**
 * A decision about one configuration. `promoted`, `demoted` and `archived` move it; the others keep it
 * where it is: a pass waits for its dwell, a look failed, the count begins anew, a provisional
 * baseline was taken.
 */
export interface Verdict extends Grounds {
  readonly kind:
    | 'promoted'
    | 'demoted'
    | 'archived'
    | 'kept'
    | 'denied'
    | 'recounted'
    | 'baselined';
  readonly from: Stage;
  readonly to: Stage;
  readonly at: Millis;
  /** The validated sample from now on. */
  readonly validated: Validated | null;
}

export interface LifecycleState {
  readonly stage: Stage;
  /** False once archived: no stage, and no judgement any more. */
  readonly isActive: boolean;
  readonly enteredAt: Millis;
  /** Came here from a higher stage. */
  readonly isDemoted: boolean;
  readonly validated: Validated | null;
  readonly pass: Pass | null;
  /** Count of forward trades at the last look; 0 before the first. */
  readonly looked: number;
  /** Falls into PAPER since the last MATURE. */
  readonly falls: number;
  /** Out-of-sample backtest trades serve once, and not for a stage above PAPER given by an import. */
  readonly isBacktestSpent: boolean;
}

/** The state of a configuration that begins at `stage`; `again` with a backtest that is spent. */
export const enter = (stage: Stage, at: Millis, again = false): LifecycleState => ({
  stage,
  isActive: true,
  enteredAt: at,
  isDemoted: false,
  validated: null,
  pass: null,
  looked: 0,
  falls: 0,
  isBacktestSpent: again || stage !== 'PAPER',
});

/** The state after `verdict`, which `judge` gave for this state. */
export function advance(state: LifecycleState, verdict: Verdict): LifecycleState {
  const { kind, from, to, at, validated, cause } = verdict;
  switch (kind) {
    case 'promoted':
    case 'demoted':
    case 'archived':
      return {
        ...enter(to, at, true),
        isActive: kind !== 'archived',
        isDemoted: kind !== 'promoted',
        validated,
        falls: to === 'MATURE' ? 0 : state.falls + Number(to === 'PAPER' && from !== 'PAPER'),
      };
    case 'kept': {
      const { sample, measures } = verdict;
      return looked({ ...state, pass: { cause, sample, measures, validated } }, verdict);
    }
    case 'denied':
      return looked(state, verdict);
    case 'recounted':
      return { ...state, looked: 0 };
    case 'baselined':
      return { ...state, validated };
    default:
      return unreachable(kind, 'kind of verdict');
  }
}

/** One step up; DECAY comes back to VALIDATION. */
export const above = {
  PAPER: 'DISCOVERY',
  DISCOVERY: 'VALIDATION',
  VALIDATION: 'MATURE',
  DECAY: 'VALIDATION',
} as const satisfies Partial<Record<Stage, Stage>>;

/** The sample that a person's promotion rests on: of the pass that waited for it, if it did. */
const confirmed = ({ stage, pass }: LifecycleState, to: Stage): Validated | null =>
  stage !== 'MATURE' && above[stage] === to ? (pass?.validated ?? null) : null;

/**
 * The state after a person's word. Where it is not the step that a pass was waiting for, there is no
 * validated sample: the next trades stand in for one, as after an import. Archived stays archived.
 */
export const overridden = (state: LifecycleState, to: Stage, at: Millis): LifecycleState => ({
  ...enter(to, at, true),
  isActive: state.isActive,
  isDemoted: to === 'PAPER',
  validated: confirmed(state, to),
  falls: to === 'MATURE' ? 0 : state.falls,
});

const looked = (state: LifecycleState, { cause, sample }: Verdict): LifecycleState =>
  cause === 'backtest' ? { ...state, isBacktestSpent: true } : { ...state, looked: sample.count };
