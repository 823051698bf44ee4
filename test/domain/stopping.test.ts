// What stands in an entry's way: breakers that are not closed, and at the gateway whatever has come in between.
import { describe, expect, test } from 'vitest';
import type { BreakerId } from '../../src/domain/breaker.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { clientOrderId, engineId } from '../../src/domain/identity.ts';
import { decimal } from '../../src/domain/money.ts';
import { breakerKey, type OpenBreaker } from '../../src/domain/open-breaker.ts';
import { available } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { mayStillEnter, scaling, stopped, stopping, trying } from '../../src/domain/stopping.ts';
import { NO_RECORD } from '../../src/domain/trading-record.ts';
import {
  configurationOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const terms = termsFor([pair]);
const entrant = { configId: 'c', asset: 'BTC' };

const breakerOf = (id: BreakerId, changes: Partial<OpenBreaker> = {}): OpenBreaker => ({
  ...{ id, on: '', at: NOON, value: 0.3, trip: 0.25, until: null },
  ...{ state: 'open', probe: null, failures: 0 },
  ...changes,
});
const opened = (...breakers: readonly OpenBreaker[]): Draft => ({
  ...draftOf(openedBook()),
  breakers: new Map(breakers.map((one) => [breakerKey(one), one])),
});
const decide = (draft: Draft, under = terms, id = 'c'): Fact[] => [
  ...review(draft, [proposalOf(configurationOf(id))], under, momentAt()),
];

describe('at the gateway an entry still enters', () => {
  const order = { configId: 'c', pair, clientOrderId: 'its own' };
  const lost = (draft: Draft): Draft => ({
    ...draft,
    account: { ...draft.account, lost: 'no events' },
  });
  const frozen = (draft: Draft, which: string): Draft => ({
    ...draft,
    account: {
      ...draft.account,
      frozen: new Map([[which, { at: NOON, what: 'trade', detail: '7' }]]),
    },
  });

  test.each<readonly [string, Draft, boolean]>([
    ['where nothing has come in between', opened(), true],
    ['not while the portfolio reduces', { ...opened(), trading: 'reducing' }, false],
    ['nor while it flattens', { ...opened(), trading: 'flattening' }, false],
    ['nor while the account’s events are lost', lost(opened()), false],
    ['nor in a frozen pair', frozen(opened(), pair), false],
    ['but when another is frozen', frozen(opened(), 'ETH/USDT'), true],
    ['not past an open breaker', opened(breakerOf('drawdown-halt')), false],
    ['nor past one of its asset', opened(breakerOf('volatility-pause', { on: 'BTC' })), false],
    ['but past another’s', opened(breakerOf('volatility-pause', { on: 'ETH' })), true],
    ['nor past one of its own', opened(breakerOf('entries-hour', { on: 'c' })), false],
    ['but past one that only scales', opened(breakerOf('drawdown-scale')), true],
    [
      'and as the one that a half open breaker lets try',
      opened(breakerOf('reject-run', { state: 'halfOpen', probe: 'its own' })),
      true,
    ],
    [
      'not as another',
      opened(breakerOf('reject-run', { state: 'halfOpen', probe: 'another' })),
      false,
    ],
  ])('%s', (_, draft, expected) => {
    expect(mayStillEnter(draft, order)).toBe(expected);
  });
});

test('a refusal names the breaker, what it measured and where it trips', () => {
  const book = opened(breakerOf('drawdown-scale'), breakerOf('drawdown-halt', { value: null }));
  expect(stopping(book, entrant)?.id).toBe('drawdown-halt');
  expect(stopped(book, entrant)).toEqual({
    ...{ code: 'breaker-open', limit: '0.25', actual: 'null', detail: 'drawdown-halt' },
  });
  expect(stopped(opened(), entrant)).toBeUndefined();
});

describe('a size', () => {
  const half = breakerOf('reject-run', { state: 'halfOpen' });

  test('is scaled by what is open, concerns it and scales; nothing else', () => {
    const scale = { factor: 0.5, breaker: 'drawdown-scale' };
    expect(scaling(opened(breakerOf('drawdown-scale')), entrant)).toEqual(scale);
    expect(
      scaling(opened(half, breakerOf('drawdown-halt'), breakerOf('drawdown-scale')), entrant),
    ).toEqual(scale);
    const closing = breakerOf('drawdown-scale', { state: 'halfOpen' });
    expect(scaling(opened(closing, half), entrant)).toBeUndefined();
    const elsewhere = breakerOf('volatility-scale', { on: 'ETH' });
    expect(scaling(opened(elsewhere), entrant)).toBeUndefined();
    expect(scaling(opened(), entrant)).toBeUndefined();
  });

  test('that only tries is the smallest, and says for whom', () => {
    expect(trying(opened(half), entrant)).toBe('reject-run');
    expect(trying(opened(breakerOf('reject-run')), entrant)).toBeUndefined();
    const slipping = breakerOf('slippage-pause', { state: 'halfOpen', on: 'ETH' });
    expect(trying(opened(slipping), entrant)).toBeUndefined();
    const [decided] = decide(opened(half));
    if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
    const { scale, formula, trims } = decided.data.waterfall;
    expect(scale?.breaker).toBe('reject-run');
    const tried = decimal(trims[0]?.before ?? 0);
    expect(tried.toNumber() / Number(formula?.size)).toBeCloseTo(scale?.factor ?? 0, 6);
    expect(tried.gte(100) && tried.lt(101)).toBe(true);
  });

  test('of nothing is not raised to the smallest by a breaker that tries', () => {
    const [decided] = review(
      opened(half),
      [proposalOf(configurationOf('c'), { confidence: 0 })],
      terms,
      momentAt(),
    );
    expect(decided).toMatchObject({ data: { refusal: { code: 'lot-size' } } });
  });

  test('is of what is available, where the rules say so', () => {
    const draft = opened();
    decide(draft, terms, 'first');
    const sizing = { ...terms.sizing, capital: 'available' } as const;
    const before = available(draft);
    const [decided] = decide(draft, { ...terms, sizing });
    expect(decided).toMatchObject({
      data: {
        waterfall: { formula: { capital: before.toFixed(), cap: before.div(10).toFixed() } },
      },
    });
    expect(before.lt(100_000)).toBe(true);
  });
});

test('an entry too many trips its breaker, and is refused by it with its sizing on record', () => {
  const levels = { ...terms.breakers, entriesPerHour: 1 };
  const draft = opened();
  draft.records.set('c', { ...NO_RECORD, entries: [NOON] });
  const facts = decide(draft, { ...terms, breakers: levels });
  expect(facts.map(({ type }) => type)).toEqual(['breaker.tripped', 'signal.refused']);
  expect(facts[1]).toMatchObject({
    data: {
      ...{ spent: true, refusal: { code: 'breaker-open', detail: 'entries-hour' } },
      waterfall: { size: '0', formula: { size: '10000' }, refusal: { code: 'breaker-open' } },
    },
  });
  expect(draft.breakers.size).toBe(1);
});

test('every decision names its configuration and its signal, and says whether its candle is spent', () => {
  const { signal } = proposalOf(configurationOf('c'));
  const about = { at: momentAt().at, key: 'c', cause: signal.id };
  const [approved] = decide(opened());
  expect(approved).toMatchObject({ type: 'signal.approved', ...about, data: { signal } });
  const id = clientOrderId(engineId('test'), { signalId: signal.id, purpose: 'entry', leg: 0 });
  expect(approved).toMatchObject({ data: { order: { clientOrderId: id } } });

  const small = { ...terms, limits: { ...terms.limits, maxAssetExposure: 0.0001 } };
  const least = { ...terms, limits: { ...terms.limits, minPosition: 9999.99 } };
  const spentBy = (facts: readonly Fact[]) =>
    facts.map((one) => one.type === 'signal.refused' && [one.data.refusal.code, one.data.spent]);
  expect(decide(opened(), small)).toMatchObject([{ type: 'signal.refused', ...about }]);
  expect(spentBy(decide(opened(), small))).toEqual([['asset-cap', true]]);
  expect(spentBy(decide(opened(), least))).toEqual([['position-min', true]]);
  const sell = [proposalOf(configurationOf('c'), { direction: 'SELL' })];
  expect(spentBy(review(opened(), sell, terms, momentAt()))).toEqual([['no-position', false]]);
});

test('an order in doubt is named in the refusal of the next', () => {
  const draft = opened();
  decide(draft, terms, 'first');
  for (const [id, live] of draft.orders) draft.orders.set(id, { ...live, state: 'unknown' });
  const [first] = draft.orders.keys();
  expect(decide(draft)).toMatchObject([
    {
      data: {
        spent: false,
        refusal: { code: 'symbol-frozen', detail: `order ${first} of our own is in doubt` },
      },
    },
  ]);
});
