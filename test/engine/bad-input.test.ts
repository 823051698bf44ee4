// Bad input through the doors it comes in by: no number divides by nothing, nothing of it is promoted or
// traded, and each time there is a reason.
import { describe, expect, onTestFinished, test } from 'vitest';
import { createClock } from '../../src/clock.ts';
import type { Candle } from '../../src/domain/candle.ts';
import { correlate } from '../../src/domain/correlation.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { judge } from '../../src/domain/lifecycle.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { enter } from '../../src/domain/lifecycle-state.ts';
import { review } from '../../src/domain/review.ts';
import { TrackRecord } from '../../src/domain/track-record.ts';
import { readDocument } from '../../src/settings/document.ts';
import { STRATEGIES } from '../../src/strategies/registry.ts';
import { temporaryDirectory } from '../store/directory.ts';
import { configurationOf, momentAt, openedBook, proposalOf, termsFor } from '../support/bench.ts';
import { craftMarket } from '../support/crafted-market.ts';
import { startStage } from '../support/stage.ts';

/** A document's text, its numbers as they stand there. */
const documentOf = (returns: string, { sharpe = '2', winRate = '60' } = {}): string =>
  `{"id":"one","strategy_name":"Liquidity Sweep","pair":"BTC/USDT","exchange":"binance",
    "timeframe":"1m","lifecycle_stage":"PAPER","parameters":{},"is_active":true,
    "performance":{"gross_win_rate":${winRate}},"validation":{"sharpe_ratio":${sharpe}},
    "evidence":{"returns_r":${returns},"trials":5,"sharpe_variance":0.01}}`;

const many = (count: number, ...values: readonly number[]): string =>
  JSON.stringify(Array.from({ length: count }, (_, index) => values[index % values.length]));

/** What the lifecycle says to the evidence of a document. */
function judged(text: string) {
  const { configurations, problems } = readDocument(text, 'f.json');
  expect(problems).toEqual([]);
  const evidence = configurations[0]?.evidence;
  const backtest = {
    returns: evidence?.['returns_r'] as readonly number[],
    trials: Number(evidence?.['trials']),
    sharpeVariance: Number(evidence?.['sharpe_variance']),
  };
  const forward = new TrackRecord(DEFAULT_LIFECYCLE, null);
  const state = enter('PAPER', 0);
  return judge(state, { forward, backtest, slippageRatio: null }, 0, DEFAULT_LIFECYCLE);
}

describe('the trades of a training', () => {
  test('that are sound are promoted: the others below could be', () => {
    expect(judged(documentOf(many(60, 1.6, -1, 1.6, 1.6, -1)))?.kind).toBe('promoted');
  });

  test.each([
    ['none', '[]', 'too-few-trades'],
    ['one', '[1.6]', 'too-few-trades'],
    ['all alike', many(60, 0.2), 'no-spread'],
    ['alike but for rounding', many(60, 0.3, 0.1 + 0.2), 'no-spread'],
    ['all nothing', many(60, 0), 'no-spread'],
    ['all the same loss', many(60, -0.2), 'no-spread'],
  ])('%s: denied, with the reason', (_, returns, flaw) => {
    const verdict = judged(documentOf(returns));
    expect(verdict).toMatchObject({ kind: 'denied', to: 'PAPER', sample: { flaw } });
    const failed = verdict?.measures.filter(({ holds }) => !holds).map(({ name }) => name);
    expect(failed).toContain('psr');
    expect(JSON.stringify(verdict)).not.toMatch(/NaN|Infinity/);
  });

  test.each(['[NaN]', '[1e999]', '[-Infinity]', '[null]', '["1"]', '[1001]'])(
    '%s is refused before anyone judges it, by its place',
    (returns) => {
      const { configurations, problems } = readDocument(documentOf(returns), 'f.json');
      expect(configurations).toEqual([]);
      expect(problems[0]?.path).toMatch(/returns_r/);
    },
  );
});

describe('the metrics of a training', () => {
  test.each([
    [{ sharpe: 'NaN' }, /sharpe_ratio/],
    [{ sharpe: '1e999' }, /sharpe_ratio/],
    [{ sharpe: '"2"' }, /sharpe_ratio/],
    [{ winRate: 'NaN' }, /gross_win_rate/],
    [{ winRate: '101' }, /gross_win_rate/],
  ])('%j: refused by its place', (changes, place) => {
    const { configurations, problems } = readDocument(documentOf('[]', changes), 'f.json');
    expect(configurations).toEqual([]);
    expect(problems[0]?.path).toMatch(place);
  });

  test.each(['0', '-0.5'])('a Sharpe ratio of %s loads, and is sized with nothing', (sharpe) => {
    const { configurations } = readDocument(documentOf('[]', { sharpe }), 'f.json');
    const [configuration] = configurations;
    if (configuration === undefined) throw new Error('expected a configuration');
    const proposal = proposalOf({ ...configuration, stage: 'MATURE' });
    const terms = termsFor(['BTC/USDT']);
    const [decided] = review(draftOf(openedBook()), [proposal], terms, momentAt());
    expect(decided).toMatchObject({ data: { refusal: { code: 'sharpe-not-positive' } } });
  });
});

describe('a market', () => {
  const { candles } = craftMarket(2, () => []);
  const markets: Record<string, (candle: Candle) => Candle> = {
    'of one price': ({ openTime }) => ({
      ...{ openTime, volume: 10 },
      ...{ open: 5, high: 5, low: 5, close: 5 },
    }),
    'of one price, without volume': ({ openTime }) => ({
      ...{ openTime, volume: 0 },
      ...{ open: 5, high: 5, low: 5, close: 5 },
    }),
    'without volume': (candle) => ({ ...candle, volume: 0 }),
  };

  test('as it is brings a signal: the others below could', async () => {
    expect((await lived((candle) => candle)).signals).toBeGreaterThan(0);
  });

  test.each(Object.keys(markets))('%s brings none, and says why', async (name) => {
    const { signals, misses, status } = await lived(markets[name] ?? ((same) => same));
    expect(signals).toBe(0);
    expect(JSON.stringify(status)).not.toMatch(/NaN|Infinity|null/);
    // Where there is a scale, who saw nothing that looks like a set-up has nothing to say of it.
    if (!name.startsWith('of one price')) {
      expect(misses.map(({ missed }) => missed.length)).not.toContain(0);
      expect(status.counters.holds).toBeGreaterThan(candles.length);
      return;
    }
    expect(misses.map(({ configId, unfit }) => [configId, unfit]).sort()).toEqual(
      STRATEGIES.map(({ key }) => [key, 'atr-zero']).sort(),
    );
  });

  /** The engine with every strategy lives through the market; what came of it. */
  async function lived(change: (candle: Candle) => Candle) {
    const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
    const clock = createClock(1, () => 0);
    const stage = await startStage({
      ...{ directory: temporaryDirectory(), clock },
      configurations: STRATEGIES.map(({ key }) =>
        configurationOf(key, { ...stream, strategy: key }),
      ),
    });
    onTestFinished(() => stage.stop());
    const told = candles.map(change);
    for (const [bar, candle] of told.entries()) {
      if (bar === told.length - 5) stage.live(stream);
      clock.observe(candle.openTime + 60_000);
      stage.price(stream.pair, candle.close);
      stage.candle(stream, candle, bar < told.length - 5);
      if (bar % 100 === 0) stage.tick();
    }
    await stage.settled();
    const status = stage.engine.status();
    return { signals: status.counters.signals, misses: stage.engine.nearestMisses(), status };
  }
});

test('assets that do not move are correlated with nothing: the cautious answer is taken', () => {
  const still = new Map(Array.from({ length: 100 }, (_, at) => [at, 0]));
  const moving = new Map(Array.from({ length: 100 }, (_, at) => [at, at % 2 === 0 ? 0.01 : -0.01]));
  const short = new Map([[1, 0.1]]);
  for (const other of [still, short, new Map()]) {
    expect(correlate(still, other)).toBeUndefined();
    expect(correlate(moving, other)).toBeUndefined();
  }
  expect(correlate(moving, moving)).toBeCloseTo(1);
});
