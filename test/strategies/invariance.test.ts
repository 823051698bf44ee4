// What holds of every strategy, whatever its rules: it knows nothing of the future, forgets where it
// started, refuses to judge over a gap, puts stop and target on their sides, and does not care in which
// unit prices and volumes are counted.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Candle } from '../../src/domain/candle.ts';
import type { Decision } from '../../src/domain/signal.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { warmupBars } from '../../src/strategies/strategy.ts';
import { decisions } from './run.ts';

const minuteMs = 60_000;
const bars = 4000;

/** Costs nothing, so that many set-ups pass the gates and are there to be compared. */
const free = { fee: 0, slippage: 0 };

function marketOf(seed: number, pair: string): readonly Candle[] {
  const market = generatedMarket(seed, [pair]);
  return Array.from({ length: bars }, (_, bar) => {
    const candle = market.candle(pair, market.start + bar * minuteMs);
    if (candle === undefined) throw new Error(`expected a candle at bar ${bar}`);
    return candle;
  });
}

const markets = [marketOf(1, 'BTC/USDT'), marketOf(2, 'ETH/USDT'), marketOf(3, 'BNB/USDT')];

const setups = (all: readonly Decision[]): number =>
  all.filter(({ kind }) => kind === 'setup').length;

/** Equal but for the last digits: sums of floats that began elsewhere. */
function expectAlike(here: Decision | undefined, there: Decision | undefined, scale = 1): void {
  if (here?.kind !== 'setup' || there?.kind !== 'setup') {
    expect(here).toEqual(there);
    return;
  }
  const [a, b] = [here.setup, there.setup];
  expect(a.direction).toBe(b.direction);
  for (const name of ['entry', 'stop', 'target', 'level'] as const) {
    expect(a[name] / (b[name] * scale)).toBeCloseTo(1, 9);
  }
  expect(a.confidence).toBeCloseTo(b.confidence, 9);
}

describe.each(STRATEGIES)('$name', (strategy) => {
  const run = { strategy, costs: free };
  const whole = markets.map((candles) => decisions(candles, run));
  const warm = warmupBars(strategy, strategy.parameters.parse({}));
  const anyMarket = fc.integer({ min: 0, max: markets.length - 1 });

  test('finds something to compare on these markets', () => {
    expect(whole.map(setups).reduce((sum, count) => sum + count)).toBeGreaterThan(10);
  });

  test('decides on a prefix as on the whole', () => {
    fc.assert(
      fc.property(anyMarket, fc.integer({ min: 1, max: bars }), (market, length) => {
        const prefix = markets[market]?.slice(0, length) ?? [];
        expect(decisions(prefix, run)).toEqual(whole[market]?.slice(0, length));
      }),
      { numRuns: 12, seed: 1 },
    );
  });

  test('decides the same wherever it started, once it is warm', () => {
    fc.assert(
      fc.property(anyMarket, fc.integer({ min: 1, max: bars - 2 * warm }), (market, start) => {
        const later = decisions(markets[market]?.slice(start) ?? [], run);
        for (let bar = 0; bar < warm - 1; bar += 1) {
          expect(later[bar]).toEqual({ kind: 'unfit', code: 'not-warm' });
        }
        // Pivots from before the start are all beyond its look-back one look-back later.
        for (let bar = warm + 200; bar < later.length; bar += 1) {
          expectAlike(later[bar], whole[market]?.[start + bar]);
        }
      }),
      { numRuns: 12, seed: 2 },
    );
  });

  test('judges nothing from a gap on until it is warm again', () => {
    fc.assert(
      fc.property(anyMarket, fc.integer({ min: warm, max: bars - 10 }), (market, hole) => {
        const candles = (markets[market] ?? []).filter((_, bar) => bar !== hole);
        const after = decisions(candles, run).slice(hole, hole + warm - 1);
        expect(new Set(after.map((one) => JSON.stringify(one)))).toEqual(
          new Set([JSON.stringify({ kind: 'unfit', code: 'gap' })]),
        );
      }),
      { numRuns: 12, seed: 3 },
    );
  });

  test('stop and target stand on their sides, and the confidence is the sum of its parts', () => {
    for (const decision of whole.flat()) {
      if (decision.kind !== 'setup') continue;
      const { direction, entry, stop, target, confidence, components } = decision.setup;
      const way = direction === 'BUY' ? 1 : -1;
      expect((entry - stop) * way).toBeGreaterThan(0);
      expect((target - entry) * way).toBeGreaterThan(0);
      const sum = Object.values(components).reduce((total, part) => total + part, 0);
      expect(confidence).toBeCloseTo(sum, 12);
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  test('a market that stands still is no scale to judge by; one without volume proves nothing', () => {
    const still = (markets[0] ?? []).slice(0, warm + 50).map(({ openTime }) => {
      return { openTime, open: 5, high: 5, low: 5, close: 5, volume: 1 };
    });
    expect(decisions(still, run).at(-1)).toEqual({ kind: 'unfit', code: 'atr-zero' });
    const silent = (markets[0] ?? []).map((candle) => ({ ...candle, volume: 0 }));
    expect(setups(decisions(silent, run))).toBe(0);
  });

  test.each([10, 0.01])('prices × %f and volumes × 10 change no decision', (scale) => {
    for (const [index, candles] of markets.entries()) {
      const scaled = candles.map(({ openTime, open, high, low, close, volume }) => ({
        openTime,
        open: open * scale,
        high: high * scale,
        low: low * scale,
        close: close * scale,
        volume: volume * 10,
      }));
      for (const [bar, decision] of decisions(scaled, run).entries()) {
        expectAlike(decision, whole[index]?.[bar], scale);
      }
    }
  });
});
