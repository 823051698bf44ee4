// The circuit breakers on losses and on entries in a row: at what they trip, what they do to entries, how
// they close, what a reset re-bases.
import { describe, expect, test } from 'vitest';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import { decodeBook, encodeBook, hashOf } from '../../src/domain/checkpoint.ts';
import { fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { money } from '../../src/domain/money.ts';
import { breakerKey } from '../../src/domain/open-breaker.ts';
import { RUNGS } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { judgeBatch } from '../../src/domain/supervision.ts';
import { NO_RECORD, runLimit, withEntry, withResult } from '../../src/domain/trading-record.ts';
import { judgeBreakers, judgeEntry, judgeResult, resetBreaker } from '../../src/domain/tripping.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const hour = 3_600_000;
const day = 24 * hour;
const pairs = ['BTC/USDT', 'ETH/USDT'];
const terms = termsFor(pairs);
const moment = momentAt({ 'BTC/USDT': 100, 'ETH/USDT': 100 });
const { marks } = moment;

/** A book whose highest equity was `peak`, all in cash now: 100,000. */
function fallen(peak: number): Draft {
  const draft = draftOf(openedBook());
  raise(draft, peak);
  return draft;
}

function raise(draft: Draft, peak: number): void {
  const peaks = new Map(RUNGS.map((rung) => [rung, money(peak)]));
  draft.history = { ...draft.history, peaks };
}

const openIds = (draft: Draft): readonly string[] =>
  [...draft.breakers.values()].map(({ id }) => id);
const judge = (draft: Draft, at = NOON): readonly string[] =>
  judgeBreakers(draft, { at, marks, readings: [] }, DEFAULT_LEVELS).map(
    ({ type, data }) => `${type.slice(type.indexOf('.') + 1)} ${'id' in data ? data.id : ''}`,
  );

const enter = (draft: Draft, id = 'c') =>
  review(draft, [proposalOf(configurationOf(id))], terms, moment)[0];

describe('drawdown', () => {
  test.each([
    [105_263, []],
    [105_264, ['drawdown-scale']],
    [111_112, ['drawdown-scale', 'drawdown-halt']],
    [117_648, ['drawdown-scale', 'drawdown-halt', 'drawdown-reduce']],
  ])('from a peak of %i', (peak, tripped) => {
    const draft = fallen(peak);
    judge(draft);
    expect(openIds(draft)).toEqual(tripped);
    // Twice is once.
    expect(judge(draft)).toEqual([]);
  });

  test('the first rung halves sizes, and closes below 2.5 %, not before', () => {
    const draft = fallen(106_000);
    judge(draft);
    const halved = enter(draft, 'a');
    expect(halved).toMatchObject({
      type: 'signal.approved',
      data: { waterfall: { scale: { factor: 0.5, breaker: 'drawdown-scale' } } },
    });
    const whole = enter(draftOf(openedBook()), 'a');
    const lots = [halved, whole].map((one) =>
      one?.type === 'signal.approved' ? Number(one.data.order.quantity) : Number.NaN,
    );
    expect((lots[0] ?? 0) / (lots[1] ?? 1)).toBeCloseTo(0.5, 3);

    const back = fallen(106_000);
    judge(back);
    raise(back, 102_600);
    expect(judge(back)).toEqual([]);
    raise(back, 102_500);
    expect(judge(back)).toEqual(['closed drawdown-scale']);
    expect(openIds(back)).toEqual([]);
  });

  test('the second refuses entries until a person resets it, and then measures anew', () => {
    const draft = fallen(112_000);
    judge(draft);
    expect(enter(draft)).toMatchObject({
      type: 'signal.refused',
      data: { refusal: { code: 'breaker-open', detail: 'drawdown-halt', limit: '0.1' } },
    });
    expect(judge(draft, NOON + 400 * day)).toEqual([]);
    const word = { at: NOON, by: 'anna', reason: 'seen', marks };
    const [reset] = resetBreaker(draft, { id: 'drawdown-halt', on: '' }, word);
    expect(reset).toMatchObject({ data: { by: 'anna', equity: '100000' } });
    // It measures from here; the rung below it measures from where it did.
    expect(draft.history.peaks.get('drawdown-halt')?.toFixed()).toBe('100000');
    expect(draft.history.peaks.get('drawdown-scale')?.toFixed()).toBe('112000');
    expect(judge(draft)).toEqual([]);
    expect(openIds(draft)).toEqual(['drawdown-scale']);
    expect(enter(draft)).toMatchObject({
      type: 'signal.approved',
      data: { waterfall: { scale: { factor: 0.5 } } },
    });
    expect(resetBreaker(draft, { id: 'drawdown-halt', on: '' }, word)).toEqual([]);
  });

  test('the highest equity is that of the curve and of the days', () => {
    const mark = { cash: '0', exposure: '0', realised: '0', fees: '0', dayReturn: 0 };
    const about = { at: NOON, key: 'USDT' };
    const book = fold(openedBook(), [
      fact('equity.marked', about, { ...mark, equity: '120000' }),
      fact('equity.marked', about, { ...mark, equity: '110000' }),
      fact('day.opened', about, { day: 1, equity: '115000' }),
    ]);
    for (const rung of RUNGS) expect(book.history.peaks.get(rung)?.toFixed()).toBe('120000');
  });
});

describe('weekly loss', () => {
  /** Equity at the starts of days before now; 100,000 now. */
  function week(...days: readonly (readonly [before: number, equity: number])[]): Draft {
    const draft = draftOf(openedBook());
    const starts = days.map(([before, equity]) => ({
      at: NOON - before * day,
      equity: money(equity),
    }));
    draft.history = { peaks: new Map(), days: starts };
    return draft;
  }

  test('is measured from seven days ago, or from the oldest day there is', () => {
    expect(judge(week([3, 105_263]))).toEqual([]);
    expect(judge(week([3, 105_264]))).toEqual(['tripped weekly-loss']);
    expect(judge(week([8, 200_000], [7, 100_000], [1, 200_000]))).toEqual([]);
    expect(judge(week([9, 100_000], [7.5, 110_000], [6.5, 100_000]))).toEqual([
      'tripped weekly-loss',
    ]);
  });

  test('a reset counts from now', () => {
    const draft = week([3, 110_000]);
    judge(draft);
    resetBreaker(
      draft,
      { id: 'weekly-loss', on: '' },
      { at: NOON, by: 'anna', reason: 'seen', marks },
    );
    expect(draft.history.days.map(({ equity }) => equity.toFixed())).toEqual(['100000']);
    expect(judge(draft)).toEqual([]);
  });
});

test('nothing is judged before every position has a price', () => {
  const draft = fallen(200_000);
  const decided = enter(draft);
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(decided.data.order), instrumentOf('BTC/USDT'));
  expect(judgeBreakers(draft, { ...moment, marks: new Map() }, DEFAULT_LEVELS)).toEqual([]);
  expect(judge(draft)).not.toEqual([]);
});

describe('losses in a row', () => {
  const results = (draft: Draft, ...wins: readonly boolean[]): void => {
    for (const win of wins) {
      draft.records.set('c', withResult(draft.records.get('c') ?? NO_RECORD, win));
    }
  };
  const judged = (draft: Draft, at = NOON): readonly string[] =>
    judgeResult(draft, 'c', at, DEFAULT_LEVELS).map(({ data }) => ('id' in data ? data.id : ''));

  test('five pause for an hour, each further one again; a win forgets them', () => {
    const draft = draftOf(openedBook());
    results(draft, true, false, false, false, false);
    expect(judged(draft)).toEqual([]);
    results(draft, false);
    expect(judged(draft)).toEqual(['loss-streak']);
    expect(enter(draft)).toMatchObject({ data: { refusal: { code: 'breaker-open' } } });
    expect(enter(draft, 'another')?.type).toBe('signal.approved');
    expect(judge(draft, NOON + hour - 1)).toEqual([]);
    expect(judge(draft, NOON + hour)).toEqual(['closed loss-streak']);
    // The same streak does not pause it again, a longer one does.
    expect(judged(draft, NOON + hour)).toEqual([]);
    results(draft, false);
    expect(judged(draft, NOON + 2 * hour)).toEqual(['loss-streak']);
    results(draft, true, false, false);
    expect(judged(draft, NOON + 3 * hour)).toEqual([]);
    // A person's reset forgets the streak, and leaves the entries.
    results(draft, false, false, false);
    draft.records.set('c', withEntry(draft.records.get('c') ?? NO_RECORD, NOON));
    judged(draft, NOON + 3 * hour);
    const word = { at: NOON, by: 'anna', reason: 'seen', marks };
    resetBreaker(draft, { id: 'loss-streak', on: 'c' }, word);
    expect(draft.records.get('c')).toMatchObject({ streak: 0, judged: 0, entries: [NOON] });
  });

  test('the longer run follows from the win rate, within 6 and 20', () => {
    const of = (wins: number, n: number): number =>
      runLimit(Array.from({ length: n }, (_, index) => index < wins));
    // ⌈ln(.05/50)/ln(.5)⌉, ⌈ln(.05/68)/ln(.32)⌉, ⌈ln(.05/30)/ln(.7)⌉
    expect([of(50, 100), of(68, 100), of(30, 100)]).toEqual([10, 7, 18]);
    expect([of(90, 100), of(10, 100), of(0, 50), of(50, 50), of(0, 0), of(1, 1)]).toEqual([
      6, 20, 6, 6, 6, 6,
    ]);
  });
});

describe('entries in a row', () => {
  const entered = (...hoursAgo: readonly number[]): Draft => {
    const draft = draftOf(openedBook());
    const record = hoursAgo.reduce((so, ago) => withEntry(so, NOON - ago * hour), NO_RECORD);
    draft.records.set('c', record);
    return draft;
  };
  const judged = (draft: Draft): readonly string[] =>
    judgeEntry(draft, 'c', NOON, DEFAULT_LEVELS).map(({ data }) => ('id' in data ? data.id : ''));

  test('three within an hour may be, a fourth is not', () => {
    expect(judged(entered(0.9, 0.5))).toEqual([]);
    expect(judged(entered(1, 0.9, 0.5))).toEqual([]);
    expect(judged(entered(0.99, 0.9, 0.5))).toEqual(['entries-hour']);
  });

  test('ten within a day may be, an eleventh is not', () => {
    const nine = Array.from({ length: 9 }, (_, index) => 22 - 2 * index);
    expect(judged(entered(...nine))).toEqual([]);
    expect(judged(entered(24, ...nine))).toEqual([]);
    expect(judged(entered(23.9, ...nine))).toEqual(['entries-day']);
  });

  test('the entry that trips one is refused by it, and a reset begins the count anew', () => {
    const draft = entered(0.5, 0.4, 0.3);
    const facts = judgeBatch(draft, [proposalOf(configurationOf('c'))], terms, moment);
    expect(facts.map(({ type }) => type)).toEqual(['breaker.tripped', 'signal.refused']);
    resetBreaker(
      draft,
      { id: 'entries-hour', on: 'c' },
      { at: NOON, by: 'anna', reason: 'seen', marks },
    );
    // The candle it was refused on is spent; the next one is not.
    const at = NOON + 60_000;
    const next = proposalOf(configurationOf('c'), { at });
    const later = momentAt({ 'BTC/USDT': 100 }, at + 100);
    expect(judgeBatch(draft, [next], terms, later).map(({ type }) => type)).toEqual([
      'signal.approved',
    ]);
  });

  test('who would not enter anyway is not counted: holding, halted, or unwell', () => {
    const holding = entered(0.5, 0.4);
    expect(enter(holding)?.type).toBe('signal.approved');
    const again = proposalOf(configurationOf('c'), { at: NOON + 60_000 });
    const unwell = { ...proposalOf(configurationOf('c')), healthy: false };
    const halted = { ...moment, open: false };
    for (const [draft, proposal, when] of [
      [holding, again, moment],
      [entered(0.5, 0.4, 0.3), unwell, moment],
      [entered(0.5, 0.4, 0.3), proposalOf(configurationOf('c')), halted],
    ] as const) {
      const facts = judgeBatch(draft, [proposal], terms, when);
      expect(facts.map(({ type }) => type)).toEqual(['signal.refused']);
      expect(openIds(draft)).toEqual([]);
    }
  });
});

test('the last rung reduces the portfolio in the breath that trips it, and only what is active', () => {
  const facts = judgeBreakers(fallen(130_000), { ...moment }, DEFAULT_LEVELS);
  const about = facts.map(({ type, key }) => `${type} ${key}`);
  expect(about.slice(-2)).toEqual([
    'breaker.tripped drawdown-reduce',
    'trading.reduced breaker drawdown-reduce',
  ]);
  const batch = judgeBatch(fallen(130_000), [proposalOf(configurationOf('c'))], terms, moment);
  expect(batch.at(-1)).toMatchObject({ data: { refusal: { code: 'trading-state' } } });
  for (const trading of ['reducing', 'flattening'] as const) {
    const draft = { ...fallen(130_000), trading };
    expect(judge(draft)).toHaveLength(3);
    expect(draft.trading).toBe(trading);
  }
});

test('where a setting asks for it the last rung closes every position, of what is active or halted', () => {
  const levels = { ...DEFAULT_LEVELS, drawdownFlatten: 0.2 };
  for (const trading of ['active', 'reducing', 'flattening'] as const) {
    const draft = { ...fallen(130_000), trading };
    const words = judgeBreakers(draft, moment, levels).filter(({ type }) => /^trading/.test(type));
    const expected = { active: ['trading.reduced', 'trading.flattened'] }[trading as 'active'];
    const once = trading === 'reducing' ? ['trading.flattened'] : [];
    expect(words.map(({ type }) => type)).toEqual(expected ?? once);
    expect(draft.trading).toBe('flattening');
  }
});

test('what is open survives a checkpoint, and is what folding the facts gives', () => {
  const draft = fallen(130_000);
  const facts = judgeBreakers(draft, moment, DEFAULT_LEVELS);
  const encoded = encodeBook(draft);
  const decoded = decodeBook(encoded, hashOf(encoded));
  expect([...decoded.breakers.keys()]).toEqual([...draft.breakers.keys()]);
  expect(decoded.history.peaks.get('drawdown-halt')?.toFixed()).toBe('130000');
  const folded = fold(fallen(130_000), facts);
  expect([...folded.breakers]).toEqual([...draft.breakers]);
  expect(facts).toHaveLength(4);
  expect(breakerKey({ id: 'loss-run', on: 'c' })).toBe('loss-run c');
});
