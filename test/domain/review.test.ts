// DOMAIN §3: every limit, in order, after-trade; and the same answer in whatever order signals arrive.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { Proposal, ReviewMoment, ReviewTerms } from '../../src/domain/eligibility.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { draftOf, fold } from '../../src/domain/fold.ts';
import { type Decimal, decimal, money, quantity } from '../../src/domain/money.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import type { RefusalCode } from '../../src/domain/refusal.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import { settle } from '../../src/domain/settlement.ts';
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

const decide = (
  book: Portfolio,
  proposals: readonly Proposal[],
  terms: ReviewTerms,
  moment: ReviewMoment = momentAt(),
) => {
  const draft = draftOf(book);
  const facts = review(draft, proposals, terms, moment);
  return { book: draft as Portfolio, facts };
};

const codeOf = (fact: Fact | undefined): RefusalCode | 'approved' | undefined =>
  fact?.type === 'signal.refused' ? fact.data.refusal.code : fact && 'approved';

describe('ten full-size MATURE signals on ten assets at one close', () => {
  const pairs = Array.from({ length: 10 }, (_, index) => `A${index}/USDT`);
  const prices = [100, 60_000, 3500, 0.5, 25, 171.3, 8.88, 1234.5, 42, 999];
  const proposals = pairs.map((pair, index) =>
    proposalOf(configurationOf(`c${index}`, { pair }), { entry: prices[index] ?? 1 }),
  );
  const terms = termsFor(pairs, {
    instruments: new Map(
      pairs.map((pair, index) => {
        // A lot is worth about a tenth of the quote currency's unit to a few units.
        const step = decimal(10).pow(-Math.ceil(Math.log10((prices[index] ?? 1) * 2)));
        return [pair, instrumentOf(pair, { stepSize: step, quantityMin: quantity(step) })];
      }),
    ),
  });
  const lotWorth = (fact: Fact): Decimal =>
    fact.type === 'signal.approved'
      ? decimal(fact.data.waterfall.rounding?.stepSize ?? 0).times(
          decimal(fact.data.waterfall.rounding?.collarPrice ?? 0).times('1.001'),
        )
      : decimal(0);

  test('deploy at most 30,000 and less than three lots below it; the rest meets stage-cap', () => {
    const { facts } = decide(openedBook(), proposals, terms);
    const approved = facts.filter(({ type }) => type === 'signal.approved');
    expect(approved).toHaveLength(3);
    const deployed = approved.reduce(
      (sum, fact) => (fact.type === 'signal.approved' ? sum.plus(fact.data.order.reserved) : sum),
      decimal(0),
    );
    const short = decimal(30_000).minus(deployed);
    expect(short.gte(0)).toBe(true);
    expect(short.lt(approved.reduce((sum, fact) => sum.plus(lotWorth(fact)), decimal(0)))).toBe(
      true,
    );
    const refused = facts.filter((fact) => fact.type === 'signal.refused');
    expect(refused).toHaveLength(7);
    for (const fact of refused) {
      expect(fact.data.refusal).toMatchObject({ code: 'stage-cap', limit: '30000' });
      expect(Number(fact.data.refusal.headroom)).toBeLessThan(DEFAULT_LIMITS.minPosition);
      expect(fact.data.waterfall.formula?.size).toBe('10000');
    }
  });

  test('in any order, the same', () => {
    const expected = decide(openedBook(), proposals, terms).facts;
    fc.assert(
      fc.property(fc.shuffledSubarray(proposals, { minLength: 10 }), (shuffled) => {
        expect(decide(openedBook(), shuffled, terms).facts).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the checks, in their order', () => {
  const pair = 'BTC/USDT';
  const terms = termsFor([pair]);
  const one = (changes: Partial<Configuration> = {}) => configurationOf('one', changes);
  /** A book in which `one` has decided on this close, and holds. */
  const holding = (): Portfolio => {
    const { facts, book } = decide(openedBook(), [proposalOf(one())], terms);
    const order = facts[0]?.type === 'signal.approved' ? facts[0].data.order : undefined;
    if (order === undefined) throw new Error('expected an approval');
    const draft = draftOf(book);
    settle(draft, fillOf(order), instrumentOf(pair));
    return draft;
  };
  const latched = (book: Portfolio): Portfolio =>
    fold(book, [
      {
        type: 'loss.latched',
        at: NOON,
        key: 'd',
        cause: null,
        data: { day: 0, dayReturn: -0.03, limit: -0.02 },
      },
    ]);
  const later = { at: NOON + 60_000 };
  const afterwards = momentAt({ [pair]: 100 }, NOON + 60_100);
  const small = (changes: object) => ({ ...terms, limits: { ...DEFAULT_LIMITS, ...changes } });

  const cases: readonly [RefusalCode | 'approved', () => Fact | undefined][] = [
    ['approved', () => decide(openedBook(), [proposalOf(one())], terms).facts[0]],
    [
      'trading-state',
      () =>
        decide(openedBook(), [proposalOf(one({ isActive: false }))], terms, {
          ...momentAt(),
          open: false,
        }).facts[0],
    ],
    [
      'inactive',
      () =>
        decide(openedBook(), [{ ...proposalOf(one({ isActive: false })), healthy: false }], terms)
          .facts[0],
    ],
    [
      'unhealthy',
      () =>
        decide(openedBook(), [{ ...proposalOf(one({ pair: 'NO/USDT' })), healthy: false }], terms)
          .facts[0],
    ],
    [
      'stage-without-capital',
      () => decide(openedBook(), [proposalOf(one({ stage: 'PAPER', sharpe: -1 }))], terms).facts[0],
    ],
    [
      'sharpe-not-positive',
      () => decide(openedBook(), [proposalOf(one({ sharpe: 0, pair: 'NO/USDT' }))], terms).facts[0],
    ],
    [
      'sharpe-not-positive',
      () => decide(openedBook(), [proposalOf(one({ sharpe: Number.NaN }))], terms).facts[0],
    ],
    [
      'sharpe-not-positive',
      () => decide(openedBook(), [proposalOf(one({ sharpe: null }))], terms).facts[0],
    ],
    [
      'pair-unknown',
      () =>
        decide(openedBook(), [{ ...proposalOf(one({ pair: 'NO/USDT' })), fresh: false }], terms)
          .facts[0],
    ],
    [
      'stream-stale',
      () =>
        decide(
          openedBook(),
          [{ ...proposalOf(one(), { at: NOON - 600_000 }), fresh: false }],
          terms,
        ).facts[0],
    ],
    [
      'signal-late',
      () =>
        decide(
          openedBook(),
          [proposalOf(one(), { at: NOON - 600_000, confidence: Number.NaN })],
          terms,
        ).facts[0],
    ],
    [
      'not-finite',
      () => decide(holding(), [proposalOf(one(), { entryPrice: 'NaN' })], terms).facts[0],
    ],
    [
      'not-finite',
      () => decide(openedBook(), [proposalOf(one(), { confidence: Number.NaN })], terms).facts[0],
    ],
    ['book-unmarked', () => decide(holding(), [proposalOf(one())], terms).facts[0]],
    ['equity-not-positive', () => decide(openedBook(0), [proposalOf(one())], terms).facts[0]],
    [
      'duplicate',
      () =>
        decide(holding(), [proposalOf(one())], terms, {
          ...momentAt(),
          marks: afterwards.marks,
        }).facts[0],
    ],
    [
      'position-open',
      () => decide(latched(holding()), [proposalOf(one(), later)], terms, afterwards).facts[0],
    ],
    [
      'daily-loss',
      () => decide(latched(openedBook()), [proposalOf(one())], small({ maxPositions: 0 })).facts[0],
    ],
    [
      'max-positions',
      () =>
        decide(
          holding(),
          [proposalOf(configurationOf('two'), later)],
          small({ maxPositions: 1 }),
          afterwards,
        ).facts[0],
    ],
    [
      'stage-cap',
      () =>
        decide(
          holding(),
          [proposalOf(configurationOf('two'), later)],
          small({ stageCaps: { ...DEFAULT_LIMITS.stageCaps, MATURE: 0.1 }, maxAssetExposure: 0.1 }),
          afterwards,
        ).facts[0],
    ],
    [
      'asset-cap',
      () =>
        decide(
          holding(),
          [proposalOf(configurationOf('two'), later)],
          small({ maxAssetExposure: 0.1, maxTotalExposure: 0.1 }),
          afterwards,
        ).facts[0],
    ],
    [
      'total-exposure',
      () =>
        decide(
          holding(),
          [proposalOf(configurationOf('two'), later)],
          small({ maxTotalExposure: 0.1, cashReserve: 0.9 }),
          afterwards,
        ).facts[0],
    ],
    [
      'cash-reserve',
      () =>
        decide(
          holding(),
          [proposalOf(configurationOf('two'), later)],
          small({ cashReserve: 0.9 }),
          afterwards,
        ).facts[0],
    ],
    [
      'correlated-exposure',
      () =>
        decide(
          holding(),
          [proposalOf(configurationOf('two'), later)],
          small({ maxCorrelatedExposure: 0.1 }),
          afterwards,
        ).facts[0],
    ],
    [
      'lot-size',
      () =>
        decide(openedBook(), [proposalOf(one())], {
          ...terms,
          instruments: new Map([[pair, instrumentOf(pair, { quantityMin: quantity('1000') })]]),
        }).facts[0],
    ],
    [
      'notional-min',
      () =>
        decide(openedBook(), [proposalOf(one())], {
          ...terms,
          instruments: new Map([[pair, instrumentOf(pair, { notionalMin: money('20000') })]]),
        }).facts[0],
    ],
    [
      'position-min',
      () => decide(openedBook(), [proposalOf(one(), { confidence: 0.001 })], terms).facts[0],
    ],
    [
      'no-position',
      () => decide(openedBook(), [proposalOf(one(), { direction: 'SELL' })], terms).facts[0],
    ],
  ];

  test.each(cases)('%s', (code, act) => {
    expect(codeOf(act())).toBe(code);
  });

  test('a decision is spent from the duplicate check on, whatever follows', () => {
    const spent = (fact: Fact | undefined) => fact?.type === 'signal.refused' && fact.data.spent;
    expect(spent(decide(latched(openedBook()), [proposalOf(one())], terms).facts[0])).toBe(true);
    expect(spent(decide(openedBook(), [proposalOf(one({ sharpe: 0 }))], terms).facts[0])).toBe(
      false,
    );
    const { book } = decide(latched(openedBook()), [proposalOf(one())], terms);
    expect(codeOf(decide(book, [proposalOf(one())], terms).facts[0])).toBe('duplicate');
  });

  test('a limit with room left trims, and says so', () => {
    const [first] = decide(
      openedBook(),
      [proposalOf(one())],
      small({ maxAssetExposure: 0.04 }),
    ).facts;
    if (first?.type !== 'signal.approved') throw new Error('expected an approval');
    const trim = first.data.waterfall.trims.find(({ code }) => code === 'asset-cap');
    expect(trim).toMatchObject({ before: '10000', after: '4000', headroom: '4000' });
    expect(Number(first.data.order.reserved)).toBeLessThanOrEqual(4000);
  });
});

const hostile = fc.constantFrom('NaN', 'Infinity', '-1', '0', '', '1e999', '__proto__', '0x10');

test('nothing hostile in a proposal is ever approved', () => {
  const configuration = configurationOf('one');
  fc.assert(
    fc.property(
      fc.constantFrom('entryPrice' as const, 'stopLoss' as const, 'takeProfit' as const),
      hostile,
      (field, value) => {
        const [first] = decide(
          openedBook(),
          [proposalOf(configuration, { [field]: value })],
          termsFor(['BTC/USDT']),
        ).facts;
        return codeOf(first) === 'not-finite';
      },
    ),
  );
});
