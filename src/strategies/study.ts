// A strategy over candles that are all there already, judged as the engine would: one push, one verdict.
import type { Candle } from '../domain/candle.ts';
import { Series } from '../domain/series.ts';
import type { Decision } from '../domain/signal.ts';
import type { Timeframe } from '../domain/time.ts';
import { type Costs, type Parameters, type Strategy, warmupBars } from './strategy.ts';

export interface Judged {
  /** Place among the candles. */
  readonly bar: number;
  readonly candle: Candle;
  readonly decision: Decision;
}

/** Every candle with what the strategy says of it while it holds nothing. */
export function* study(
  strategy: Strategy,
  { parameters, timeframe, costs }: { parameters: Parameters; timeframe: Timeframe; costs: Costs },
  candles: Iterable<Candle>,
): Generator<Judged> {
  const series = new Series(timeframe, warmupBars(strategy, parameters));
  const evaluator = strategy.create(parameters, series, costs);
  let bar = 0;
  for (const candle of candles) {
    series.push(candle);
    yield { bar, candle, decision: evaluator.onClosed() };
    bar += 1;
  }
}
