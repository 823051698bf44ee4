// DOMAIN §3: whatever is proposed, filled, half filled or refused, under whatever limits, no entry ever
// takes the book past one; reservations count, and it is looked at after every fact.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assert } from '../../src/domain/assert.ts';
import { conclude } from '../../src/domain/conclusion.ts';
import { STAGES, type Stage } from '../../src/domain/configuration.ts';
import type { ReviewTerms } from '../../src/domain/eligibility.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { apply, type Draft, draftOf } from '../../src/domain/fold.ts';
import { type Decimal, decimal } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import {
  available,
  equity,
  exposure,
  hasEnded,
  type LiveOrder,
  occupied,
  reservation,
} from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS, type RiskLimits } from '../../src/domain/risk.ts';
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

const prices: Record<string, number> = {
  'BTC/USDT': 61_234.56,
  'ETH/USDT': 2345.67,
  'SOL/USDT': 171.3,
  'XRP/USDT': 0.5,
};
const pairs = Object.keys(prices);
const assets = pairs.map((pair) => pair.slice(0, 3));
const { marks } = momentAt(prices);

const share = (max: number) => fc.integer({ min: 0, max: max * 1000 }).map((mills) => mills / 1000);

const limitsDrawn: fc.Arbitrary<RiskLimits> = fc.record({
  maxTotalExposure: share(1),
  stageCaps: fc.record({
    MATURE: share(0.6),
    VALIDATION: share(0.4),
    DISCOVERY: share(0.2),
    DECAY: share(0.2),
    PAPER: fc.constant(0),
  }),
  maxAssetExposure: share(0.5),
  cashReserve: share(0.9),
  maxDailyLoss: fc.constant(0.5),
  maxPositions: fc.integer({ min: 1, max: 12 }),
  minPosition: fc.integer({ min: 1, max: 500 }),
  maxCorrelatedExposure: fc.option(share(0.5)),
});

const termsDrawn: fc.Arbitrary<ReviewTerms> = fc
  .record({
    limits: fc.oneof(fc.constant(DEFAULT_LIMITS), limitsDrawn),
    rho: share(1),
    capital: fc.constantFrom('equity' as const, 'available' as const),
    collar: fc.constantFrom(0, 0.002, 0.05),
    places: fc.constantFrom(0, 1, 3, 5),
  })
  .map(({ limits, rho, capital, collar, places }) => {
    const base = termsFor(pairs);
    const stepSize = decimal(10).pow(-places);
    return {
      ...base,
      limits,
      correlation: () => rho,
      sizing: { ...base.sizing, capital },
      execution: { ...base.execution, collar },
      instruments: new Map(pairs.map((pair) => [pair, instrumentOf(pair, { stepSize })])),
    };
  });

const proposed = fc.record({
  id: fc.integer({ min: 0, max: 40 }),
  pair: fc.constantFrom(...pairs),
  stage: fc.constantFrom<Stage>(...STAGES),
  // Even steps: doubles of fast-check are mostly next to nothing, and would be refused as such.
  sharpe: fc.integer({ min: 1, max: 400 }).map((cents) => cents / 100),
  winRatePercent: fc.integer({ min: 0, max: 100 }),
  confidence: share(1),
});
type Proposed = typeof proposed extends fc.Arbitrary<infer P> ? P : never;

/** What becomes of an order that is out. */
const fate = fc.record({
  pick: fc.nat({ max: 100 }),
  part: fc.integer({ min: 0, max: 100 }),
  ends: fc.boolean(),
  feeAsset: fc.constantFrom('base', 'quote', 'BNB'),
});
type Fate = typeof fate extends fc.Arbitrary<infer F> ? F : never;

const round = fc.record({
  batch: fc.array(proposed, { maxLength: 12 }),
  fates: fc.array(fate, { maxLength: 6 }),
});

/** √(Σ ρ·w·w) over assets, as its definition says it. */
function correlated(book: Draft, worth: Decimal, rho: number): number {
  const weights = assets.map((asset) =>
    exposure(book, marks, (held) => held.asset === asset)
      .div(worth)
      .toNumber(),
  );
  let sum = 0;
  for (const [i, a] of weights.entries())
    for (const [j, b] of weights.entries()) sum += (i === j ? 1 : rho) * a * b;
  return Math.sqrt(sum);
}

/** Every limit an entry touches, right after it was reserved. Fees of others may have shrunk the rest. */
function expectWithinLimits(book: Draft, entry: LiveOrder, terms: ReviewTerms): void {
  const { limits, correlation } = terms;
  const worth = equity(book, marks);
  const within = (used: Decimal, part: number, what: string): void => {
    expect(used.lte(worth.times(part)), `${what}: ${used} of ${worth.times(part)}`).toBe(true);
  };
  const { stage } = entry.order;
  const ofStage = exposure(book, marks, (held) => held.stage === stage);
  const ofAsset = exposure(book, marks, (held) => held.asset === entry.asset);
  within(ofStage, limits.stageCaps[stage], stage);
  within(ofAsset, limits.maxAssetExposure, entry.asset);
  within(exposure(book, marks), limits.maxTotalExposure, 'total');
  expect(available(book).gte(worth.times(limits.cashReserve)), 'cash reserve').toBe(true);
  expect(occupied(book).size).toBeLessThanOrEqual(limits.maxPositions);
  expect(reservation(entry).gte(limits.minPosition), 'smallest position').toBe(true);
  if (limits.maxCorrelatedExposure !== null) {
    const used = correlated(book, worth, correlation('a', 'b'));
    expect(used).toBeLessThanOrEqual(limits.maxCorrelatedExposure + 1e-12);
  }
}

function propose(
  draft: Draft,
  batch: readonly Proposed[],
  terms: ReviewTerms,
  at: number,
): readonly Fact[] {
  const proposals = batch.map(({ id, confidence, ...rest }) =>
    proposalOf(configurationOf(`c${id}`, rest), { at, confidence, entry: prices[rest.pair] ?? 1 }),
  );
  const before = draftOf(draft);
  const facts = review(draft, proposals, terms, { at: at + 50, marks, readings: [], open: true });
  expect(facts).toHaveLength(batch.length);
  for (const fact of facts) {
    apply(before, fact);
    if (fact.type !== 'signal.approved') continue;
    const entry = before.orders.get(fact.data.order.clientOrderId);
    assert(entry !== undefined, 'expected the order that was approved');
    expectWithinLimits(before, entry, terms);
  }
  return facts;
}

/** What is used of each limit, and the cash that is free. */
function usage(book: Draft): { used: readonly Decimal[]; free: Decimal } {
  const used = [
    ...STAGES.map((stage) => exposure(book, marks, (held) => held.stage === stage)),
    ...assets.map((asset) => exposure(book, marks, (held) => held.asset === asset)),
    exposure(book, marks),
  ];
  return { used, free: available(book) };
}

/** Reservations are raised to 8 decimals. */
const crumb = decimal('0.00000001');

/**
 * Fills a part of an order at its pair's price and perhaps ends it. A limit is a share of equity, which
 * fees and marks move; what an order may not do is take more than was reserved for it.
 */
function happen(draft: Draft, { pick, part, ends, feeAsset }: Fate, terms: ReviewTerms): void {
  const out = [...draft.orders.values()].filter((live) => !hasEnded(live));
  const live = out[pick % Math.max(1, out.length)];
  const instrument = live && terms.instruments.get(live.order.pair);
  if (live === undefined || instrument === undefined) return;
  const before = usage(draft);
  const { order, filled } = live;
  const rest = decimal(order.quantity).minus(filled);
  const lots = rest.times(part).div(100).divToInt(instrument.stepSize).times(instrument.stepSize);
  settle(draft, partOf(order, lots, feeAsset), instrument);
  const { clientOrderId } = order;
  const news = { kind: 'ended', state: 'canceled', code: null, message: null } as const;
  if (ends) conclude(draft, { ...news, clientOrderId, at: order.at }, instrument);
  const after = usage(draft);
  expect(after.free.plus(crumb).gte(before.free), 'free cash').toBe(true);
  for (const [index, used] of after.used.entries()) {
    expect(used.lte(before.used[index]?.plus(crumb) ?? 0), `exposure ${index}`).toBe(true);
  }
}

function partOf(order: Order, lots: Decimal, feeAsset: Fate['feeAsset']) {
  const price = decimal(prices[order.pair] ?? 1);
  const [base = '', quote = ''] = order.pair.split('/');
  return fillOf(order, {
    quantity: lots.toFixed(),
    price: price.toFixed(),
    feeAsset: { base, quote, BNB: 'BNB' }[feeAsset],
    fee: (feeAsset === 'quote' ? price.times(lots) : lots).times('0.001').toFixed(),
  });
}

test('no history of proposals and fills takes the book past a limit', () => {
  fc.assert(
    fc.property(termsDrawn, fc.array(round, { maxLength: 6 }), (terms, rounds) => {
      const draft = draftOf(openedBook());
      for (const [index, { batch, fates }] of rounds.entries()) {
        propose(draft, batch, terms, NOON + index * 60_000);
        for (const one of fates) happen(draft, one, terms);
      }
    }),
    { numRuns: 150 },
  );
});

/** The answers to a few rounds of proposals in which every order stays out. */
function answersTo(terms: ReviewTerms, rounds: readonly { batch: readonly Proposed[] }[]) {
  const draft = draftOf(openedBook());
  return rounds.flatMap(({ batch }, index) => {
    const facts = propose(draft, batch, terms, NOON + index * 60_000);
    return facts.map((fact) =>
      fact.type === 'signal.refused' ? fact.data.refusal.code : fact.type,
    );
  });
}

test('it is worth trying: many entries pass, and every limit binds in its turn', () => {
  const drawn = fc.tuple(termsDrawn, fc.array(round, { minLength: 3 }));
  const answers = fc
    .sample(drawn, { numRuns: 150, seed: 11 })
    .flatMap(([terms, rounds]) => answersTo(terms, rounds));
  for (const answer of [
    ...['signal.approved', 'stage-cap', 'asset-cap', 'total-exposure', 'cash-reserve'],
    ...['correlated-exposure', 'max-positions', 'lot-size', 'position-min', 'position-open'],
  ]) {
    expect(answers.filter((one) => one === answer).length, answer).toBeGreaterThan(5);
  }
});
