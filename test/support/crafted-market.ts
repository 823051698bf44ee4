// A market with a known story: the generated one up to the first BUY of a strategy on BTC/USDT, then
// what the test wants. Written as a candle file, so that a real sandbox plays it.
import { writeFileSync } from 'node:fs';
import type { Candle } from '../../src/domain/candle.ts';
import { Series } from '../../src/domain/series.ts';
import type { Setup } from '../../src/domain/signal.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { liquiditySweep } from '../../src/strategies/liquidity-sweep.ts';
import type { Parameters } from '../../src/strategies/strategy.ts';

const pair = 'BTC/USDT';
const minuteMs = 60_000;
/** History before the live market: what the sandbox keeps before it starts to play. */
const historyBars = 1000;

export interface CraftedMarket {
  readonly candles: readonly Candle[];
  /** Bar of the BUY, counted from the first candle. */
  readonly buyBar: number;
  readonly setup: Setup;
}

/** Every decision of Liquidity Sweep on `candles`, with default parameters unless given: set-ups by bar. */
export function decisionsOn(
  candles: readonly Candle[],
  costs: { fee: number; slippage: number },
  parameters: Parameters = {},
): ReadonlyMap<number, Setup> {
  const series = new Series('1m', 1024);
  const evaluator = liquiditySweep.create(parameters, series, costs);
  const setups = new Map<number, Setup>();
  for (const [bar, candle] of candles.entries()) {
    series.push(candle);
    const decision = evaluator.onClosed();
    if (decision.kind === 'setup') setups.set(bar, decision.setup);
  }
  return setups;
}

/**
 * The generated market of `seed` with `after(setup)` following its first BUY in live time. `spareBars` more
 * of it come before: a sandbox plays them first.
 */
export function craftMarket(
  seed: number,
  after: (setup: Setup, at: number) => readonly Candle[],
  spareBars = 0,
): CraftedMarket {
  const source = generatedMarket(seed);
  const start = source.live - (historyBars + spareBars) * minuteMs;
  const candles: Candle[] = [];
  for (let at = start; at < source.live + 120 * minuteMs; at += minuteMs) {
    const candle = source.candle(pair, at);
    if (candle !== undefined) candles.push(candle);
  }
  const setups = decisionsOn(candles, { fee: 0.001, slippage: 0.0005 });
  const [buyBar, setup] =
    [...setups].find(([bar, one]) => bar >= historyBars + spareBars && one.direction === 'BUY') ??
    [];
  if (buyBar === undefined || setup === undefined) throw new Error('expected a BUY, was none');
  const until = candles.slice(0, buyBar + 1);
  const next = (until.at(-1)?.openTime ?? 0) + minuteMs;
  return { candles: [...until, ...after(setup, next)], buyBar, setup };
}

export const cents = (price: number): number => Math.round(price * 100) / 100;

/** `bars` calm candles at `price`. */
export const calm = (at: number, price: number, bars: number): readonly Candle[] =>
  Array.from({ length: bars }, (_, index) => ({
    openTime: at + index * minuteMs,
    open: cents(price),
    high: cents(price * 1.0002),
    low: cents(price * 0.9998),
    close: cents(price),
    volume: 10,
  }));

/** Writes candles as the files the sandbox reads. */
export function writeCandles(path: string, candles: readonly Candle[]): void {
  const rows = candles.map(
    ({ openTime, open, high, low, close, volume }) =>
      `${openTime},${open},${high},${low},${close},${volume}`,
  );
  writeFileSync(path, `timestamp,open,high,low,close,volume\n${rows.join('\n')}\n`);
}
