// Trades, time and a person's word in any order: every verdict is the one that DOMAIN §6 gives, for its cause, and
// the book of stages, the record and the configuration's actor stand where it leads.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actorClock } from '../../machines/clock.ts';
import {
  type ConfigurationActor,
  configurationActor,
  configurationMachine,
} from '../../machines/configuration.ts';
import { nodeTimers } from '../../src/clock.ts';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { type LifecycleRules, QUICK_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { enter, type Verdict } from '../../src/domain/lifecycle-state.ts';
import { Progress } from '../../src/domain/progress.ts';
import { command, modelled } from './command.ts';
import { LifecycleModel } from './lifecycle.ts';

const HOUR = 3_600_000;
/** Few trades make a story: looks that come soon and are soon the last, and three falls end it. */
const looks = [3, 5, 8, 12, 24];
const { rungs, alarm, bootstrap } = QUICK_LIFECYCLE;
const rules: LifecycleRules = {
  ...QUICK_LIFECYCLE,
  rungs: {
    PAPER: { ...rungs.PAPER, looks },
    DISCOVERY: { ...rungs.DISCOVERY, looks },
    VALIDATION: { ...rungs.VALIDATION, looks: looks.slice(0, 3) },
  },
  alarm: {
    ...alarm,
    cusum: { ...alarm.cusum, averageRun: 2000 },
    recentPsrMin: 0.05,
    recentCount: 8,
    drawdownRatioMax: 0.9,
  },
  bootstrap: { ...bootstrap, resamples: 60, quantile: 0.8 },
  slippageRatioMax: 1.5,
  fallsMax: 3,
};

interface Real {
  readonly progress: Progress;
  readonly actor: ConfigurationActor;
  at: number;
}

const said = ({ kind, to, cause }: Verdict): string => `${kind} ${to}: ${cause}`;
/** What came up in all the stories, by name. */
const met = new Map<string, number>();

function compare(model: LifecycleModel, { progress, actor }: Real): void {
  const { stage, isActive, enteredAt, isDemoted, falls, validated, pass } = progress.state;
  expect([stage, isActive, enteredAt, isDemoted, falls, pass === null]).toEqual([
    ...[model.stage, model.isActive, model.enteredAt, model.isDemoted, model.falls],
    model.pass === null,
  ]);
  expect(validated === null).toBe(model.validated === null);
  expect(validated?.mean ?? 0).toBeCloseTo(model.validated?.mean ?? 0, 9);
  expect(validated?.sd ?? 0).toBeCloseTo(model.validated?.sd ?? 0, 9);
  expect(actor.getSnapshot().value).toMatchObject({ lifecycle: model.stage });
}

/** What the domain decided, told to the actor, against what the model did. */
function follow(
  model: LifecycleModel,
  real: Real,
  verdicts: readonly Verdict[],
  expected: readonly string[],
) {
  expect(verdicts.map(said)).toEqual(expected);
  for (const verdict of verdicts) {
    met.set(said(verdict), (met.get(said(verdict)) ?? 0) + 1);
    if (verdict.to !== verdict.from) real.actor.send({ type: 'stage.changed', stage: verdict.to });
  }
  compare(model, real);
}

type Command = fc.Command<LifecycleModel, Real>;

/** Wins and losses of a mood; a little apart, so that no comparison hangs on a last bit. */
const moods = {
  good: [1.6, 1.1, -0.9],
  even: [1.2, -1],
  bad: [-1, -0.7, 0.8],
  flat: [0.1],
} as const;
const trades = fc
  .record({
    mood: fc.constantFrom(...(Object.keys(moods) as (keyof typeof moods)[])),
    draws: fc.array(fc.integer({ min: 1, max: 99_991 }), { minLength: 1, maxLength: 8 }),
    wait: fc.integer({ min: 0, max: 90 }),
    slippageRatio: fc.constantFrom(null, null, 1.2, 1.9),
  })
  .map(
    ({ mood, draws, wait, slippageRatio }): Command =>
      command(`${draws.length} ${mood} trades, ${wait} minutes apart`, (model, real) => {
        for (const draw of draws) {
          const values = moods[mood];
          const value = (values[draw % values.length] ?? 0) + (mood === 'flat' ? 0 : draw / 1e6);
          real.at += wait * 60_000;
          model.slippageRatio = slippageRatio;
          const verdicts = real.progress.close(value, { backtest: null, slippageRatio }, real.at);
          follow(model, real, verdicts, model.trade(value, real.at));
        }
      }),
  );

const waits = fc.integer({ min: 0, max: 12 }).map(
  (hours): Command =>
    command(`${hours} hours pass`, (model, real) => {
      real.at += hours * HOUR;
      const beside = { backtest: null, slippageRatio: model.slippageRatio };
      follow(model, real, real.progress.wait(beside, real.at), model.wait(real.at));
    }),
);

const words = fc.constantFrom<Stage>(...STAGES).map(
  (to): Command =>
    command(`a person says ${to}`, (model, real) => {
      real.progress.override(to, real.at);
      real.actor.send({ type: 'stage.changed', stage: to });
      model.override(to, real.at);
      compare(model, real);
    }),
);

/** Stories from a stage on. */
const tried = (stage: Stage, chosen: LifecycleRules): void =>
  modelled<LifecycleModel, Real>(
    [trades, trades, trades, trades, trades, trades, waits, words],
    () => {
      const start = { id: 'one', stage, position: 'flat' } as const;
      const actor = configurationActor(configurationMachine, start, actorClock(nodeTimers)).start();
      const progress = new Progress(chosen, enter(stage, 0, true));
      return { model: new LifecycleModel(stage, chosen), real: { progress, actor, at: 0 } };
    },
    { runs: 25, length: 40 },
  );

test('C1: every verdict of any story is the one that the rules give', () => {
  for (const stage of STAGES) tried(stage, rules);
  tried('PAPER', { ...rules, promotion: 'by-hand' });
  // The stories are worth trying: every cause came up in them.
  const causes = [...met.keys()].join();
  for (const cause of [
    ...['look', 'last-look', 'cusum', 'recent-psr', 'drawdown', 'sprt', 'trades-spent'],
    ...['time-spent', 'provisional'],
  ]) {
    expect(causes).toContain(`: ${cause}`);
  }
  for (const kind of ['promoted', 'demoted', 'archived', 'kept', 'denied', 'recounted']) {
    expect(causes).toContain(kind);
  }
}, 60_000);
