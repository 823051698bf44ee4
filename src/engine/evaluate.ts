// The candle road: one series per stream, shared by all its configurations, and a loop over their
// evaluators at every proven close. A throw is that configuration's fault alone; a big fan-out is
// sliced so that no price update waits behind it.

import { assert } from '../domain/assert.ts';
import { type Stream, streamKey } from '../domain/candle.ts';
import type { Configuration } from '../domain/configuration.ts';
import { type Poison, poisonOf } from '../domain/poison.ts';
import { Series } from '../domain/series.ts';
import type { Decision } from '../domain/signal.ts';
import { closeTime } from '../domain/time.ts';
import type { ClosedCandle, Timers } from '../ports.ts';
import { findStrategy } from '../strategies/registry.ts';
import { type Costs, type Evaluator, warmupBars } from '../strategies/strategy.ts';
import type { Judgement, TradingBook } from './judgement.ts';

export interface Evaluation {
  /** Puts a configuration on its stream; it takes part from the next close on. */
  add(configuration: Configuration): void;
  remove(configuration: Configuration): void;
  /** Takes a proven closed candle and, slice by slice, everyone's judgement of it. */
  closed(candle: ClosedCandle): void;
}

interface Seat {
  readonly configuration: Configuration;
  readonly evaluator: Evaluator;
}

interface Desk {
  readonly series: Series;
  readonly seats: Map<string, Seat>;
  /** Candles that arrived while a sliced one was still being judged. */
  readonly waiting: ClosedCandle[];
  busy: boolean;
}

/** Evaluators per slice: a few milliseconds of work. */
const SLICE = 256;
/** Bars beyond the warm-up, so that a repair at the edge does not start it anew. */
const SPARE_BARS = 16;
/** Bars a stream remembers: more than any warm-up, so that a latecomer can be brought up to date. */
const RING_BARS = 1024;

/** Bars of history a configuration's stream needs before it can decide. */
export function barsWanted({ strategy, parameters }: Configuration): number {
  const found = findStrategy(strategy);
  return found === undefined ? 0 : warmupBars(found, parameters) + SPARE_BARS;
}

const newDesk = ({ timeframe }: Stream): Desk => ({
  series: new Series(timeframe, RING_BARS),
  seats: new Map(),
  waiting: [],
  busy: false,
});

/** What a strategy answered, where it is an answer at all; its numbers are judged by who trades on them. */
function sound(decision: Decision): Decision {
  const kind = decision?.kind;
  const isAnswer =
    kind === 'setup' || kind === 'unfit' || (kind === 'hold' && Array.isArray(decision.missed));
  assert(isAnswer, `expected a decision, was ${JSON.stringify(decision)}`);
  return decision;
}

/** The newest bar, for who looks for what went wrong at it. */
const barOf = (series: Series) => ({
  at: closeTime(series.openTime(series.last), series.timeframe),
  ...{ open: series.open(series.last), high: series.high(series.last) },
  ...{ low: series.low(series.last), close: series.close(series.last) },
  volume: series.volume(series.last),
});

/** Each book hears the decision, unless the bar ends what it holds. */
function tell(books: readonly TradingBook[], evaluator: Evaluator, judgement: Judgement): void {
  for (const book of books) {
    const held = book.heldBy(judgement.configuration.id);
    const reason = held === undefined ? undefined : evaluator.leaves(held);
    book.hear(
      reason === undefined ? judgement : { ...judgement, decision: { kind: 'exit', reason } },
    );
  }
}

interface EvaluationOptions {
  readonly costs: Costs;
  readonly timers: Timers;
  /** Whoever trades on what the strategies say, in the order in which they hear of it. */
  readonly books: readonly TradingBook[];
  onFault(configId: string, error: unknown, poison: Poison): void;
  /** Whether what is decided can be written down: otherwise the strategies only learn. */
  mayTell(): boolean;
}

export const createEvaluation = (options: EvaluationOptions): Evaluation =>
  new StreamEvaluation(options);

class StreamEvaluation implements Evaluation {
  readonly #options: EvaluationOptions;
  readonly #desks = new Map<string, Desk>();

  constructor(options: EvaluationOptions) {
    this.#options = options;
  }

  add(configuration: Configuration): void {
    const strategy = findStrategy(configuration.strategy);
    if (strategy === undefined) return;
    const { series, seats } = this.#deskOf(configuration);
    const { id, parameters } = configuration;
    let bar: unknown = parameters;
    try {
      const evaluator = strategy.create(parameters, series, this.#options.costs);
      // A latecomer lives through the bars the stream remembers, as if it had always been there.
      series.replay(() => {
        bar = barOf(series);
        evaluator.onClosed();
      });
      seats.set(id, { configuration, evaluator });
    } catch (error) {
      this.#options.onFault(id, error, poisonOf('history', bar));
    }
  }

  remove(configuration: Configuration): void {
    this.#desks.get(streamKey(configuration))?.seats.delete(configuration.id);
  }

  closed(candle: ClosedCandle): void {
    const desk = this.#desks.get(streamKey(candle.stream));
    if (desk === undefined) return;
    if (desk.busy) desk.waiting.push(candle);
    else this.#take(desk, candle);
  }

  #deskOf(stream: Stream): Desk {
    const key = streamKey(stream);
    const desk = this.#desks.get(key) ?? newDesk(stream);
    this.#desks.set(key, desk);
    return desk;
  }

  #take(desk: Desk, { candle, stream }: ClosedCandle): void {
    desk.busy = true;
    try {
      desk.series.push(candle);
    } catch (error) {
      // What the stream remembers is worth nothing now: all who read it begin on a new one.
      this.#desks.delete(streamKey(stream));
      for (const configId of [...desk.seats.keys()]) this.#fault(desk, configId, error, 'history');
      return;
    }
    // Those seated now: who comes between two slices has been brought up to this bar already.
    this.#run(desk, [...desk.seats.values()].values());
  }

  #run(desk: Desk, seats: Iterator<Seat>): void {
    for (let judged = 0; judged < SLICE; judged += 1) {
      const next = seats.next();
      if (next.done === true) {
        this.#finish(desk);
        return;
      }
      this.#judge(desk, next.value);
    }
    this.#options.timers.after(0, () => this.#run(desk, seats));
  }

  #judge(desk: Desk, seat: Seat): void {
    const { configuration, evaluator } = seat;
    if (desk.seats.get(configuration.id) !== seat) return;
    const { series } = desk;
    const at = closeTime(series.openTime(series.last), series.timeframe);
    try {
      const decision = sound(evaluator.onClosed());
      const close = series.close(series.last);
      if (!this.#options.mayTell()) return;
      tell(this.#options.books, evaluator, { configuration, decision, at, close });
    } catch (error) {
      this.#fault(desk, configuration.id, error, 'candle');
    }
  }

  #finish(desk: Desk): void {
    desk.busy = false;
    const next = desk.waiting.shift();
    if (next !== undefined) this.#take(desk, next);
  }

  /** Off the stream, so that nobody else waits for it; what becomes of it is decided elsewhere. */
  #fault({ series, seats }: Desk, configId: string, error: unknown, what: Poison['what']): void {
    seats.delete(configId);
    this.#options.onFault(configId, error, poisonOf(what, barOf(series)));
  }
}
