// What time alone brings, and a person's word: a pass that waited long enough, a DECAY that took too long, a
// stage given by hand. Neither looks at what only a trade can change.
import { describe, expect, test } from 'vitest';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { ripen } from '../../src/domain/lifecycle.ts';
import { DEFAULT_LIFECYCLE, type LifecycleRules } from '../../src/domain/lifecycle-rules.ts';
import {
  advance,
  enter,
  type LifecycleState,
  overridden,
  type Pass,
  type Validated,
} from '../../src/domain/lifecycle-state.ts';
import { Progress } from '../../src/domain/progress.ts';
import { DAY } from '../../src/domain/time.ts';
import { TrackRecord } from '../../src/domain/track-record.ts';

const rules = DEFAULT_LIFECYCLE;
const beside = { backtest: null, slippageRatio: null };
const validated: Validated = { count: 30, mean: 0.3, sd: 1, provisional: false };
const pass: Pass = {
  cause: 'look',
  sample: {
    ...{ count: 30, mean: 0.3, sd: 1, skew: 0, kurtosis: 3, winRate: null, flaw: null },
  },
  measures: [{ name: 'psr', value: 0.99, relation: '>=', limit: 0.9, holds: true }],
  validated,
};

/** When its stage began. */
const began = 5 * DAY;
const stateIn = (stage: Stage, changes: Partial<LifecycleState> = {}): LifecycleState => ({
  ...enter(stage, began),
  ...changes,
});

/** What time brings `afterMs` the stage began, with so many trades since. */
function ripened(
  state: LifecycleState,
  afterMs: number,
  trades = 0,
  chosen: LifecycleRules = rules,
) {
  const forward = new TrackRecord(chosen, state.validated);
  for (let trade = 0; trade < trades; trade += 1) forward.push(trade % 2 === 0 ? 1 : -1);
  const verdict = ripen(state, { ...beside, forward }, began + afterMs, chosen);
  return verdict === undefined ? 'nothing' : `${verdict.kind} ${verdict.to}: ${verdict.cause}`;
}

describe('a pass', () => {
  test.each([
    ['PAPER', { isDemoted: true }, 14 * DAY, 'promoted DISCOVERY: look'],
    ['PAPER', { isDemoted: true }, 14 * DAY - 1, 'nothing'],
    ['DISCOVERY', {}, 14 * DAY, 'promoted VALIDATION: look'],
    ['DISCOVERY', {}, 14 * DAY - 1, 'nothing'],
    ['VALIDATION', {}, 60 * DAY, 'promoted MATURE: look'],
    ['VALIDATION', {}, 60 * DAY - 1, 'nothing'],
    ['MATURE', {}, 1000 * DAY, 'nothing'],
    ['DISCOVERY', { isActive: false }, 1000 * DAY, 'nothing'],
    ['DISCOVERY', { pass: null }, 1000 * DAY, 'nothing'],
  ] as const)('in %s with %j after %d ms: %s', (stage, changes, at, expected) => {
    expect(ripened(stateIn(stage, { pass, ...changes }), at)).toBe(expected);
  });

  test.each([
    ['DISCOVERY', 99, 'nothing'],
    ['DISCOVERY', 100, 'promoted VALIDATION: look'],
    ['VALIDATION', 299, 'nothing'],
    ['VALIDATION', 300, 'promoted MATURE: look'],
    ['PAPER', 1000, 'nothing'],
  ] as const)('in %s after %d trades at once: %s', (stage, trades, expected) => {
    const state = stateIn(stage, { pass, isDemoted: stage === 'PAPER' });
    expect(ripened(state, 1, trades)).toBe(expected);
  });

  test('is nothing to wait for where there is none: looks are for trades', () => {
    for (const stage of ['PAPER', 'DISCOVERY', 'VALIDATION'] as const) {
      for (const trades of [30, 100]) {
        expect(ripened(stateIn(stage), 100 * DAY, trades)).toBe('nothing');
      }
    }
  });

  test('waits for a person where promotion is by hand', () => {
    const byHand = { ...rules, promotion: 'by-hand' } as const;
    for (const stage of ['PAPER', 'DISCOVERY', 'VALIDATION', 'DECAY'] as const) {
      const state = stateIn(stage, { pass, isDemoted: true });
      expect(ripened(state, 119 * DAY, 50, byHand)).toBe('nothing');
    }
  });

  test('is promoted on what it rested on', () => {
    const state = stateIn('DISCOVERY', { pass });
    const forward = new TrackRecord(rules, null);
    const at = began + 14 * DAY;
    const verdict = ripen(state, { ...beside, forward }, at, rules);
    expect(verdict).toEqual({
      ...{ kind: 'promoted', from: 'DISCOVERY', to: 'VALIDATION', at },
      ...pass,
    });
  });
});

test.each([
  [0, 14 * DAY, 'nothing'],
  [19, 14 * DAY, 'nothing'],
  [20, 14 * DAY, 'promoted VALIDATION: look'],
  [20, 14 * DAY - 1, 'nothing'],
  [19, 120 * DAY - 1, 'nothing'],
  [19, 120 * DAY, 'demoted PAPER: time-spent'],
  [20, 120 * DAY, 'promoted VALIDATION: look'],
])('a pass in DECAY with %d trades after %d ms: %s', (trades, at, expected) => {
  expect(ripened(stateIn('DECAY', { pass, validated }), at, trades)).toBe(expected);
});

test('a backtest serves once, and not for a stage above PAPER', () => {
  const spent = STAGES.filter((stage) => enter(stage, 0).isBacktestSpent);
  expect(spent).toEqual(STAGES.filter((stage) => stage !== 'PAPER'));
  expect(enter('PAPER', 0, true).isBacktestSpent).toBe(true);
});

describe('a person’s word', () => {
  test.each(STAGES.flatMap((from) => STAGES.map((to) => [from, to] as const)))(
    'from %s to %s',
    (from, to) => {
      const up = {
        ...{ PAPER: 'DISCOVERY', DISCOVERY: 'VALIDATION', VALIDATION: 'MATURE' },
        ...{ DECAY: 'VALIDATION', MATURE: undefined },
      };
      const isStep = up[from] === to;
      const state = stateIn(from, { pass, falls: 2, looked: 60, validated: { ...validated } });
      expect(overridden(state, to, 7)).toEqual({
        ...{ stage: to, isActive: true, enteredAt: 7, isDemoted: to === 'PAPER' },
        ...{ validated: isStep ? validated : null, pass: null, looked: 0 },
        ...{ falls: to === 'MATURE' ? 0 : 2, isBacktestSpent: true },
      });
      expect(overridden({ ...state, pass: null }, to, 7).validated).toBeNull();
    },
  );
});

describe('a verdict', () => {
  const verdict = { ...pass, at: 5 };

  test('that moves begins everything anew but the falls', () => {
    const before = stateIn('DISCOVERY', { pass, falls: 1, looked: 60 });
    const down = { ...verdict, kind: 'demoted', from: 'DISCOVERY', to: 'PAPER' } as const;
    expect(advance(before, down)).toEqual({
      ...{ stage: 'PAPER', isActive: true, enteredAt: 5, isDemoted: true, validated },
      ...{ pass: null, looked: 0, falls: 2, isBacktestSpent: true },
    });
    expect(advance(before, { ...down, kind: 'archived' })).toMatchObject({ isActive: false });
    const out = { ...down, kind: 'archived', from: 'PAPER' } as const;
    expect(advance(stateIn('PAPER', { falls: 1 }), out)).toMatchObject({ falls: 1 });
    const up = { ...verdict, kind: 'promoted', from: 'DISCOVERY', to: 'VALIDATION' } as const;
    expect(advance(before, up)).toMatchObject({ isDemoted: false, falls: 1, enteredAt: 5 });
  });

  test('that keeps leaves the stage, and remembers what was looked at', () => {
    const before = stateIn('PAPER', { falls: 1 });
    const here = { ...verdict, from: 'PAPER', to: 'PAPER' } as const;
    expect(advance(before, { ...here, kind: 'kept' })).toEqual({ ...before, pass, looked: 30 });
    expect(advance(before, { ...here, kind: 'denied' })).toEqual({ ...before, looked: 30 });
    const backtest = { ...here, kind: 'denied', cause: 'backtest' } as const;
    expect(advance(before, backtest)).toEqual({ ...before, isBacktestSpent: true });
    const looked = { ...before, looked: 300 };
    expect(advance(looked, { ...here, kind: 'recounted' })).toEqual(before);
    expect(advance(before, { ...here, kind: 'baselined' })).toEqual({ ...before, validated });
  });
});

test('a configuration waits while time alone can move it', () => {
  const isWaiting = (state: LifecycleState) => new Progress(rules, state).isWaiting;
  expect(isWaiting(stateIn('DISCOVERY'))).toBe(false);
  expect(isWaiting(stateIn('DISCOVERY', { pass }))).toBe(true);
  expect(isWaiting(stateIn('DECAY'))).toBe(true);
  expect(isWaiting(stateIn('DECAY', { isActive: false }))).toBe(false);
  const progress = new Progress(rules, stateIn('DISCOVERY', { pass }));
  expect(progress.wait(beside, began + 14 * DAY - 1)).toEqual([]);
  expect(progress.wait(beside, began + 14 * DAY).map(({ to }) => to)).toEqual(['VALIDATION']);
  expect(progress.state).toMatchObject({ stage: 'VALIDATION', validated });
  expect(progress.isWaiting).toBe(false);
});
