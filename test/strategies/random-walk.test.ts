// Where there is nothing to know, no strategy knows anything: on walks without drift, whatever their
// volatility and volume do, trades bring back minus their costs, within chance. Exits fall on the very
// step that crosses a level, so that the walk's fairness is not lost in the bars.
import { expect, test } from 'vitest';
import type { Candle } from '../../src/domain/candle.ts';
import type { Setup } from '../../src/domain/signal.ts';
import { type Chance, chanceOf } from '../../src/sandbox/chance.ts';
import { findStrategy } from '../../src/strategies/registry.ts';
import { decisions } from './run.ts';

const bars = 60_000;
const stepsPerBar = 30;
const free = { fee: 0, slippage: 0 };

/** A standard normal number. */
const normal = (chance: Chance): number =>
  Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());

interface Walk {
  readonly candles: readonly Candle[];
  /** Every price, `stepsPerBar` to a bar. */
  readonly path: Float64Array;
}

/** Symmetric steps of changing size: calm and storm come of themselves, and bring volume. */
function walk(seed: number): Walk {
  const chance = chanceOf(seed, 'walk');
  const path = new Float64Array(bars * stepsPerBar);
  const candles: Candle[] = [];
  let price = 100_000;
  for (let bar = 0; bar < bars; bar += 1) {
    const storm = chance() < 0.06 ? 2 + 3 * chance() : 1;
    const open = price;
    let [high, low] = [price, price];
    for (let step = 0; step < stepsPerBar; step += 1) {
      price += normal(chance) * storm;
      path[bar * stepsPerBar + step] = price;
      high = Math.max(high, price);
      low = Math.min(low, price);
    }
    const volume = storm ** 1.5 * (0.5 + chance());
    candles.push({ openTime: bar * 60_000, open, high, low, close: price, volume });
  }
  return { candles, path };
}

/** What the trade brought in R, from the deciding close on; undefined where the walk ended first. */
function returnOf({ path }: Walk, bar: number, setup: Setup): number | undefined {
  const { direction, entry, stop, target, barsMax } = setup;
  const way = direction === 'BUY' ? 1 : -1;
  const risk = (entry - stop) * way;
  const last = (bar + 1 + barsMax) * stepsPerBar - 1;
  for (let step = (bar + 1) * stepsPerBar; step < path.length; step += 1) {
    const price = path[step] ?? Number.NaN;
    const isOut = (price - stop) * way <= 0 || (price - target) * way >= 0;
    if (isOut || step === last) return ((price - entry) * way) / risk;
  }
  return undefined;
}

test.each([
  ['liquidity_sweep', { relative_volume_min: 1, target_r: 1.6 }],
  [
    'capitulation_reversal',
    { relative_volume_min: 1.5, true_range_min: 1.5, rsi_max: 40, fall_min: 2 },
  ],
  ['failed_breakdown', { touches_min: 1, reclaim_volume_min: 0.5 }],
])('%s earns nothing on walks without drift', (key, loose) => {
  const strategy = findStrategy(key);
  if (strategy === undefined) throw new Error(`expected a strategy ${key}`);
  const returns: number[] = [];
  for (const seed of [1, 2]) {
    const one = walk(seed);
    // Prices around 100,000 moving by units: no set-up would be worth any costs, so there are none.
    const parameters = { ...loose, confidence_min: 0 };
    const candles = one.candles.map((candle) => shifted(candle));
    for (const [bar, decision] of decisions(candles, {
      strategy,
      parameters,
      costs: free,
    }).entries()) {
      if (decision.kind !== 'setup') continue;
      const { entry, stop, target } = decision.setup;
      const real = { entry: entry + shift, stop: stop + shift, target: target + shift };
      const result = returnOf(one, bar, { ...decision.setup, ...real });
      if (result !== undefined) returns.push(result);
    }
  }
  const count = returns.length;
  const mean = returns.reduce((sum, one) => sum + one, 0) / count;
  const variance = returns.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1);
  expect(count).toBeGreaterThan(200);
  expect(Math.abs(mean)).toBeLessThan(2 * Math.sqrt(variance / count));
});

/** Far enough down that a risk is some per mille of the price, as the gates want it. */
const shift = 98_000;
const shifted = ({ open, high, low, close, ...rest }: Candle): Candle => ({
  ...rest,
  open: open - shift,
  high: high - shift,
  low: low - shift,
  close: close - shift,
});
