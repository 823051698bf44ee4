// What keeps a signal from being sized at all: each refusal with its numbers, each bound on it and a hair
// beyond it.
import { describe, expect, test } from 'vitest';
import {
  ineligible,
  isTradable,
  occupiedOrSpent,
  type Proposal,
  unusable,
} from '../../src/domain/eligibility.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { decimal, money } from '../../src/domain/money.ts';
import type { Refusal } from '../../src/domain/refusal.ts';
import { review } from '../../src/domain/review.ts';
import { Standing } from '../../src/domain/standing.ts';
import { timeframeMs } from '../../src/domain/time.ts';
import {
  configurationOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  signalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const terms = termsFor([pair]);
const one = configurationOf('one');
const about = (changes: Partial<Proposal>, at = NOON, under = terms) =>
  ineligible({ ...proposalOf(one), ...changes }, under, momentAt({}, at));
const configured = (changes: Parameters<typeof configurationOf>[1]) =>
  about({ configuration: configurationOf('one', changes) });
const signalled = (changes: Parameters<typeof signalOf>[1]) =>
  about({ signal: signalOf(one, changes) });

describe('a proposal is refused', () => {
  const minute = timeframeMs('1m');

  test.each<readonly [string, () => Refusal | undefined, Refusal]>([
    [
      'of a stage without capital',
      () => configured({ stage: 'PAPER' }),
      { code: 'stage-without-capital', limit: '0', detail: 'PAPER' },
    ],
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, null].map(
      (sharpe) =>
        [
          `with a Sharpe ratio of ${sharpe}`,
          () => configured({ sharpe }),
          { code: 'sharpe-not-positive', limit: '0', actual: String(sharpe) },
        ] as const,
    ),
    ['of an inactive configuration', () => configured({ isActive: false }), { code: 'inactive' }],
    ['of an unhealthy one', () => about({ healthy: false }), { code: 'unhealthy' }],
    [
      'of a pair nobody knows',
      () => signalled({ pair: 'NO/USDT' }),
      { code: 'pair-unknown', detail: 'NO/USDT' },
    ],
    [
      'of a pair that is not traded now',
      () =>
        about({}, NOON, {
          ...terms,
          instruments: new Map([[pair, instrumentOf(pair, { active: false })]]),
        }),
      { code: 'pair-unknown', detail: pair },
    ],
    ['of a stale stream', () => about({ fresh: false }), { code: 'stream-stale' }],
    [
      'that is late',
      () => about({}, NOON + minute + 1),
      { code: 'signal-late', limit: String(minute), actual: String(minute + 1) },
    ],
    [
      'with a win rate that is none',
      () => configured({ winRatePercent: Number.NaN }),
      { code: 'not-finite' },
    ],
    [
      'with a confidence that is none',
      () => signalled({ confidence: Number.NaN }),
      { code: 'not-finite' },
    ],
    [
      'with levels the wrong way round',
      () => signalled({ stopLoss: '101', takeProfit: '102' }),
      { code: 'levels-disordered', limit: '100', actual: '101..102' },
    ],
  ])('%s', (_, refusal, expected) => {
    expect(refusal()).toEqual(expected);
  });

  test('and is none of these otherwise, to the last moment of its candle', () => {
    expect(about({}, NOON + minute)).toBeUndefined();
    expect(configured({ sharpe: 0.01 })).toBeUndefined();
    const patient = { ...terms, execution: { ...terms.execution, maxSignalAge: 2 } };
    expect(about({}, NOON + 2 * minute, patient)).toBeUndefined();
  });
});

describe('a signal can stand in a book', () => {
  test.each([
    [{}, true],
    [{ confidence: 0 }, true],
    [{ confidence: 1 }, true],
    [{ confidence: -0.001 }, false],
    [{ confidence: 1.001 }, false],
    [{ at: Number.NaN }, false],
    [{ expiresAt: Number.POSITIVE_INFINITY }, false],
    [{ level: '0' }, false],
    [{ level: '-1' }, false],
    [{ level: 'NaN' }, false],
    // Decimals that are no floats: the trigger book compares floats.
    [{ level: '1e-400' }, false],
    [{ takeProfit: '1e400' }, false],
    [{ stopLoss: '1e-300' }, true],
    [{ stopLoss: '100' }, false],
    [{ takeProfit: '100' }, false],
    [{ stopLoss: '99.99999999', takeProfit: '100.00000001' }, true],
    [{ stopLoss: '9', takeProfit: '1000' }, true],
  ])('with %j: %s', (changes, expected) => {
    expect(isTradable(signalOf(one, changes))).toBe(expected);
  });
});

describe('a book cannot be sized on', () => {
  const standing = (capital: number) => new Standing(openedBook(capital), new Map());

  test('without equity', () => {
    const refusal = { code: 'equity-not-positive', limit: '0' };
    expect(unusable(standing(0))).toEqual({ ...refusal, actual: '0' });
    expect(unusable(standing(-5))).toEqual({ ...refusal, actual: '-5' });
    expect(unusable(standing(0.01))).toBeUndefined();
  });
});

describe('a decision is spent', () => {
  /** A book in which `one` is entering on NOON's close. */
  function entering(): Draft {
    const draft = draftOf(openedBook());
    review(draft, [proposalOf(one)], terms, momentAt());
    return draft;
  }
  const asked = (draft: Draft, id: string, at: number, under = terms) =>
    occupiedOrSpent(new Standing(draft, new Map()), proposalOf(configurationOf(id), { at }), under);
  const limited = (changes: object) => ({ ...terms, limits: { ...terms.limits, ...changes } });

  test('on its candle and on every one before it', () => {
    const draft = entering();
    const refusal = { code: 'duplicate', limit: String(NOON) };
    expect(asked(draft, 'one', NOON)).toEqual({ ...refusal, actual: String(NOON) });
    expect(asked(draft, 'one', NOON - 1)).toEqual({ ...refusal, actual: String(NOON - 1) });
    expect(asked(draft, 'one', NOON + 1)).toEqual({ code: 'position-open' });
    expect(asked(draft, 'two', NOON)).toBeUndefined();
  });

  test('where as many hold as may', () => {
    const draft = entering();
    expect(asked(draft, 'two', NOON, limited({ maxPositions: 2 }))).toBeUndefined();
    expect(asked(draft, 'two', NOON, limited({ maxPositions: 1 }))).toEqual({
      ...{ code: 'max-positions', limit: '1', actual: '2', headroom: '0' },
    });
  });

  test('by no day before the first', () => {
    const draft = { ...draftOf(openedBook()), day: null };
    expect(asked(draft, 'one', NOON)).toBeUndefined();
  });

  test('once the day has lost its limit, to the last crumb, or was latched', () => {
    const draft = draftOf(openedBook());
    const losing = (part: string): Draft => {
      const startEquity = money(decimal(100_000).div(decimal(1).minus(part)));
      return { ...draft, day: { number: 0, startEquity, latched: false } };
    };
    const limits = limited({ maxDailyLoss: 0.5 });
    expect(asked(losing('0.4999'), 'one', NOON, limits)).toBeUndefined();
    const refusal = { code: 'daily-loss', limit: '-0.5' };
    expect(asked(losing('0.5'), 'one', NOON, limits)).toEqual({ ...refusal, actual: '-0.5' });
    const latched = fold(draft, [
      {
        ...{ type: 'loss.latched', at: NOON, key: 'd', cause: null },
        data: { day: 0, dayReturn: -0.03, limit: -0.02 },
      },
    ]);
    expect(asked(draftOf(latched), 'one', NOON)).toMatchObject({ code: 'daily-loss' });
  });
});
