// DOMAIN §2: every sized signal, traded or refused, says step by step why that size, or why not. What
// it says is arithmetic: each step follows from the one before.
import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../src/domain/configuration.ts';
import type { ReviewTerms } from '../../src/domain/eligibility.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { decimal, money } from '../../src/domain/money.ts';
import { REFUSALS } from '../../src/domain/refusal.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import type { Waterfall } from '../../src/domain/sizing.ts';
import {
  configurationOf,
  instrumentOf,
  momentAt,
  openedBook,
  proposalOf,
  type signalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const terms = termsFor([pair]);

function waterfallOf(
  changes: { configuration?: Partial<Configuration>; signal?: Parameters<typeof signalOf>[1] },
  under: ReviewTerms = terms,
): Waterfall {
  const proposal = proposalOf(configurationOf('one', changes.configuration), changes.signal);
  const [decided] = review(draftOf(openedBook()), [proposal], under, momentAt());
  if (decided?.type !== 'signal.approved' && decided?.type !== 'signal.refused') {
    throw new Error('expected a decision');
  }
  return decided.data.waterfall;
}

const trimCodes = ['stage-cap', 'asset-cap', 'total-exposure', 'cash-reserve'];

/** The card's own MATURE signal. */
const card = {
  configuration: { stage: 'MATURE', sharpe: 2.1, winRatePercent: 68 },
  signal: { confidence: 0.9, entry: 61_234.56 },
} as const;

test('of an entry: formula, every limit, rounding, size', () => {
  const { formula, trims, rounding, size, refusal } = waterfallOf(card);
  expect(formula).toMatchObject({ rawFactor: '0.902', factor: '0.902', size: '8118' });
  expect(trims.map(({ code }) => code)).toEqual(trimCodes);
  expect(trims.map(({ headroom }) => headroom)).toEqual(['30000', '20000', '50000', '70000']);
  // Collar .2 % above, up to the tick; 8,118 buys 0.132 at that and a tenth of a percent of fee.
  expect(rounding).toEqual({
    collarPrice: '61357.03',
    feeRate: '0.001',
    stepSize: '0.001',
    quantity: '0.132',
    reserved: '8107.22708796',
  });
  expect(size).toBe('8107.22708796');
  expect(refusal).toBeNull();
});

test('of one that limits cut: each takes what the one before left', () => {
  const limits = { ...DEFAULT_LIMITS, maxAssetExposure: 0.05, maxTotalExposure: 0.03 };
  const { trims, rounding } = waterfallOf(card, { ...terms, limits });
  expect(trims.map(({ before, after }) => [before, after])).toEqual([
    ['8118', '8118'],
    ['8118', '5000'],
    ['5000', '3000'],
    ['3000', '3000'],
  ]);
  for (const { cap, used, headroom } of trims) {
    expect(headroom).toBe(decimal(cap).minus(used).toFixed());
  }
  const { quantity = '0', collarPrice = '0', reserved = '0' } = rounding ?? {};
  expect(decimal(quantity).times(collarPrice).times('1.001').toFixed()).toBe(reserved);
  const lot = decimal('0.001').times(collarPrice).times('1.001');
  expect(decimal(reserved).lte(3000) && decimal(reserved).plus(lot).gt(3000)).toBe(true);
});

describe('of a refusal', () => {
  test('before any size: no formula', () => {
    const { formula, trims, rounding, size, refusal } = waterfallOf({
      configuration: { sharpe: -3 },
    });
    expect({ formula, trims, rounding, size }).toEqual({
      ...{ formula: null, trims: [], rounding: null, size: '0' },
    });
    expect(refusal).toEqual({ code: 'sharpe-not-positive', limit: '0', actual: '-3' });
  });

  test('by a limit: every step up to it, with its numbers', () => {
    const limits = { ...DEFAULT_LIMITS, maxAssetExposure: 0.0005 };
    const { formula, trims, rounding, size, refusal } = waterfallOf(card, { ...terms, limits });
    expect(formula?.size).toBe('8118');
    expect(trims.map(({ code }) => code)).toEqual(['stage-cap', 'asset-cap']);
    expect([rounding, size]).toEqual([null, '0']);
    expect(refusal).toEqual({ code: 'asset-cap', limit: '50', actual: '8118', headroom: '50' });
  });

  test('by the venue’s filters: the rounding as well', () => {
    const instrument = instrumentOf(pair, { notionalMin: money(9000) });
    const under = { ...terms, instruments: new Map([[pair, instrument]]) };
    const { trims, rounding, size, refusal } = waterfallOf(card, under);
    expect(trims).toHaveLength(4);
    expect(rounding?.quantity).toBe('0.132');
    expect(size).toBe('0');
    expect(refusal).toMatchObject({ code: 'notional-min', limit: '9000', actual: '8082.96192' });
  });

  test('by the smallest position: judged after rounding', () => {
    const signal = { ...card.signal, confidence: 0.012 };
    const { formula, rounding, refusal } = waterfallOf({ ...card, signal });
    expect(formula?.size).toBe('108.24');
    expect(rounding?.quantity).toBe('0.001');
    expect(refusal).toMatchObject({ code: 'position-min', limit: '100', actual: '61.41838703' });
  });
});

test('a waterfall is plain: what is journalled is what was decided', () => {
  const waterfall = waterfallOf(card);
  expect(JSON.parse(JSON.stringify(waterfall))).toStrictEqual(waterfall);
});

test('the catalogue of refusals is in the order of the checks', () => {
  const codes = Object.keys(REFUSALS);
  const limits = [...trimCodes, 'correlated-exposure'];
  expect(codes.filter((code) => limits.includes(code))).toEqual(limits);
  for (const [earlier, later] of [
    ['trading-state', 'stage-without-capital'],
    ['stage-without-capital', 'sharpe-not-positive'],
    ['sharpe-not-positive', 'inactive'],
    ['inactive', 'unhealthy'],
    ['stream-stale', 'duplicate'],
    ['duplicate', 'position-open'],
    ['position-open', 'daily-loss'],
    ['daily-loss', 'max-positions'],
    ['max-positions', 'stage-cap'],
    ['correlated-exposure', 'lot-size'],
    ['notional-min', 'position-min'],
  ] as const) {
    expect(codes.indexOf(earlier), `${earlier} before ${later}`).toBeLessThan(codes.indexOf(later));
    expect(codes).toContain(earlier);
  }
});
