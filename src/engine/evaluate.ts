// The candle road: one series per stream, shared by all its configurations, and a loop over their
// evaluators at every proven close. A throw is that configuration's fault alone; a big fan-out is
// sliced so that no price update waits behind it.
import { type Stream, streamKey } from '../domain/candle.ts';
import type { Configuration } from '../domain/configuration.ts';
import { Series } from '../domain/series.ts';
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

export function createEvaluation(options: {
  costs: Costs;
  timers: Timers;
  /** Whoever trades on what the strategies say, in the order in which they hear of it. */
  books: readonly TradingBook[];
  onFault(configuration: Configuration, error: unknown): void;
}): Evaluation {
  const desks = new Map<string, Desk>();

  function deskOf(stream: Stream): Desk {
    const key = streamKey(stream);
    const desk = desks.get(key) ?? newDesk(stream);
    desks.set(key, desk);
    return desk;
  }

  function judge(desk: Desk, seat: Seat): void {
    const { configuration, evaluator } = seat;
    if (desk.seats.get(configuration.id) !== seat) return;
    const { series } = desk;
    const at = closeTime(series.openTime(series.last), series.timeframe);
    try {
      const decision = evaluator.onClosed();
      tell(options.books, evaluator, {
        configuration,
        decision,
        at,
        close: series.close(series.last),
      });
    } catch (error) {
      desk.seats.delete(configuration.id);
      options.onFault(configuration, error);
    }
  }

  function run(desk: Desk, seats: Iterator<Seat>): void {
    for (let judged = 0; judged < SLICE; judged += 1) {
      const next = seats.next();
      if (next.done === true) {
        finish(desk);
        return;
      }
      judge(desk, next.value);
    }
    options.timers.after(0, () => run(desk, seats));
  }

  function finish(desk: Desk): void {
    desk.busy = false;
    const next = desk.waiting.shift();
    if (next !== undefined) take(desk, next);
  }

  function take(desk: Desk, { candle }: ClosedCandle): void {
    desk.busy = true;
    desk.series.push(candle);
    // Those seated now: who comes between two slices has been brought up to this bar already.
    run(desk, [...desk.seats.values()].values());
  }

  return {
    add(configuration) {
      const strategy = findStrategy(configuration.strategy);
      if (strategy === undefined) return;
      const desk = deskOf(configuration);
      const evaluator = strategy.create(configuration.parameters, desk.series, options.costs);
      // A latecomer lives through the bars the stream remembers, as if it had always been there.
      desk.series.replay(() => evaluator.onClosed());
      desk.seats.set(configuration.id, { configuration, evaluator });
    },
    remove(configuration) {
      desks.get(streamKey(configuration))?.seats.delete(configuration.id);
    },
    closed(candle) {
      const desk = desks.get(streamKey(candle.stream));
      if (desk === undefined) return;
      if (desk.busy) desk.waiting.push(candle);
      else take(desk, candle);
    },
  };
}
