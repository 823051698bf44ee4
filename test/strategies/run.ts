// Runs a strategy over candles the way the engine does: one push, one judgement.
import type { Candle } from '../../src/domain/candle.ts';
import { Series } from '../../src/domain/series.ts';
import type { Decision, Departure, Held } from '../../src/domain/signal.ts';
import type { Timeframe } from '../../src/domain/time.ts';
import { liquiditySweep } from '../../src/strategies/liquidity-sweep.ts';
import type { Costs, Evaluator, Strategy } from '../../src/strategies/strategy.ts';

/** A36. */
export const costs: Costs = { fee: 0.001, slippage: 0.0005 };

export interface Run {
  readonly strategy?: Strategy;
  readonly timeframe?: Timeframe;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly costs?: Costs;
}

/** Decisions of a strategy, Liquidity Sweep unless another is named, one a candle. */
export const decisions = (candles: readonly Candle[], run: Run = {}): Decision[] =>
  judged(candles, run, (evaluator) => evaluator.onClosed());

/** Bar by bar, why it lets go of a position that is held all the while. */
export const departures = (
  candles: readonly Candle[],
  held: Held,
  run: Run = {},
): (Departure | undefined)[] =>
  judged(candles, run, (evaluator) => {
    evaluator.onClosed();
    return evaluator.leaves(held);
  });

function judged<Answer>(
  candles: readonly Candle[],
  run: Run,
  judge: (evaluator: Evaluator) => Answer,
): Answer[] {
  const { strategy = liquiditySweep, timeframe = '1m' } = run;
  const parameters = strategy.parameters.parse(run.parameters ?? {});
  const series = new Series(timeframe, 1024);
  const evaluator = strategy.create(parameters, series, run.costs ?? costs);
  return candles.map((candle) => {
    series.push(candle);
    return judge(evaluator);
  });
}
