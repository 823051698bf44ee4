// The lifecycle's operating characteristics (DOMAIN §6), measured by playing it: what the rules do to an
// edge that is there, that never was, and that went.
import { Career, type Market, trueSample, winRateOf } from './career.ts';
import type { Stage } from './configuration.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import type { Verdict } from './lifecycle-state.ts';
import { chanceOf } from './statistic.ts';

export interface Simulation {
  /** True Sharpe ratio per trade. */
  readonly edge: number;
  readonly runs: number;
  /** What a win pays, in R; a loss costs 1R. */
  readonly payoff: number;
  readonly perWeek: number;
  readonly years: number;
  readonly seed: number;
  readonly rules: LifecycleRules;
}

/** Of something that every run has: half of the runs have no more than the median. */
export interface Spread {
  readonly mean: number;
  readonly median: number;
}

/** Shares of all runs, in 0..1, unless said otherwise. */
export interface Characteristics {
  /** Passed a look of VALIDATION before the last one failed, no alarm listened to. */
  readonly looksAlone: number;
  /** From DISCOVERY, over all the years. */
  readonly everMature: number;
  /** Share of all the time, in 0..1. */
  readonly timeMature: number;
  readonly archived: number;
  /** Null for an edge too faint to be one. */
  readonly loss: LossCharacteristics | null;
}

/** What becomes of an edge that was earned. */
export interface LossCharacteristics {
  /** Alarms per 500 trades in MATURE with the edge intact. */
  readonly alarmsPer500: number;
  /** Trades in MATURE from the edge's end to DECAY. */
  readonly tradesToDecayVanished: Spread;
  readonly tradesToDecayReversed: Spread;
  /** Of those in DECAY: back in VALIDATION, with the edge intact and without one. */
  readonly returnsIntact: number;
  readonly returnsVanished: number;
}

/** Below it hardly a career earns MATURE, so that waiting for those that do would take for ever. */
const faintestEdge = 0.05;

/** Plays every characteristic `runs` times; the same simulation gives the same numbers. */
export const characterise = (simulation: Simulation): Characteristics => ({
  looksAlone: looksAlone(simulation),
  ...wholeTable(simulation),
  loss: simulation.edge >= faintestEdge ? lossOf(simulation) : null,
});

const lossOf = (simulation: Simulation): LossCharacteristics => ({
  alarmsPer500: alarmsPer500(simulation),
  tradesToDecayVanished: tradesToDecay(simulation, 0),
  tradesToDecayReversed: tradesToDecay(simulation, -simulation.edge),
  returnsIntact: returns(simulation, simulation.edge),
  returnsVanished: returns(simulation, 0),
});

/** Each characteristic has chance of its own, so that one more draw in one changes no other. */
const marketOf = ({ payoff, perWeek, seed }: Simulation, part: number): Market => ({
  payoff,
  perWeek,
  chance: chanceOf(seed * 16 + part),
});

/** The same rules without any alarm. */
const deaf = (rules: LifecycleRules): LifecycleRules => ({
  ...rules,
  alarm: {
    ...rules.alarm,
    cusum: { ...rules.alarm.cusum, averageRun: Number.POSITIVE_INFINITY },
    recentPsrMin: 0,
    drawdownRatioMax: Number.POSITIVE_INFINITY,
  },
});

/** A career in the middle of its life: at `stage`, earned with trades that tell the truth. */
const midway = (
  market: Market,
  { edge, payoff }: Simulation,
  rules: LifecycleRules,
  stage: Stage,
): Career => new Career(market, rules, stage, trueSample(edge, payoff));

export function looksAlone(simulation: Simulation): number {
  const { edge, payoff, runs, rules } = simulation;
  const market = marketOf(simulation, 1);
  const winRate = winRateOf(edge, payoff);
  let passed = 0;
  for (let run = 0; run < runs; run += 1) {
    const career = midway(market, simulation, deaf(rules), 'VALIDATION');
    let verdict: Verdict | undefined;
    while (verdict?.kind !== 'promoted' && verdict?.kind !== 'recounted') {
      verdict = career.play(winRate).at(-1);
    }
    passed += Number(verdict.kind === 'promoted');
  }
  return passed / runs;
}

export function wholeTable(
  simulation: Simulation,
): Pick<Characteristics, 'everMature' | 'timeMature' | 'archived'> {
  const { edge, payoff, runs, years, rules } = simulation;
  const market = marketOf(simulation, 2);
  const winRate = winRateOf(edge, payoff);
  const trades = Math.round((years * 365.25 * market.perWeek) / 7);
  let [everMature, timeMature, archived] = [0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const career = new Career(market, rules, 'DISCOVERY');
    let mature = 0;
    for (let trade = 0; trade < trades && career.state.isActive; trade += 1) {
      career.play(winRate);
      mature += Number(career.state.stage === 'MATURE');
    }
    everMature += Number(mature > 0);
    timeMature += mature;
    archived += Number(!career.state.isActive);
  }
  return {
    everMature: everMature / runs,
    timeMature: timeMature / (runs * trades),
    archived: archived / runs,
  };
}

/** A career that passed VALIDATION: its validated sample is as lucky as those are that pass. */
function earned(market: Market, simulation: Simulation, winRate: number): Career {
  for (;;) {
    const career = midway(market, simulation, simulation.rules, 'VALIDATION');
    while (career.state.stage === 'VALIDATION') career.play(winRate);
    if (career.state.stage === 'MATURE') return career;
  }
}

/** 500 trades a run; after an alarm the next career goes on. */
export function alarmsPer500(simulation: Simulation): number {
  const { edge, payoff, runs } = simulation;
  const market = marketOf(simulation, 3);
  const winRate = winRateOf(edge, payoff);
  let alarms = 0;
  for (let run = 0; run < runs; run += 1) {
    let career = earned(market, simulation, winRate);
    for (let trade = 0; trade < 500; trade += 1) {
      career.play(winRate);
      if (career.state.stage === 'MATURE') continue;
      alarms += 1;
      career = earned(market, simulation, winRate);
    }
  }
  return alarms / runs;
}

/** The edge becomes `after` a while after MATURE was reached: the luck of the look is forgotten. */
export function tradesToDecay(simulation: Simulation, after: number): Spread {
  const { edge, payoff, runs, rules } = simulation;
  const market = marketOf(simulation, after < 0 ? 4 : 5);
  const [before, then] = [winRateOf(edge, payoff), winRateOf(after, payoff)];
  const counts: number[] = [];
  while (counts.length < runs) {
    const career = earned(market, simulation, before);
    for (let trade = 0; trade < rules.alarm.recentCount; trade += 1) career.play(before);
    if (career.state.stage !== 'MATURE') continue;
    let count = 0;
    for (; career.state.stage === 'MATURE'; count += 1) career.play(then);
    counts.push(count);
  }
  counts.sort((a, b) => a - b);
  const mean = counts.reduce((sum, count) => sum + count, 0) / runs;
  return { mean, median: counts[Math.floor((runs - 1) / 2)] ?? Number.NaN };
}

/** Share that comes back from DECAY to VALIDATION while the edge is `now`. */
export function returns(simulation: Simulation, now: number): number {
  const market = marketOf(simulation, now === 0 ? 6 : 7);
  const winRate = winRateOf(now, simulation.payoff);
  let back = 0;
  for (let run = 0; run < simulation.runs; run += 1) {
    const career = midway(market, simulation, simulation.rules, 'DECAY');
    while (career.state.stage === 'DECAY') career.play(winRate);
    back += Number(career.state.stage === 'VALIDATION');
  }
  return back / simulation.runs;
}
