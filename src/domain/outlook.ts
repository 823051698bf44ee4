// What a configuration's evidence says now and what the next step needs: every number beside its limit, before
// anyone judges.
import { unreachable } from './assert.ts';
import {
  alarmMeasures,
  type Case,
  decayMeasures,
  lookMeasures,
  recordOf,
} from './lifecycle-evidence.ts';
import type { Rung } from './lifecycle-rules.ts';
import type { Measure, SampleRecord } from './lifecycle-state.ts';
import type { Millis } from './time.ts';

/** The look that comes next, as it would be were it now. */
export interface NextLook {
  /** Count of forward trades at which it is. */
  readonly at: number;
  readonly missing: number;
  readonly measures: readonly Measure[];
}

/** What a stage still lasts; null where that is not asked. */
export interface Dwell {
  readonly msLeft: Millis;
  /** As many more trades end it as well. */
  readonly tradesLeft: number | null;
}

export interface Outlook {
  /** Trades of the next look's sample. */
  readonly sample: SampleRecord;
  /** Closed trades since the stage began. */
  readonly trades: number;
  readonly nextLook: NextLook | null;
  readonly dwell: Dwell | null;
  /** One that fails sends it down. */
  readonly alarms: readonly Measure[];
  /** The test for a way back from DECAY. */
  readonly test: readonly Measure[];
}

export function outlookOf(one: Case): Outlook {
  const { state, evidence } = one;
  const { forward } = evidence;
  const common = {
    sample: recordOf(forward.sample, forward.wins),
    trades: forward.returns.length,
    nextLook: null,
    dwell: null,
    alarms: [],
    test: [],
  };
  switch (state.stage) {
    case 'PAPER':
      return { ...common, nextLook: nextLook(one, 'PAPER'), dwell: dwellOf(one, 'PAPER') };
    case 'DISCOVERY':
    case 'VALIDATION':
      return {
        ...common,
        nextLook: nextLook(one, state.stage),
        dwell: dwellOf(one, state.stage),
        alarms: alarmMeasures(one),
      };
    case 'MATURE':
      return { ...common, alarms: alarmMeasures(one) };
    case 'DECAY':
      return { ...common, dwell: dwellInDecay(one), test: decayMeasures(one) };
    default:
      return unreachable(state.stage, 'stage');
  }
}

/** Null while a pass waits: no other look comes. */
function nextLook(one: Case, stage: Rung): NextLook | null {
  const { state, evidence, rules } = one;
  const { count } = evidence.forward.sample;
  const at = rules.rungs[stage].looks.find((look) => look > count);
  if (state.pass !== null || at === undefined) return null;
  return { at, missing: at - count, measures: lookMeasures(one, stage) };
}

function dwellOf({ state, evidence, at, rules }: Case, stage: Rung): Dwell | null {
  if (stage === 'PAPER' && !state.isDemoted) return null;
  const { dwellMs, dwellTrades } = rules.rungs[stage];
  const trades = evidence.forward.returns.length;
  return {
    msLeft: Math.max(0, dwellMs - (at - state.enteredAt)),
    tradesLeft: dwellTrades === null ? null : Math.max(0, dwellTrades - trades),
  };
}

/** Here both must be over. */
function dwellInDecay({ state, evidence, at, rules }: Case): Dwell {
  const { dwellMs, dwellTrades } = rules.decay;
  return {
    msLeft: Math.max(0, dwellMs - (at - state.enteredAt)),
    tradesLeft: Math.max(0, dwellTrades - evidence.forward.returns.length),
  };
}
