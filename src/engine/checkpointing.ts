// A start folds what came after the newest checkpoint: one every day, and after many entries, bounds how long
// that takes, whether the last end was an orderly one or not.
import type { Portfolio } from '../domain/portfolio.ts';
import { utcDay } from '../domain/time.ts';
import type { Clock, Journal, Log } from '../ports.ts';
import { saveCheckpoint } from './recover.ts';

/** Entries that a start folds in a moment. */
const entriesMax = 20_000;

export class Checkpointing {
  readonly #banks: { readonly journal: Journal; readonly clock: Clock; readonly log: Log };
  #seq: number;
  #day: number | undefined;

  /** `seq`: place of the last entry of the book that was recovered. */
  constructor(banks: { journal: Journal; clock: Clock; log: Log }, seq: number) {
    this.#banks = banks;
    this.#seq = seq;
  }

  /** Takes a book that is the journal's up to `seq`, and saves it where that is due. */
  take(book: Portfolio, seq: number): void {
    const { journal, clock, log } = this.#banks;
    const day = utcDay(clock.market());
    this.#day ??= day;
    if (day === this.#day && seq - this.#seq < entriesMax) return;
    this.#day = day;
    this.#seq = seq;
    // The next one is due soon enough: without it a start only takes longer.
    saveCheckpoint(journal, book, seq).catch((error: unknown) => {
      log.warn({ error: String(error) }, 'a checkpoint could not be saved');
    });
  }
}
