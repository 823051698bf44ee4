// The paper twins at work: each hears its configuration's judgements like the portfolio does, and trades them
// in its virtual book at the prices that come next. A waiting entry and an exit asked for are triggers that
// the next price sets off, so that a price costs no more for them.
import type { Configuration, Stage } from '../domain/configuration.ts';
import type { Fact, FactOf } from '../domain/fact.ts';
import type { ExitReason } from '../domain/order.ts';
import { type Poison, poisonOf } from '../domain/poison.ts';
import type { Held, Setup, Signal } from '../domain/signal.ts';
import type { Millis } from '../domain/time.ts';
import {
  closeTwin,
  openTwin,
  type TwinBook,
  type TwinTerms,
  twinAfter,
  twinOf,
} from '../domain/twin.ts';
import type { Timers } from '../ports.ts';
import { heldOf, isTimely, type Judgement, signalOf, type TradingBook } from './judgement.ts';
import { type Crossed, triggerOf, type Watch } from './watch.ts';

interface Seat {
  readonly configuration: Configuration;
  readonly book: TwinBook;
  /** A signal that the next price fills; lost with the process, as an entry that was never made. */
  readonly waiting: Signal | null;
  /** Why the next price closes it. */
  readonly leaving: ExitReason | null;
  /** Its configuration takes no part any more; what it holds is watched to its end. */
  readonly isRetired: boolean;
}

/** Twins that one price sets off, taken at a time: a few milliseconds of work. */
const SLICE = 16;

/** A price that set off a trigger. */
type Hit = Omit<Crossed, 'holder'>;

interface TwinOptions {
  readonly terms: TwinTerms;
  readonly watch: Pick<Watch, 'arm' | 'disarm'>;
  readonly timers: Timers;
  marketTime(): Millis;
  record(facts: readonly Fact[]): void;
  /** What follows from a closed trade, to be recorded with it. */
  onClosed(closed: FactOf<'twin.closed'>): readonly Fact[];
  /** One twin failed at a price; the others go on. */
  onFault(configId: string, error: unknown, poison: Poison): void;
}

export class Twins implements TradingBook {
  readonly #options: TwinOptions;
  readonly #seats = new Map<string, Seat>();
  #hits: { readonly configId: string; readonly hit: Hit }[] = [];

  constructor(options: TwinOptions) {
    this.#options = options;
  }

  /**
   * Seats a configuration's twin with its virtual book. One whose version sits here already goes on with
   * the book it has.
   */
  seat(configuration: Configuration, book: TwinBook): void {
    const known = this.#seats.get(configuration.id);
    if (known?.configuration.version === configuration.version) {
      this.#seats.set(configuration.id, { ...known, configuration, isRetired: false });
      return;
    }
    if (known !== undefined) this.#forget(known);
    const seat = { configuration, book, waiting: null, leaving: null, isRetired: false };
    this.#seats.set(configuration.id, seat);
    this.#armWayOut(seat);
  }

  /** Takes no signal any more; a position is watched until it is closed, as a real one is. */
  unseat(configId: string): void {
    const seat = this.#seats.get(configId);
    if (seat === undefined) return;
    if (seat.book.position === null) this.#forget(seat);
    else this.#seats.set(configId, { ...seat, isRetired: true });
  }

  /** What it buys from now on counts in another stage. */
  restage(configId: string, stage: Stage): void {
    const seat = this.#seats.get(configId);
    if (seat === undefined) return;
    const configuration = { ...seat.configuration, stage };
    this.#seats.set(configId, { ...seat, configuration });
  }

  /** Forgets a twin whatever it holds: who takes its seat next brings the book as it is journalled. */
  drop(configId: string): void {
    const seat = this.#seats.get(configId);
    if (seat !== undefined) this.#forget(seat);
  }

  #forget({ configuration: { id, pair } }: Seat): void {
    this.#options.watch.disarm(pair, twinOf(id));
    this.#seats.delete(id);
  }

  heldBy(configId: string): Held | undefined {
    const seat = this.#seats.get(configId);
    if (seat === undefined || seat.book.position === null) return undefined;
    return heldOf(seat.book.position.opening, seat.configuration);
  }

  hear(judgement: Judgement): void {
    const { decision, configuration } = judgement;
    const seat = this.#seats.get(configuration.id);
    // One that waits for its next price has decided already.
    if (seat === undefined || seat.isRetired) return;
    if (seat.waiting !== null || seat.leaving !== null) return;
    if (decision.kind === 'exit') this.#leave(seat, 'invalidation', judgement.at);
    if (decision.kind === 'setup') this.#raise(seat, judgement, decision.setup);
  }

  /**
   * Takes a price that set off a twin's trigger. However many it set off, the price road is free at once: they
   * are worked through in slices, at the price that set them off.
   */
  crossed(configId: string, hit: Hit): void {
    this.#hits.push({ configId, hit });
    if (this.#hits.length === 1) this.#options.timers.after(0, () => this.#work());
  }

  #work(): void {
    for (const { configId, hit } of this.#hits.slice(0, SLICE)) {
      try {
        this.#take(configId, hit);
      } catch (error) {
        this.#options.onFault(configId, error, poisonOf('price', hit));
      }
    }
    this.#hits = this.#hits.slice(SLICE);
    if (this.#hits.length > 0) this.#options.timers.after(0, () => this.#work());
  }

  #take(configId: string, hit: Hit): void {
    const seat = this.#seats.get(configId);
    if (seat?.waiting === null) this.#exit(seat, hit);
    else if (seat !== undefined) this.#enter(seat, seat.waiting, hit);
  }

  #raise(seat: Seat, judgement: Judgement, setup: Setup): void {
    const { terms, marketTime } = this.#options;
    if (!isTimely(judgement, marketTime(), terms.execution.maxSignalAge)) return;
    if (seat.book.position !== null) {
      if (setup.direction === 'SELL') this.#leave(seat, 'signal', judgement.at);
    } else if (setup.direction === 'BUY') {
      this.#callAfter({ ...seat, waiting: signalOf(judgement, setup) }, judgement.at);
    }
  }

  #leave(seat: Seat, reason: ExitReason, at: Millis): void {
    this.#callAfter({ ...seat, leaving: reason }, at);
  }

  #enter(seat: Seat, signal: Signal, hit: Hit): void {
    const { configuration, book } = seat;
    const opened = openTwin(book, signal, configuration, hit, this.#options.terms);
    const after = opened === undefined ? book : twinAfter(book, opened);
    const next: Seat = { ...seat, waiting: null, book: after };
    this.#seats.set(configuration.id, next);
    this.#armWayOut(next);
    if (opened !== undefined) this.#options.record([opened]);
  }

  #exit(seat: Seat, hit: Hit): void {
    const { configuration, book, leaving } = seat;
    const { terms, record, onClosed } = this.#options;
    if (book.position === null) return;
    const how = { ...hit, reason: leaving ?? hit.reason };
    const closed = closeTwin(book, book.position, configuration.version, how, terms);
    const after = twinAfter(book, closed);
    // Before the book moves: where this fails, memory is no further than the journal.
    const facts = [closed, ...onClosed(closed)];
    // It may have moved the stage, or archived the configuration.
    const now = this.#seats.get(configuration.id) ?? seat;
    const next: Seat = { ...now, leaving: null, book: after };
    this.#seats.set(configuration.id, next);
    if (next.isRetired) this.#forget(next);
    record(facts);
  }

  /** The first price after the decision, whatever it is, sets it off; never the price it was decided on. */
  #callAfter(seat: Seat, at: Millis): void {
    const { id, pair } = seat.configuration;
    this.#seats.set(id, seat);
    const [stop, target] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    this.#options.watch.arm(pair, { holder: twinOf(id), stop, target, expiresAt: at + 1 });
  }

  #armWayOut({ configuration, book }: Seat): void {
    if (book.position === null) return;
    const trigger = triggerOf(twinOf(configuration.id), book.position.opening);
    this.#options.watch.arm(configuration.pair, trigger);
  }
}
