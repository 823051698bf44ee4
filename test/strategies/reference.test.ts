// Two readings of the rules must agree bar by bar, on generated markets and on recorded ones.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Candle } from '../../src/domain/candle.ts';
import type { Decision } from '../../src/domain/signal.ts';
import type { Timeframe } from '../../src/domain/time.ts';
import { readCandles } from '../../src/history/csv.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { isGate } from '../../src/strategies/gate.ts';
import { findStrategy } from '../../src/strategies/registry.ts';
import { warmupBars } from '../../src/strategies/strategy.ts';
import { breakdownReference } from './breakdown-reference.ts';
import { capitulationReference } from './capitulation-reference.ts';
import { type Found, reference } from './reference.ts';
import { decisions } from './run.ts';

/** Each strategy with its second reading, and the bars after which it judges. */
const readings = [
  ['liquidity_sweep', reference],
  ['capitulation_reversal', capitulationReference],
  ['failed_breakdown', breakdownReference],
] as const;

/** The decision in the reference's words; undefined for a plain HOLD. */
function spoken(decision: Decision): Partial<Found> | undefined {
  if (decision.kind === 'setup') {
    const { direction, entry, stop, target, confidence } = decision.setup;
    return { direction, entry, stop, target, confidence, trades: true };
  }
  if (decision.kind === 'hold' && decision.missed.some(isGate)) {
    return { trades: false };
  }
  return undefined;
}

const near = (a: number | undefined, b: number): boolean =>
  a === undefined || Math.abs(a - b) <= 1e-9 * Math.abs(b);

function agree(here: Partial<Found> | undefined, there: Found | undefined): boolean {
  if (here === undefined || there === undefined) return here === there;
  const sameKind = here.trades === there.trades;
  const sameWay = (here.direction ?? there.direction) === there.direction;
  const fields = ['entry', 'stop', 'target', 'confidence'] as const;
  return sameKind && sameWay && fields.every((field) => near(here[field], there[field]));
}

/** Compares every bar after warm-up; returns how many set-ups there were, and how many gates stopped. */
function compare(
  [key, read]: (typeof readings)[number],
  candles: readonly Candle[],
  timeframe: Timeframe,
): Record<string, number> {
  const strategy = findStrategy(key);
  if (strategy === undefined) throw new Error(`expected a strategy ${key}`);
  const warm = warmupBars(strategy, strategy.parameters.parse({}));
  const found = read(candles, warm - 1);
  const counts: Record<string, number> = { BUY: 0, SELL: 0, gated: 0 };
  const astray: unknown[] = [];
  for (const [bar, decision] of decisions(candles, { strategy, timeframe }).entries()) {
    if (bar < warm - 1) continue;
    const here = spoken(decision);
    const name = here?.direction ?? 'gated';
    if (here !== undefined) counts[name] = (counts[name] ?? 0) + 1;
    if (!agree(here, found.get(bar))) astray.push({ bar, decision, there: found.get(bar) });
  }
  expect(astray).toEqual([]);
  return counts;
}

describe.each(readings)('%s agrees with a plain reading of the rules', (...reading) => {
  test.each(['BTC/USDT', 'ETH/USDT', 'BNB/USDT'])('on a generated %s', (pair) => {
    const market = generatedMarket(7, [pair]);
    const candles = Array.from({ length: 8_000 }, (_, bar) => {
      const candle = market.candle(pair, market.start + bar * 60_000);
      if (candle === undefined) throw new Error(`expected a candle at bar ${bar}`);
      return candle;
    });
    const counts = compare(reading, candles, '1m');
    expect((counts['BUY'] ?? 0) + (counts['gated'] ?? 0)).toBeGreaterThan(3);
  });

  const data = join('..', 'shared', 'data');
  const recorded = [
    ['binance-BTCUSDT-1h.20240101-20240906.csv.gz', '1h'],
    ['binance-ETHUSDT-1h.20240101-20240906.csv.gz', '1h'],
    ['binance-SOLUSDT-1h.20240101-20240907.csv.gz', '1h'],
    ['binance-BTCUSDT-15m.20240101-20240906.csv.gz', '15m'],
    ['binance-SOLUSDT-5m.20240101-20240907.csv.gz', '5m'],
    ['binance-BNBUSDT-1m.20210610-20210710.csv.gz', '1m'],
  ] as const;
  for (const [file, timeframe] of recorded) {
    const path = join(data, file);
    test.skipIf(!existsSync(path))(`on ${file}`, async () => {
      const candles = (await readCandles(path)).slice(0, 20_000);
      const counts = compare(reading, candles, timeframe);
      expect((counts['BUY'] ?? 0) + (counts['gated'] ?? 0)).toBeGreaterThan(0);
    });
  }
});
