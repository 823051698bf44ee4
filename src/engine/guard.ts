// Whether every open position is protected: its stop stands in the trigger book and prices of its pair come,
// or it is on its way out. What is not for too long is said aloud, and written down (RELIABILITY §3.6, 15).
import { type Fact, fact } from '../domain/fact.ts';
import type { OrderState } from '../domain/order.ts';
import { liveOrder, type Portfolio, type Position } from '../domain/portfolio.ts';
import { liveStop } from '../domain/protection.ts';
import type { Millis } from '../domain/time.ts';
import type { Clock, Log } from '../ports.ts';
import type { Streams } from './stream.ts';
import type { Watch } from './watch.ts';

/** Unprotected for longer than this is an alarm. */
const ageMsMax: Millis = 5000;

/** A stop at the venue that is there for certain protects who waits for it to let go. */
const STANDING: ReadonlySet<OrderState> = new Set(['open', 'partial', 'canceling']);

/** What a position lacks. */
type Lack = 'trigger' | 'price' | 'exit';

interface Gap {
  readonly since: Millis;
  readonly pair: string;
  isTold: boolean;
}

export interface GuardOptions {
  readonly watch: Pick<Watch, 'isArmed' | 'last'>;
  readonly streams: Pick<Streams, 'isLive'>;
  readonly clock: Clock;
  readonly log: Log;
  record(facts: readonly Fact[]): void;
}

export class Guard {
  readonly #options: GuardOptions;
  readonly #gaps = new Map<string, Gap>();

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Looks at every position; call it about once a second. */
  look(book: Portfolio): void {
    const now = this.#options.clock.monotonic();
    for (const configId of this.#gaps.keys()) {
      if (!book.positions.has(configId)) this.#gaps.delete(configId);
    }
    for (const position of book.positions.values()) {
      const lack = this.#lackOf(position, book);
      if (lack === undefined) this.#end(position, now);
      else this.#note(position, lack, now);
    }
  }

  /** How long each position has been unprotected, in wall time; protected ones are not in it. */
  ages(): Readonly<Record<string, Millis>> {
    const now = this.#options.clock.monotonic();
    return Object.fromEntries([...this.#gaps].map(([id, { since }]) => [id, now - since]));
  }

  #lackOf({ opening, exiting, awaiting }: Position, book: Portfolio): Lack | undefined {
    const { watch, streams } = this.#options;
    const { configId, pair } = opening;
    if (exiting !== null) {
      const stop = awaiting === null ? undefined : liveStop(book, pair);
      const isLeaving =
        liveOrder(book, configId, 'exit') !== undefined ||
        (stop !== undefined && STANDING.has(stop.state));
      return isLeaving ? undefined : 'exit';
    }
    if (!watch.isArmed(pair, configId)) return 'trigger';
    return streams.isLive(pair) && watch.last(pair) !== undefined ? undefined : 'price';
  }

  #note({ opening: { configId, pair } }: Position, lack: Lack, now: Millis): void {
    const gap = this.#gaps.get(configId) ?? { since: now, pair, isTold: false };
    this.#gaps.set(configId, gap);
    if (gap.isTold || now - gap.since <= ageMsMax) return;
    gap.isTold = true;
    const { clock, log, record } = this.#options;
    log.error({ configId, pair, lack }, 'a position is not protected');
    const about = { at: clock.market(), key: configId };
    record([fact('protection.lost', about, { configId, pair, lack })]);
  }

  #end({ opening: { configId, pair } }: Position, now: Millis): void {
    const gap = this.#gaps.get(configId);
    if (gap === undefined) return;
    this.#gaps.delete(configId);
    if (!gap.isTold) return;
    const about = { at: this.#options.clock.market(), key: configId };
    const ageMs = Math.round(now - gap.since);
    this.#options.record([fact('protection.regained', about, { configId, pair, ageMs })]);
  }
}
