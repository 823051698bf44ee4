// (c) One proven close judged by ten thousand configurations of its stream, in slices, against the same
// detectors called in a bare loop.
import { performance } from 'node:perf_hooks';
import { nodeTimers } from '../../src/clock.ts';
import type { Candle } from '../../src/domain/candle.ts';
import { Series } from '../../src/domain/series.ts';
import { createEvaluation, type Evaluation } from '../../src/engine/evaluate.ts';
import { generatedMarket } from '../../src/sandbox/generated/market.ts';
import { liquiditySweep } from '../../src/strategies/liquidity-sweep.ts';
import type { Evaluator } from '../../src/strategies/strategy.ts';
import { configurationOf } from '../support/bench.ts';
import { inTurns, median, type Row } from './measure.ts';

const count = 10_000;
const rounds = 15;
const costs = { fee: 0.001, slippage: 0.0005 };
const stream = { pair: 'BTC/USDT', timeframe: '1m' } as const;
const market = generatedMarket(1);
const history = 700;

/** The generated market from a week in: candle after candle. */
function* candles(): Generator<Candle> {
  for (let at = market.start; ; at += 60_000) {
    const candle = market.candle(stream.pair, at);
    if (candle !== undefined) yield candle;
  }
}

const next = (from: Generator<Candle>): Candle => {
  const { value } = from.next();
  return value;
};

interface Timed {
  readonly totalMs: number;
  readonly longestMs: number;
}

/** A fan-out of the engine's own, timed slice by slice. */
class Fan {
  readonly #candles = candles();
  readonly #evaluation: Evaluation;
  #judged = 0;
  #longest = 0;
  #done = (): void => {};

  constructor() {
    this.#evaluation = createEvaluation({
      mayTell: () => true,
      costs,
      timers: {
        ...nodeTimers,
        after: (delay, run) => nodeTimers.after(delay, () => this.#slice(run)),
      },
      books: [
        {
          heldBy: () => undefined,
          hear: () => {
            this.#judged += 1;
          },
        },
      ],
      onFault(_, error) {
        throw error;
      },
    });
    this.#evaluation.add(configurationOf('first', stream));
    for (let bar = 0; bar < history; bar += 1) this.#feed();
    for (let index = 1; index < count; index += 1) {
      this.#evaluation.add(configurationOf(`c${index}`, stream));
    }
  }

  async close(): Promise<Timed> {
    this.#judged = 0;
    this.#longest = 0;
    const before = performance.now();
    const done = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    this.#slice(() => this.#feed());
    await done;
    return { totalMs: performance.now() - before, longestMs: this.#longest };
  }

  #feed(): void {
    this.#evaluation.closed({ stream, candle: next(this.#candles), backfilled: false });
  }

  #slice(run: () => void): void {
    const before = performance.now();
    run();
    this.#longest = Math.max(this.#longest, performance.now() - before);
    if (this.#judged === count) this.#done();
  }
}

/** The detectors alone, on a series of their own. */
class Loop {
  readonly #candles = candles();
  readonly #series = new Series('1m', 1024);
  readonly #evaluators: readonly Evaluator[];

  constructor() {
    for (let bar = 0; bar < history; bar += 1) this.#series.push(next(this.#candles));
    this.#evaluators = Array.from({ length: count }, () => {
      const evaluator = liquiditySweep.create({}, this.#series, costs);
      this.#series.replay(() => evaluator.onClosed());
      return evaluator;
    });
  }

  close(): number {
    this.#series.push(next(this.#candles));
    const before = performance.now();
    for (const evaluator of this.#evaluators) evaluator.onClosed();
    return performance.now() - before;
  }
}

export async function benchClose(): Promise<readonly Row[]> {
  const fan = new Fan();
  const loop = new Loop();
  const longest: number[] = [];
  const spent = await inTurns(rounds, {
    bare: () => loop.close(),
    async troupe() {
      const { totalMs, longestMs } = await fan.close();
      longest.push(longestMs);
      return totalMs;
    },
  });
  const slice = median(longest);
  return [
    {
      what: `a close judged by ${count.toLocaleString('en')} configurations`,
      measured: `${spent.troupe.toFixed(1)} ms, longest slice ${slice.toFixed(1)} ms`,
      baseline: `${spent.bare.toFixed(1)} ms, the detectors alone`,
      ratio: spent.troupe / spent.bare,
      goal: '≤ 30 ms, sliced',
      isMet: spent.troupe <= 30,
    },
  ];
}
