// The lifecycle as decisions (DOMAIN §6): capital follows evidence. Up one step at a time and only at
// fixed counts of trades; down at once. The state and the record say everything a verdict depends on.
import { unreachable } from './assert.ts';
import { bootstrapReaches } from './drawdown.ts';
import { sprtBounds } from './drift.ts';
import {
  alarmMeasures,
  backtestMeasures,
  type Case,
  decayMeasures,
  type Evidence,
  lookMeasures,
  recordOf,
} from './lifecycle-evidence.ts';
import type { LifecycleRules, Rung } from './lifecycle-rules.ts';
import {
  above,
  type Cause,
  type Grounds,
  type LifecycleState,
  type Validated,
  type Verdict,
} from './lifecycle-state.ts';
import { probabilisticSharpe, sampleOf } from './performance.ts';
import type { Millis } from './time.ts';

/**
 * The next decision about a configuration, or undefined when there is none. Asked after every closed
 * trade and whenever time has passed, again until it is silent; each verdict goes to `advance` and to
 * `TrackRecord.follow` before the next question.
 */
export function judge(
  state: LifecycleState,
  evidence: Evidence,
  at: Millis,
  rules: LifecycleRules,
): Verdict | undefined {
  if (!state.isActive) return undefined;
  const one: Case = { state, evidence, at, rules };
  switch (state.stage) {
    case 'PAPER':
      return judgeBacktest(one) ?? judgeLook(one, 'PAPER');
    case 'DISCOVERY':
    case 'VALIDATION':
      return judgeBaseline(one) ?? judgeAlarm(one) ?? judgeLook(one, state.stage);
    case 'MATURE':
      return judgeBaseline(one) ?? judgeAlarm(one);
    case 'DECAY':
      return judgeBaseline(one) ?? judgeDecay(one);
    default:
      return unreachable(state.stage, 'stage');
  }
}

/**
 * The next decision that time alone brings: a pass that has waited long enough, a DECAY that took too long.
 * Asked as often as one likes; it looks at nothing that only a trade can change.
 */
export function ripen(
  state: LifecycleState,
  evidence: Evidence,
  at: Millis,
  rules: LifecycleRules,
): Verdict | undefined {
  if (!state.isActive) return undefined;
  const one: Case = { state, evidence, at, rules };
  if (state.stage === 'DECAY') return judgeDecay(one);
  return state.pass === null || state.stage === 'MATURE' ? undefined : judgeLook(one, state.stage);
}

const verdictOf = (
  { state, at }: Case,
  kind: Verdict['kind'],
  grounds: Grounds,
  {
    to = state.stage,
    validated = state.validated,
  }: Partial<Pick<Verdict, 'to' | 'validated'>> = {},
): Verdict => {
  const { cause, sample, measures } = grounds;
  return { kind, from: state.stage, to, at, cause, sample, measures, validated };
};

const groundsOf = (one: Case, cause: Cause, measures: Grounds['measures']): Grounds => ({
  cause,
  sample: recordOf(one.evidence.forward.sample, one.evidence.forward.wins),
  measures,
});

const holdAll = ({ measures }: Grounds): boolean => measures.every(({ holds }) => holds);

function judgeBacktest(one: Case): Verdict | undefined {
  const { backtest } = one.evidence;
  if (backtest === null || one.state.isBacktestSpent) return undefined;
  const sample = sampleOf(backtest.returns);
  const wins = backtest.returns.filter((value) => value > 0).length;
  const grounds: Grounds = {
    cause: 'backtest',
    sample: recordOf(sample, wins),
    measures: backtestMeasures(sample, backtest, one.rules),
  };
  if (!holdAll(grounds)) return verdictOf(one, 'denied', grounds);
  const { count, mean, sd } = sample;
  return passed(one, 'PAPER', grounds, { count, mean, sd, provisional: false });
}

function judgeLook(one: Case, stage: Rung): Verdict | undefined {
  const { state, evidence, rules } = one;
  if (state.pass !== null) {
    const { validated } = state.pass;
    return isRipe(one, stage)
      ? verdictOf(one, 'promoted', state.pass, { to: above[stage], validated })
      : undefined;
  }
  const { looks } = rules.rungs[stage];
  const { count, mean, sd } = evidence.forward.sample;
  if (!looks.includes(count) || state.looked === count) return undefined;
  const isLast = count === looks.at(-1);
  const grounds = groundsOf(one, isLast ? 'last-look' : 'look', lookMeasures(one, stage));
  if (holdAll(grounds)) return passed(one, stage, grounds, { count, mean, sd, provisional: false });
  return isLast ? failedForGood(one, stage, grounds) : verdictOf(one, 'denied', grounds);
}

const passed = (one: Case, stage: Rung, grounds: Grounds, validated: Validated): Verdict =>
  isRipe(one, stage)
    ? verdictOf(one, 'promoted', grounds, { to: above[stage], validated })
    : verdictOf(one, 'kept', grounds, { validated });

function failedForGood(one: Case, stage: Rung, grounds: Grounds): Verdict {
  if (stage === 'PAPER') return verdictOf(one, 'archived', grounds, { validated: null });
  if (stage === 'VALIDATION') return verdictOf(one, 'recounted', grounds);
  return fall(one, grounds);
}

function isRipe({ state, evidence, at, rules }: Case, stage: Rung): boolean {
  if (rules.promotion === 'by-hand') return false;
  if (stage === 'PAPER' && !state.isDemoted) return true;
  const { dwellMs, dwellTrades } = rules.rungs[stage];
  const isLongEnough = dwellTrades !== null && evidence.forward.returns.length >= dwellTrades;
  return isLongEnough || at - state.enteredAt >= dwellMs;
}

/** Into PAPER; for good when it happened too often since the last MATURE. */
function fall(one: Case, grounds: Grounds): Verdict {
  const falls = one.state.falls + 1;
  const limit = one.rules.fallsMax;
  const holds = falls < limit;
  const measures: Grounds['measures'] = [
    ...grounds.measures,
    { name: 'falls', value: falls, relation: '<', limit, holds },
  ];
  const kind = holds ? 'demoted' : 'archived';
  return verdictOf(one, kind, { ...grounds, measures }, { to: 'PAPER', validated: null });
}

function judgeBaseline(one: Case): Verdict | undefined {
  const { state, evidence, rules } = one;
  const { count, mean, sd } = evidence.forward.sample;
  if (state.validated !== null || count < rules.provisionalCount) return undefined;
  if (!Number.isFinite(mean)) return undefined;
  const validated = { count, mean, sd, provisional: true };
  return verdictOf(one, 'baselined', groundsOf(one, 'provisional', []), { validated });
}

function judgeAlarm(one: Case): Verdict | undefined {
  const cause = alarmOf(one);
  if (cause === undefined) return undefined;
  const grounds = groundsOf(one, cause, alarmMeasures(one));
  // From DISCOVERY to PAPER, because DECAY's cap is the higher one.
  return one.state.stage === 'DISCOVERY'
    ? fall(one, grounds)
    : verdictOf(one, 'demoted', grounds, { to: 'DECAY' });
}

function alarmOf({ evidence: { forward }, rules }: Case): Cause | undefined {
  if (forward.cusum.isAlarmed) return 'cusum';
  const { recent } = forward;
  if (recent !== undefined && probabilisticSharpe(recent) < rules.alarm.recentPsrMin) {
    return 'recent-psr';
  }
  // A drawdown that did not deepen was judged when it did.
  if (!forward.hasDeepened) return undefined;
  const level = forward.drawdown / rules.alarm.drawdownRatioMax;
  return bootstrapReaches(forward.returns, level, rules.bootstrap) ? undefined : 'drawdown';
}

function judgeDecay(one: Case): Verdict | undefined {
  const { state, evidence, at, rules } = one;
  const { decay } = rules;
  const age = at - state.enteredAt;
  const trades = evidence.forward.returns.length;
  const isRipe =
    rules.promotion === 'automatic' && trades >= decay.dwellTrades && age >= decay.dwellMs;
  const grounds = (cause: Cause): Grounds => groundsOf(one, cause, decayMeasures(one));
  if (state.pass !== null && isRipe) {
    return verdictOf(one, 'promoted', state.pass, { to: above.DECAY });
  }
  if (age >= decay.ageMsMax) return fall(one, grounds('time-spent'));
  // The test ended when a bound was crossed; its pass only waits.
  if (state.pass !== null) return undefined;
  const bounds = sprtBounds(decay.alpha, decay.beta);
  const ratio = evidence.forward.logLikelihoodRatio;
  if (ratio >= bounds.accept) {
    return isRipe
      ? verdictOf(one, 'promoted', grounds('sprt'), { to: above.DECAY })
      : verdictOf(one, 'kept', grounds('sprt'));
  }
  if (ratio <= bounds.reject) return fall(one, grounds('sprt'));
  return trades >= decay.tradesMax ? fall(one, grounds('trades-spent')) : undefined;
}
