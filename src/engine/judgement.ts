// What a strategy said at a close, on its way to the books that trade on it: the portfolio's and the paper
// twin's.
import type { Configuration } from '../domain/configuration.ts';
import type { PositionOpening } from '../domain/fact.ts';
import { signalId } from '../domain/identity.ts';
import type { Decision, Departure, Held, Setup, Signal } from '../domain/signal.ts';
import { type Millis, timeframeMs } from '../domain/time.ts';

/** A verdict on one book: the strategy's decision, or where it lets go of what the book holds, why. */
export interface Judgement {
  readonly configuration: Configuration;
  readonly decision: Decision | { readonly kind: 'exit'; readonly reason: Departure };
  /** Close time of the judged candle. */
  readonly at: Millis;
  readonly close: number;
}

/** Someone who trades on judgements; exits are judged by what each holds. */
export interface TradingBook {
  /** What is held of a configuration's ideas; undefined where nothing is. */
  heldBy(configId: string): Held | undefined;
  hear(judgement: Judgement): void;
}

/** What a strategy may know of a position. */
export function heldOf(
  { level, stopLoss, at }: PositionOpening,
  { timeframe }: Pick<Configuration, 'timeframe'>,
): Held {
  const length = timeframeMs(timeframe);
  const entryBar = Math.floor(at / length) * length;
  return { level: Number(level), stop: Number(stopLoss), entryBar };
}

/** A set-up on a candle of the past, or of a time that has not come, teaches the strategy, but is no signal. */
export function isTimely(
  { configuration, at }: Judgement,
  now: Millis,
  maxSignalAge: number,
): boolean {
  const age = now - at;
  return age >= 0 && age <= maxSignalAge * timeframeMs(configuration.timeframe);
}

/** The signal a set-up becomes: amounts as the decimal text of its floats. */
export function signalOf({ configuration, at }: Judgement, setup: Setup): Signal {
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
