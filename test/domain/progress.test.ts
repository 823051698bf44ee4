// A record made again from the journal is the one that lived, to the last bit: after any trades, verdicts and
// overrides.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { QUICK_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import {
  advance,
  enter,
  type LifecycleState,
  overridden,
  type Verdict,
} from '../../src/domain/lifecycle-state.ts';
import { outlookOf } from '../../src/domain/outlook.ts';
import { Progress } from '../../src/domain/progress.ts';
import {
  beginAt,
  beginningsAfter,
  type KeptReturn,
  recollect,
} from '../../src/domain/recollection.ts';
import type { TrackRecord } from '../../src/domain/track-record.ts';

const rules = { ...QUICK_LIFECYCLE, bootstrap: { ...QUICK_LIFECYCLE.bootstrap, resamples: 100 } };
const beside = { backtest: null, slippageRatio: null };
const hour = 3_600_000;

const said = (record: TrackRecord) => ({
  sample: { ...pick(record.sample) },
  recent: record.recent === undefined ? null : { ...pick(record.recent) },
  returns: [...record.returns],
  wins: record.wins,
  drawdown: record.drawdown,
  hasDeepened: record.hasDeepened,
  limit: record.bootstrapDrawdown,
  cusum: [record.cusum.sum, record.cusum.bound],
  ratio: record.logLikelihoodRatio,
});
const pick = ({ count, mean, sd, skew, kurtosis }: TrackRecord['sample']) => ({
  ...{ count, mean, sd, skew, kurtosis },
});

const trade = fc.record({
  kind: fc.constant('trade' as const),
  returnR: fc.constantFrom(-1, -1, 1.6, 1.6, 0.4, -2.5),
  wait: fc.integer({ min: 0, max: 5 }),
});
const person = fc.record({
  kind: fc.constant('override' as const),
  to: fc.constantFrom(...STAGES),
});
const time = fc.record({
  kind: fc.constant('time' as const),
  wait: fc.integer({ min: 0, max: 30 }),
});
const happening = fc.oneof(
  { weight: 20, arbitrary: trade },
  { weight: 1, arbitrary: person },
  time,
);

/** What a journal keeps of a life, and what a store makes of it. */
class Kept {
  readonly trades: KeptReturn[] = [];
  state: LifecycleState;
  beginnings = beginAt(1);
  #seq = 1;

  constructor(stage: Stage) {
    this.state = enter(stage, 0);
  }

  override(to: Stage, at: number): void {
    this.#seq += 1;
    [this.state, this.beginnings] = [overridden(this.state, to, at), beginAt(this.#seq)];
  }

  trade(returnR: number): void {
    this.#seq += 1;
    this.trades.push({ seq: this.#seq, returnR });
  }

  verdict(verdict: Verdict): void {
    this.#seq += 1;
    this.state = advance(this.state, verdict);
    this.beginnings = beginningsAfter(this.beginnings, verdict, this.#seq);
  }

  recollected(): TrackRecord {
    const { entered } = this.beginnings;
    const since = this.trades.filter(({ seq }) => seq > entered);
    const before = this.trades.filter(({ seq }) => seq <= entered);
    const wanted = [...before.slice(-rules.alarm.recentCount), ...since];
    return recollect(rules, this.state.validated, this.beginnings, wanted);
  }
}

type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

/** Lets one thing happen to both; the time after it. */
function happen(one: Happening, before: number, progress: Progress, kept: Kept): number {
  if (one.kind === 'override') {
    progress.override(one.to, before);
    kept.override(one.to, before);
    return before;
  }
  const at = before + one.wait * hour;
  if (one.kind === 'trade') kept.trade(one.returnR);
  const verdicts =
    one.kind === 'trade' ? progress.close(one.returnR, beside, at) : progress.wait(beside, at);
  for (const verdict of verdicts) kept.verdict(verdict);
  return at;
}

test('what is recollected is what happened, wherever the process ended', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...STAGES),
      fc.array(happening, { maxLength: 120 }),
      (stage, happenings) => {
        const progress = new Progress(rules, enter(stage, 0));
        const kept = new Kept(stage);
        let at = 0;
        for (const one of happenings) at = happen(one, at, progress, kept);
        expect(kept.state).toEqual(progress.state);
        expect(said(kept.recollected())).toEqual(said(progress.record));
      },
    ),
    { numRuns: 300 },
  );
});

test('the outlook names the next look, what it needs, and never a number that is none', () => {
  const progress = new Progress(rules, enter('DISCOVERY', 0));
  const outlook = () =>
    outlookOf({
      ...{ state: progress.state, at: hour / 2, rules },
      evidence: { ...beside, forward: progress.record },
    });
  expect(outlook()).toMatchObject({
    trades: 0,
    nextLook: { at: 3, missing: 3 },
    dwell: { msLeft: hour / 2, tradesLeft: 4 },
    sample: { count: 0, flaw: 'too-few-trades' },
  });
  for (let count = 0; count < 4; count += 1) progress.close(1, beside, 0);
  // Identical returns: no spread, no PSR, a reason.
  expect(outlook().sample).toMatchObject({ count: 4, flaw: 'no-spread' });
  expect(outlook().nextLook?.measures[0]).toMatchObject({ name: 'psr', value: null, holds: false });
});

test('a person who confirms a pass keeps its sample; anywhere else the next trades stand in for one', () => {
  const byHand = { ...rules, promotion: 'by-hand' as const };
  const progress = new Progress(byHand, enter('DISCOVERY', 0));
  for (const returnR of [1.6, 1.6, -1, 1.6]) progress.close(returnR, beside, 0);
  const { pass } = progress.state;
  expect(pass?.validated?.count).toBe(3);
  const archived = { ...progress.state, isActive: false };
  expect(overridden(archived, 'VALIDATION', 1)).toMatchObject({ isActive: false });
  expect(overridden(progress.state, 'MATURE', 1).validated).toBeNull();
  progress.override('VALIDATION', 1);
  expect(progress.state).toMatchObject({ stage: 'VALIDATION', validated: pass?.validated });
  expect(progress.record.cusum.bound).toBeGreaterThan(0);
});
