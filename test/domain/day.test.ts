// DOMAIN §3, daily loss: one check, exact at its limit, latched until the next UTC day, whatever the
// machine's time zone, its clock or its restarts do.
import { afterEach, describe, expect, test } from 'vitest';
import { judgeDay } from '../../src/domain/day.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { transaction } from '../../src/domain/ledger.ts';
import { decimal } from '../../src/domain/money.ts';
import { EMPTY_PORTFOLIO, type Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { settle } from '../../src/domain/settlement.ts';
import { judgeMarks } from '../../src/domain/supervision.ts';
import { DAY, utcDay } from '../../src/domain/time.ts';
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

const pair = 'BTC/USDT';
const terms = termsFor([pair]);
const typesOf = (facts: readonly Fact[]): readonly string[] => facts.map(({ type }) => type);

/** A book that lost `amount` of its 100,000 today, in cash. */
function lost(amount: string): Draft {
  const postings = transaction([
    { account: 'cash', asset: 'USDT', amount: decimal(amount).negated() },
    { account: 'capital', asset: 'USDT', amount: decimal(amount) },
  ]);
  const data = { quote: 'USDT', capital: amount, engine: 'abcd', foreign: {}, postings };
  return draftOf(fold(openedBook(), [fact('portfolio.opened', { at: NOON, key: 'x' }, data)]));
}

const judge = (draft: Draft, at = NOON) => judgeDay(draft, new Map(), at, DEFAULT_LIMITS);

describe('the loss', () => {
  test.each([
    ['1999.99', []],
    ['1999.99999999', []],
    ['2000', ['loss.latched']],
    ['2000.00000001', ['loss.latched']],
    ['100000', ['loss.latched']],
  ])('of %s of 100,000: %s', (amount, expected) => {
    expect(typesOf(judge(lost(amount)))).toEqual(expected);
  });

  test('latches once, and refuses entries even when it is made good', () => {
    const draft = lost('2000');
    judge(draft);
    expect(judge(draft)).toEqual([]);
    draft.balances = openedBook().balances;
    const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
    expect(decided?.data).toMatchObject({ refusal: { code: 'daily-loss', limit: '-0.02' } });
  });

  test('refuses before it is latched: the check asks the book, not the latch', () => {
    const draft = lost('2000');
    const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
    expect(decided?.data).toMatchObject({
      refusal: { code: 'daily-loss', limit: '-0.02', actual: '-0.02' },
    });
  });

  test('counts what is not realised', () => {
    const draft = held();
    const moment = { ...momentAt({ [pair]: 100 }), record: false, settled: true };
    expect(judgeMarks(draft, terms, moment)).toEqual([]);
    // About 9,970 is held: four fifths of it are left.
    const fallen = { ...momentAt({ [pair]: 79 }), record: false, settled: true };
    expect(typesOf(judgeMarks(draft, terms, fallen))).toEqual(['loss.latched']);
  });
});

/** A book that holds about a tenth of itself, bought at 100. */
function held(): Draft {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(decided.data.order, { price: '100' }), instrumentOf(pair));
  return draft;
}

describe('a start that has no prices yet', () => {
  const morning = NOON + DAY;

  test('neither opens a day nor latches one: at cost both would be invented', () => {
    const draft = held();
    expect(judge(draft, morning)).toEqual([]);
    const risen = momentAt({ [pair]: 130 }, morning);
    const [opened] = judgeMarks(draft, terms, { ...risen, record: false, settled: true });
    expect(opened?.type).toBe('day.opened');
    // 9,960 of cost became 12,950 of worth.
    expect(Number(opened?.type === 'day.opened' && opened.data.equity)).toBeGreaterThan(102_900);
    // Restarted without a price: at cost that would be a loss of nearly 3 %.
    expect(judge(draftOf(draft), morning + 60_000)).toEqual([]);
  });

  test('leaves no point in the equity curve', () => {
    const draft = held();
    const blind = { at: NOON, marks: new Map(), readings: [], record: true, settled: true };
    expect(judgeMarks(draft, terms, blind)).toEqual([]);
    const seeing = { ...momentAt({ [pair]: 100 }), record: true, settled: true };
    expect(typesOf(judgeMarks(draft, terms, seeing))).toEqual(['equity.marked']);
  });
});

describe('the day', () => {
  const midnight = Math.floor(NOON / DAY) * DAY + DAY;

  test('turns at 00:00 UTC and not a millisecond before, and the latch with it', () => {
    const draft = lost('2000');
    judge(draft);
    expect(judge(draft, midnight - 1)).toEqual([]);
    expect(draft.day?.latched).toBe(true);
    expect(typesOf(judge(draft, midnight))).toEqual(['day.opened']);
    expect(draft.day).toMatchObject({ number: midnight / DAY, latched: false });
    expect(draft.day?.startEquity.toFixed()).toBe('98000');
  });

  test('never goes back: a clock that does gives no second day', () => {
    const draft = lost('0');
    judge(draft, midnight);
    for (const at of [midnight - 1, NOON, 0, midnight + 1]) expect(judge(draft, at)).toEqual([]);
    expect(draft.day?.number).toBe(midnight / DAY);
  });

  test('and its latch survive a restart', () => {
    const draft = lost('2000');
    const facts: Fact[] = JSON.parse(JSON.stringify(judge(draft)));
    const again: Portfolio = fold(lost('2000'), facts);
    expect(again.day).toEqual(draft.day);
    expect(judge(draftOf(again))).toEqual([]);
  });

  test('of an empty book opens with what there is', () => {
    const draft = draftOf(EMPTY_PORTFOLIO);
    expect(typesOf(judge(draft))).toEqual(['day.opened']);
  });
});

describe('in any time zone', () => {
  const zone = process.env['TZ'];
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  test.each([
    ['UTC', 0],
    ['Pacific/Kiritimati', -840],
    ['America/New_York', 300],
    ['Asia/Kathmandu', -345],
  ])('%s, days are those of UTC', (name, minutesBehind) => {
    process.env['TZ'] = name;
    // The zone is truly another one.
    expect(new Date(NOON).getTimezoneOffset()).toBe(minutesBehind);
    const midnight = Date.UTC(2026, 0, 16);
    expect(utcDay(midnight - 1)).toBe(20_468);
    expect(utcDay(midnight)).toBe(20_469);
    const draft = draftOf(openedBook());
    expect(judge(draft, midnight - 1)).toEqual([]);
    expect(typesOf(judge(draft, midnight))).toEqual(['day.opened']);
  });
});
