// DOMAIN §3: the limit on correlated exposure, against its definition, and what is left of a size by limits
// that touch.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { type Decimal, decimal, money } from '../../src/domain/money.ts';
import { review } from '../../src/domain/review.ts';
import { type Correlation, DEFAULT_LIMITS, trim } from '../../src/domain/risk.ts';
import { Standing } from '../../src/domain/standing.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';

const assets = ['A', 'B', 'C'];
const pairs = assets.map((asset) => `${asset}/USDT`);
const loose = {
  ...DEFAULT_LIMITS,
  ...{ maxTotalExposure: 1, maxAssetExposure: 1, cashReserve: 0, minPosition: 1 },
  stageCaps: { MATURE: 1, VALIDATION: 1, DISCOVERY: 1, DECAY: 1, PAPER: 0 },
};

/** A book with an entry out in each of `held`, about a tenth of equity each. */
function entering(held: readonly string[]): Draft {
  const draft = draftOf(openedBook());
  const proposals = held.map((asset) =>
    proposalOf(configurationOf(`of ${asset}`, { pair: `${asset}/USDT` })),
  );
  review(draft, proposals, termsFor(pairs, { limits: loose }), momentAt());
  return draft;
}

/** What correlation leaves of `wanted` of A. */
function roomFor(draft: Draft, rho: Correlation, limit: number | null, wanted = 100_000) {
  const standing = new Standing(draft, new Map());
  const limits = { ...loose, maxCorrelatedExposure: limit };
  const candidate = { stage: 'MATURE', asset: 'A' } as const;
  const { size, trims, refusal } = trim(money(wanted), candidate, standing, limits, rho);
  return { standing, size, codes: trims.map(({ code }) => code), refusal };
}

/** √(Σ ρ·w·w) with `more` of A, as its definition says it. */
function correlated(standing: Standing, rho: Correlation, more: Decimal): number {
  const weights = assets.map((asset) => {
    const used: Decimal = standing.exposureOfAsset(asset);
    return (asset === 'A' ? used.plus(more) : used).div(standing.equity).toNumber();
  });
  let sum = 0;
  for (const [i, a] of assets.entries())
    for (const [j, b] of assets.entries()) {
      sum += (i === j ? 1 : rho(a, b)) * (weights[i] ?? 0) * (weights[j] ?? 0);
    }
  return Math.sqrt(sum);
}

test('room is what takes the book to the limit and no further, whatever is held', () => {
  const share = fc.integer({ min: 0, max: 100 }).map((part) => part / 100);
  fc.assert(
    fc.property(fc.subarray(assets), share, share, share, (held, ab, ac, bc) => {
      const rhos: Record<string, number> = { AB: ab, BA: ab, AC: ac, CA: ac, BC: bc, CB: bc };
      // Even an asset with itself is asked for nothing: it is 1.
      const rho: Correlation = (a, b) => rhos[a + b] ?? Number.NaN;
      const { standing, size } = roomFor(entering(held), rho, 0.4);
      expect(correlated(standing, rho, size)).toBeCloseTo(0.4, 9);
    }),
  );
});

test('a book beyond the limit has no room, in whatever asset', () => {
  const independent: Correlation = () => 0;
  for (const held of [['A'], ['B', 'C'], assets]) {
    const { refusal } = roomFor(entering(held), independent, 0.05);
    expect(refusal).toMatchObject({ code: 'correlated-exposure', limit: '0', headroom: '0' });
  }
});

test('without the limit nobody asks about correlation', () => {
  const never: Correlation = () => {
    throw new Error('expected nobody to ask');
  };
  expect(roomFor(entering(assets), never, null).codes).not.toContain('correlated-exposure');
});

test('room of the smallest position is room, and a hair less is none', () => {
  const book = draftOf(openedBook());
  const least = (minPosition: number) => {
    const limits = { ...loose, maxTotalExposure: 0.001, minPosition };
    const candidate = { stage: 'MATURE', asset: 'A' } as const;
    return trim(money(5000), candidate, new Standing(book, new Map()), limits, () => 1);
  };
  expect(least(100)).toMatchObject({ refusal: null });
  expect(least(100).size.toFixed()).toBe('100');
  const none = least(100.00000001);
  expect(none.size.isZero()).toBe(true);
  expect(none.refusal).toEqual({
    ...{ code: 'total-exposure', limit: '100', actual: '5000', headroom: '100' },
  });
  expect(none.trims.map(({ code, after }) => [code, after])).toEqual([
    ...[
      ['stage-cap', '5000'],
      ['asset-cap', '5000'],
      ['total-exposure', '100'],
    ],
  ]);
  expect(decimal(none.trims[2]?.cap ?? 0).toFixed()).toBe('100');
});
