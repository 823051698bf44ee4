// What becomes of a strategy's verdict: a signal to its actor, an exit of its position, or a HOLD that
// is counted and remembered only where it came near.
import type { Configuration } from '../domain/configuration.ts';
import type { ExitRequest } from '../domain/exit.ts';
import { signalId } from '../domain/identity.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Held, Setup, Signal } from '../domain/signal.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';
import type { Verdict } from './evaluate.ts';
import type { NearestMisses } from './nearest-miss.ts';
import type { Counters } from './status.ts';

/** What a strategy may know of the position its configuration holds. */
export function heldBy(
  book: Portfolio,
  configuration: Configuration | undefined,
): Held | undefined {
  if (configuration === undefined) return undefined;
  const position = book.positions.get(configuration.id);
  if (position === undefined) return undefined;
  const length = timeframeMs(configuration.timeframe);
  const { level, stopLoss, at } = position.opening;
  const entryBar = Math.floor(at / length) * length;
  return { level: Number(level), stop: Number(stopLoss), entryBar };
}

export function createVerdicts(options: {
  book(): Portfolio;
  marketTime(): Millis;
  maxSignalAge: number;
  misses: NearestMisses;
  counters: Pick<Counters, 'holds' | 'signals'>;
  onSignal(signal: Signal): void;
  onExit(request: ExitRequest): void;
}): (verdict: Verdict) => void {
  const { misses, counters, marketTime } = options;

  function exit({ configuration, close }: Verdict, reason: 'invalidation' | 'signal'): void {
    options.onExit({ configId: configuration.id, reason, price: close, at: marketTime() });
  }

  /** A set-up on a candle of the past teaches the strategy, but is no signal any more. */
  function raise(verdict: Verdict, setup: Setup): void {
    const { configuration, at } = verdict;
    const age = marketTime() - at;
    const ageMax = options.maxSignalAge * timeframeMs(configuration.timeframe);
    if (!(age >= 0 && age <= ageMax)) return;
    counters.signals += 1;
    if (setup.direction === 'SELL' && options.book().positions.has(configuration.id)) {
      exit(verdict, 'signal');
    } else {
      options.onSignal(signalOf(verdict, setup));
    }
  }

  return (verdict) => {
    const { decision, configuration, at } = verdict;
    switch (decision.kind) {
      case 'hold':
        counters.holds += 1;
        misses.hold(configuration.id, at, decision.missed);
        return;
      case 'exit':
        misses.hold(configuration.id, at, []);
        if (options.book().positions.has(configuration.id)) exit(verdict, 'invalidation');
        return;
      case 'unfit':
        misses.unfit(configuration.id, at, decision.code);
        return;
      case 'setup':
        misses.hold(configuration.id, at, []);
        raise(verdict, decision.setup);
        return;
      default:
        decision satisfies never;
    }
  };
}

/** The signal a set-up becomes: amounts as the decimal text of its floats. */
function signalOf({ configuration, at }: Verdict, setup: Setup): Signal {
  const { id, pair, timeframe } = configuration;
  return {
    id: signalId(id, at),
    configId: id,
    pair,
    direction: setup.direction,
    confidence: setup.confidence,
    components: setup.components,
    entryPrice: String(setup.entry),
    stopLoss: String(setup.stop),
    takeProfit: String(setup.target),
    level: String(setup.level),
    // The entry bar is bar 1: the position is closed at the first price after bar `barsMax` closed.
    expiresAt: at + setup.barsMax * timeframeMs(timeframe),
    at,
  };
}
