// DOMAIN §6: every stage in every situation, what is kept and what is counted, and by chance that nothing
// climbs two steps, climbs on a number that is none, or falls late.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Career } from '../../src/domain/career.ts';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import { judge } from '../../src/domain/lifecycle.ts';
import type { Evidence } from '../../src/domain/lifecycle-evidence.ts';
import {
  DEFAULT_LIFECYCLE,
  type LifecycleRules,
  QUICK_LIFECYCLE,
} from '../../src/domain/lifecycle-rules.ts';
import {
  advance,
  enter,
  type LifecycleState,
  type Validated,
  type Verdict,
} from '../../src/domain/lifecycle-state.ts';
import { probabilisticSharpe, sampleOf } from '../../src/domain/performance.ts';
import { chanceOf, wilson } from '../../src/domain/statistic.ts';
import { DAY } from '../../src/domain/time.ts';
import { TrackRecord } from '../../src/domain/track-record.ts';

const rules = DEFAULT_LIFECYCLE;
const validated: Validated = { count: 100, mean: 0.3, sd: 1, provisional: false };
const faint: Validated = { count: 100, mean: 0.01, sd: 1, provisional: false };
const wide: Validated = { count: 100, mean: 0.01, sd: 10, provisional: false };

const cycle = (count: number, ...values: readonly number[]): readonly number[] =>
  Array.from({ length: count }, (_, index) => values[index % values.length] ?? 0);
const winning = (count: number) => cycle(count, 1.6, -1, 1.6, 1.6, -1);
const even = (count: number) => cycle(count, 1, -1);
const losing = (count: number) => cycle(count, -1, -1, 1.6, -1);

interface Setting {
  readonly returns: readonly number[];
  readonly at?: number;
  readonly baseline?: Validated | null;
  readonly state?: Partial<LifecycleState>;
  readonly rules?: LifecycleRules;
  readonly evidence?: Partial<Evidence>;
}

function judged(stage: Stage, setting: Setting): Verdict | undefined {
  const { returns, at = 100 * DAY, baseline = validated } = setting;
  const chosen = setting.rules ?? rules;
  const forward = new TrackRecord(chosen, baseline);
  for (const value of returns) forward.push(value);
  const state = { ...enter(stage, 0), validated: baseline, ...setting.state };
  const evidence = { forward, backtest: null, slippageRatio: null, ...setting.evidence };
  return judge(state, evidence, at, chosen);
}

const said = (verdict: Verdict | undefined): string =>
  verdict === undefined ? 'nothing' : `${verdict.kind} ${verdict.to}: ${verdict.cause}`;

const situations = {
  'no trades': { returns: [] },
  'one trade': { returns: [1.6] },
  'winning, at a look': { returns: winning(200) },
  'winning, between looks': { returns: winning(199) },
  'even, at a look': { returns: even(200), baseline: faint },
  'even, at the last look': { returns: even(300), baseline: faint },
  'losing, between looks': { returns: losing(59) },
  'always the same win, at a look': { returns: cycle(200, 0.1) },
  'always the same loss, between looks': { returns: cycle(59, -0.1), baseline: faint },
  'a NaN among wins, at a look': { returns: [...winning(100), Number.NaN, ...winning(99)] },
  'a fall deeper than its shuffles': {
    returns: [...cycle(300, 1.2, -0.8), ...cycle(151, -1.1, 0.9)],
    baseline: wide,
  },
  'too old': { returns: winning(5), at: 120 * DAY },
} as const satisfies Record<string, Setting>;

const table: Record<Stage, Record<keyof typeof situations, string>> = {
  PAPER: {
    'no trades': 'nothing',
    'one trade': 'nothing',
    'winning, at a look': 'promoted DISCOVERY: look',
    'winning, between looks': 'nothing',
    'even, at a look': 'denied PAPER: look',
    'even, at the last look': 'archived PAPER: last-look',
    'losing, between looks': 'nothing',
    'always the same win, at a look': 'denied PAPER: look',
    'always the same loss, between looks': 'nothing',
    'a NaN among wins, at a look': 'denied PAPER: look',
    'a fall deeper than its shuffles': 'nothing',
    'too old': 'nothing',
  },
  DISCOVERY: {
    'no trades': 'nothing',
    'one trade': 'nothing',
    'winning, at a look': 'promoted VALIDATION: look',
    'winning, between looks': 'nothing',
    'even, at a look': 'denied DISCOVERY: look',
    'even, at the last look': 'demoted PAPER: last-look',
    'losing, between looks': 'demoted PAPER: cusum',
    'always the same win, at a look': 'denied DISCOVERY: look',
    'always the same loss, between looks': 'demoted PAPER: recent-psr',
    'a NaN among wins, at a look': 'denied DISCOVERY: look',
    'a fall deeper than its shuffles': 'demoted PAPER: drawdown',
    'too old': 'nothing',
  },
  VALIDATION: {
    'no trades': 'nothing',
    'one trade': 'nothing',
    'winning, at a look': 'promoted MATURE: look',
    'winning, between looks': 'nothing',
    'even, at a look': 'denied VALIDATION: look',
    'even, at the last look': 'recounted VALIDATION: last-look',
    'losing, between looks': 'demoted DECAY: cusum',
    'always the same win, at a look': 'denied VALIDATION: look',
    'always the same loss, between looks': 'demoted DECAY: recent-psr',
    'a NaN among wins, at a look': 'denied VALIDATION: look',
    'a fall deeper than its shuffles': 'demoted DECAY: drawdown',
    'too old': 'nothing',
  },
  MATURE: {
    'no trades': 'nothing',
    'one trade': 'nothing',
    'winning, at a look': 'nothing',
    'winning, between looks': 'nothing',
    'even, at a look': 'nothing',
    'even, at the last look': 'nothing',
    'losing, between looks': 'demoted DECAY: cusum',
    'always the same win, at a look': 'nothing',
    'always the same loss, between looks': 'demoted DECAY: recent-psr',
    'a NaN among wins, at a look': 'nothing',
    'a fall deeper than its shuffles': 'demoted DECAY: drawdown',
    'too old': 'nothing',
  },
  DECAY: {
    'no trades': 'nothing',
    'one trade': 'nothing',
    'winning, at a look': 'promoted VALIDATION: sprt',
    'winning, between looks': 'promoted VALIDATION: sprt',
    'even, at a look': 'demoted PAPER: trades-spent',
    'even, at the last look': 'demoted PAPER: trades-spent',
    'losing, between looks': 'demoted PAPER: sprt',
    'always the same win, at a look': 'demoted PAPER: sprt',
    'always the same loss, between looks': 'nothing',
    'a NaN among wins, at a look': 'demoted PAPER: trades-spent',
    'a fall deeper than its shuffles': 'demoted PAPER: trades-spent',
    'too old': 'demoted PAPER: time-spent',
  },
};

describe.each(STAGES)('%s', (stage) => {
  test.each(Object.entries(situations))('%s', (situation, setting) => {
    const verdict = judged(stage, setting);
    const expected = Object.entries(table[stage]).find(([name]) => name === situation)?.[1];
    expect(said(verdict)).toBe(expected);
    // A verdict is journalled: nothing of it may be lost on the way.
    if (verdict !== undefined) expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  });

  test('archived, it is judged no more', () => {
    expect(judged(stage, { returns: winning(200), state: { isActive: false } })).toBeUndefined();
  });
});

describe('a verdict says why', () => {
  test('with sample, metrics and thresholds', () => {
    const verdict = judged('VALIDATION', { returns: winning(200) });
    expect(verdict?.sample).toMatchObject({ count: 200, flaw: null });
    expect(verdict?.sample.winRate?.low).toBeCloseTo(0.531, 3);
    expect(verdict?.measures).toMatchObject([
      { name: 'psr', relation: '>=', limit: 0.975, holds: true },
      { name: 'recent-mean', relation: '>', limit: 0, holds: true },
      { name: 'slippage-ratio', value: null, limit: 1.5, holds: true },
    ]);
    expect(verdict?.validated).toMatchObject({ count: 200, provisional: false });
  });

  test.each([
    [cycle(200, 0.1), 'no-spread'],
    [[...winning(199), Number.NaN], 'not-finite'],
  ])('also why there is no number', (returns, flaw) => {
    const verdict = judged('DISCOVERY', { returns });
    expect(verdict?.sample.flaw).toBe(flaw);
    expect(verdict?.measures[0]).toMatchObject({ name: 'psr', value: null, holds: false });
  });

  test('for good: its validated sample is gone, and a fall counts up to its limit', () => {
    const last = judged('PAPER', { returns: even(300), baseline: faint });
    expect(last).toMatchObject({ kind: 'archived', validated: null });
    const fall = judged('DECAY', { returns: [], at: 120 * DAY, state: { falls: 1 } });
    expect(fall?.measures.at(-1)).toEqual({
      ...{ name: 'falls', value: 2, relation: '<', limit: 3, holds: true },
    });
    expect(fall?.validated).toBeNull();
  });

  test.each([
    [1.5, 'promoted'],
    [1.51, 'denied'],
    [Number.NaN, 'denied'],
  ])('slippage of %d times the model: %s', (slippageRatio, kind) => {
    const verdict = judged('VALIDATION', { returns: winning(200), evidence: { slippageRatio } });
    expect(verdict?.kind).toBe(kind);
  });
});

describe('a backtest', () => {
  const search = { trials: 5, sharpeVariance: 0.01 };
  const sharp = { returns: winning(60), ...search };

  test('carries from PAPER to DISCOVERY at once, and once', () => {
    const verdict = judged('PAPER', { returns: [], at: 0, evidence: { backtest: sharp } });
    expect(said(verdict)).toBe('promoted DISCOVERY: backtest');
    expect(verdict?.validated).toMatchObject({ count: 60, provisional: false });
    if (verdict === undefined) return;
    expect(advance(enter('PAPER', 0), verdict).isBacktestSpent).toBe(true);
    const spent = { returns: [], evidence: { backtest: sharp }, state: { isBacktestSpent: true } };
    expect(judged('PAPER', spent)).toBeUndefined();
  });

  test('is kept with its own share of wins; a trade of nothing is none', () => {
    const backtest = { returns: [...cycle(40, 1, 1, 1, 0), -1], ...search };
    const verdict = judged('PAPER', { returns: [], evidence: { backtest } });
    expect(verdict?.sample).toMatchObject({ count: 41, winRate: wilson(30, 41) });
  });

  test.each([
    ['too short', { returns: winning(29), ...search }, 'count'],
    ['of nothing', { returns: [], ...search }, 'count'],
    ['chosen among too many', { returns: winning(60), trials: 1e6, sharpeVariance: 0.2 }, 'dsr'],
    ['that lost 21R', { ...sharp, returns: [...cycle(21, -1), ...winning(200)] }, 'drawdown'],
    ['of one price', { returns: cycle(60, 0.2), ...search }, 'psr'],
    ['without its search', { ...sharp, sharpeVariance: Number.NaN }, 'dsr'],
  ])('%s is denied', (_, backtest, name) => {
    const verdict = judged('PAPER', { returns: [], evidence: { backtest } });
    expect(said(verdict)).toBe('denied PAPER: backtest');
    expect(verdict?.measures.filter(({ holds }) => !holds).map((one) => one.name)).toContain(name);
  });
});

/** Lets returns come one by one, `everyMs` apart, and follows every verdict. */
class Story {
  state: LifecycleState;
  at = 0;
  readonly verdicts: Verdict[] = [];
  readonly record: TrackRecord;
  readonly #rules: LifecycleRules;

  constructor(stage: Stage, baseline: Validated | null = validated, chosen = rules) {
    this.state = { ...enter(stage, 0), validated: baseline };
    this.record = new TrackRecord(chosen, baseline);
    this.#rules = chosen;
  }

  tell(returns: Iterable<number>, everyMs: number): this {
    for (const value of returns) {
      this.record.push(value);
      this.pass(everyMs);
    }
    return this;
  }

  pass(ms: number): void {
    this.at += ms;
    const evidence = { forward: this.record, backtest: null, slippageRatio: null };
    for (;;) {
      const verdict = judge(this.state, evidence, this.at, this.#rules);
      if (verdict === undefined) return;
      this.state = advance(this.state, verdict);
      this.record.follow(verdict);
      this.verdicts.push(verdict);
    }
  }

  get said(): readonly string[] {
    return this.verdicts.map(said);
  }
}

describe('a pass is kept until its dwell ends', () => {
  test('by time, on the evidence of its look', () => {
    const story = new Story('DISCOVERY').tell(winning(31), DAY / 20);
    expect(story.said).toEqual(['kept DISCOVERY: look']);
    story.pass(14 * DAY - story.at - 1);
    expect(story.said).toHaveLength(1);
    story.pass(1);
    expect(story.said.at(-1)).toBe('promoted VALIDATION: look');
    expect(story.verdicts.at(-1)?.sample.count).toBe(30);
  });

  test('by trades, with more of them than looks', () => {
    const story = new Story('VALIDATION').tell(winning(300), DAY / 1000);
    expect(story.said).toEqual(['kept VALIDATION: look', 'promoted MATURE: look']);
    expect(story.state.enteredAt).toBe(story.at);
    expect(story.state.validated?.count).toBe(100);
  });

  test('but keeps nobody from falling', () => {
    const story = new Story('DISCOVERY').tell([...winning(30), ...cycle(20, -1)], DAY / 20);
    expect(story.said).toEqual(['kept DISCOVERY: look', 'demoted PAPER: cusum']);
    expect(story.state).toMatchObject({ pass: null, validated: null, falls: 1 });
  });

  test('in PAPER after a fall only', () => {
    const fallen = { state: { isDemoted: true }, returns: winning(30), at: 14 * DAY - 1 };
    expect(judged('PAPER', fallen)?.kind).toBe('kept');
    expect(judged('PAPER', { ...fallen, at: 14 * DAY })?.kind).toBe('promoted');
    expect(judged('PAPER', { ...fallen, state: {}, at: 0 })?.kind).toBe('promoted');
  });

  test('in DECAY, where the test is over', () => {
    const story = new Story('DECAY').tell([...winning(10), ...even(100)], DAY / 20);
    expect(story.said).toEqual(['kept DECAY: sprt']);
    story.pass(14 * DAY);
    expect(story.said.at(-1)).toBe('promoted VALIDATION: sprt');
    expect(story.state.validated).toEqual(validated);
  });

  test('and by hand for good', () => {
    const byHand = { ...rules, promotion: 'by-hand' } as const;
    expect(judged('DISCOVERY', { returns: winning(200), rules: byHand })?.kind).toBe('kept');
    expect(judged('DISCOVERY', { returns: losing(59), rules: byHand })?.kind).toBe('demoted');
  });

  test('so that twenty trades a day are not starved of looks', () => {
    const market = { payoff: 1.6, perWeek: 140, chance: chanceOf(3) };
    const isEverMature = (): boolean => {
      const career = new Career(market, rules, 'PAPER');
      for (let trade = 0; trade < 2000; trade += 1) {
        if (career.play(0.52).some(({ to }) => to === 'MATURE')) return true;
      }
      return false;
    };
    expect(Array.from({ length: 20 }, isEverMature).filter(Boolean).length).toBeGreaterThan(17);
  });
});

describe('on the bound', () => {
  test('the last trades are not yet too bad', () => {
    const returns = cycle(50, -1, -1, 1.2, 0.5, -0.4);
    const psr = probabilisticSharpe(sampleOf(returns));
    const alarmed = (recentPsrMin: number) =>
      judged('MATURE', {
        ...{ returns, baseline: wide },
        rules: { ...rules, alarm: { ...rules.alarm, recentPsrMin } },
      })?.cause;
    expect([alarmed(psr), alarmed(psr + 1e-9)]).toEqual([undefined, 'recent-psr']);
  });

  test('the likelihood ratio accepts, and 80 trades without an answer are enough', () => {
    const decay = { ...rules.decay, alpha: 0.5, beta: 0.5 };
    const even = judged('DECAY', { returns: [], at: 0, rules: { ...rules, decay } });
    expect(said(even)).toBe('kept DECAY: sprt');
    // Half of the validated mean says nothing either way.
    const undecided = (count: number) => judged('DECAY', { returns: cycle(count, 0.15) });
    expect(undecided(79)).toBeUndefined();
    expect(said(undecided(80))).toBe('demoted PAPER: trades-spent');
  });
});

describe('counts', () => {
  test('the third fall into PAPER archives, unless MATURE came in between', () => {
    const fall = (falls: number) => judged('DECAY', { returns: losing(59), state: { falls } });
    expect([0, 1, 2].map((falls) => fall(falls)?.kind)).toEqual(['demoted', 'demoted', 'archived']);
    const third = fall(2);
    expect(third?.measures.at(-1)).toMatchObject({ name: 'falls', value: 3, holds: false });
    const up = judged('VALIDATION', { returns: winning(200), state: { falls: 2 } });
    if (third === undefined || up === undefined) throw new Error('expected verdicts');
    expect(advance({ ...enter('DECAY', 0), falls: 2 }, third)).toMatchObject({
      ...{ stage: 'PAPER', isActive: false, falls: 3 },
    });
    expect(advance({ ...enter('VALIDATION', 0), falls: 2 }, up).falls).toBe(0);
  });

  test('VALIDATION begins anew after its last look, and may pass the next time', () => {
    const story = new Story('VALIDATION', faint).tell([...even(300), ...winning(100)], DAY);
    expect(story.said.slice(3)).toEqual([
      'recounted VALIDATION: last-look',
      'promoted MATURE: look',
    ]);
    expect(story.verdicts.at(-1)?.sample.count).toBe(100);
  });

  test('an import’s first 30 trades stand in for its validated sample, whatever else they decide', () => {
    const story = new Story('DISCOVERY', null).tell(winning(30), DAY);
    expect(story.said).toEqual(['baselined DISCOVERY: provisional', 'promoted VALIDATION: look']);
    expect(story.verdicts[0]?.validated).toMatchObject({ count: 30, provisional: true });
    expect(story.verdicts[0]?.measures).toEqual([]);
    const spoilt = [...winning(29), Number.NaN, ...winning(5)];
    expect(judged('MATURE', { returns: spoilt, baseline: null })).toBeUndefined();
  });

  test('the last 50 run on whatever the stage', () => {
    const story = new Story('PAPER').tell(winning(30), DAY);
    expect(story.state.stage).toBe('DISCOVERY');
    story.tell(even(20), DAY);
    expect(story.record.recent?.count).toBe(50);
    expect(story.record.sample.count).toBe(20);
  });
});

const up: Partial<Record<Stage, Stage>> = {
  PAPER: 'DISCOVERY',
  DISCOVERY: 'VALIDATION',
  VALIDATION: 'MATURE',
  DECAY: 'VALIDATION',
};

const moods = fc.array(
  fc.record({
    kind: fc.constantFrom('winning', 'even', 'losing', 'flat', 'nan'),
    count: fc.integer({ min: 1, max: 40 }),
  }),
  { maxLength: 12 },
);
const played = {
  winning,
  even,
  losing,
  flat: (count: number) => cycle(count, 0.2),
  nan: (count: number) => cycle(count, Number.NaN, 1, -1),
};

/** One step at most, by its own road, and on numbers that all hold. */
function expectSound(verdicts: readonly Verdict[]): void {
  const promoted = verdicts.filter(({ kind }) => kind === 'promoted');
  expect(promoted.length).toBeLessThan(2);
  for (const { from, to, measures } of promoted) {
    expect(to).toBe(up[from]);
    expect(measures.find(({ name }) => name === 'psr')?.value).not.toBeNull();
    const failed = measures.filter(({ holds }) => !holds).map(({ name }) => name);
    // The way back is the likelihood ratio's alone; its trades and its age only end the test.
    expect(failed.filter((name) => from !== 'DECAY' || name === 'log-likelihood-ratio')).toEqual(
      [],
    );
  }
  for (const verdict of verdicts) {
    expect(STAGES).toContain(verdict.to);
    expect([verdict.from, verdict.to]).not.toEqual(['DISCOVERY', 'DECAY']);
    expect(JSON.parse(JSON.stringify(verdict))).toEqual(verdict);
  }
}

/** Nothing that should have sent it down is left standing. */
function expectQuiet({ state, record }: Story, { alarm }: LifecycleRules): void {
  expect(STAGES).toContain(state.stage);
  if (state.stage === 'PAPER' || state.stage === 'DECAY') return;
  expect(record.cusum.isAlarmed).toBe(false);
  const psr = record.recent === undefined ? Number.NaN : probabilisticSharpe(record.recent);
  expect(psr < alarm.recentPsrMin).toBe(false);
}

test('no history climbs two steps or on an undefined number, leaves the stages, or falls late', () => {
  fc.assert(
    fc.property(fc.constantFrom(...STAGES), moods, (stage, history) => {
      const story = new Story(stage, null, QUICK_LIFECYCLE);
      for (const value of history.flatMap(({ kind, count }) => played[kind](count))) {
        const seen = story.verdicts.length;
        story.tell([value], DAY / 48);
        expectSound(story.verdicts.slice(seen));
        expectQuiet(story, QUICK_LIFECYCLE);
      }
    }),
  );
});
