// The trigger book of one pair: stops, targets and time stops of every open position, sorted by level.
// A price update is compared with the nearest of each and returns; the cost does not grow with the
// number of positions, and no actor has to be alive for a stop to fire (DESIGN §2.1).
import { assert } from './assert.ts';
import type { Millis } from './time.ts';

/** A long position's way out; levels as floats of the pair's price, `expiresAt` in market time. */
export interface Trigger {
  /** Whose position: a configuration's id, or the name of its paper twin. */
  readonly holder: string;
  readonly stop: number;
  readonly target: number;
  readonly expiresAt: Millis;
}

export interface Crossing {
  readonly holder: string;
  readonly reason: 'stop' | 'target' | 'time';
}

const none: readonly Crossing[] = [];

/** Triggers in one order; the nearest to the price is last, so that firing is a `pop`. */
class Ladder {
  readonly #triggers: Trigger[] = [];
  readonly #level: (trigger: Trigger) => number;

  /** `level` must rise towards the price: negate what is reached from below. */
  constructor(level: (trigger: Trigger) => number) {
    this.#level = level;
  }

  /** Level of the nearest trigger; −∞ when empty. */
  get nearest(): number {
    const last = this.#triggers.at(-1);
    return last === undefined ? Number.NEGATIVE_INFINITY : this.#level(last);
  }

  get last(): Trigger | undefined {
    return this.#triggers.at(-1);
  }

  insert(trigger: Trigger): void {
    const level = this.#level(trigger);
    let low = 0;
    let high = this.#triggers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.#triggers[middle];
      if (at !== undefined && this.#level(at) <= level) low = middle + 1;
      else high = middle;
    }
    this.#triggers.splice(low, 0, trigger);
  }

  remove(trigger: Trigger): void {
    const index = this.#triggers.lastIndexOf(trigger);
    assert(index >= 0, `expected an armed trigger, was ${trigger.holder}`);
    this.#triggers.splice(index, 1);
  }
}

export class TriggerBook {
  readonly #armed = new Map<string, Trigger>();
  readonly #stops = new Ladder((trigger) => trigger.stop);
  readonly #targets = new Ladder((trigger) => -trigger.target);
  readonly #expiries = new Ladder((trigger) => -trigger.expiresAt);
  // The three nearest levels as plain fields: a price update reads these and nothing else.
  #stop = Number.NEGATIVE_INFINITY;
  #target = Number.POSITIVE_INFINITY;
  #expiry = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#armed.size;
  }

  has(holder: string): boolean {
    return this.#armed.has(holder);
  }

  /** Arms a position's way out; arming again replaces what stood. */
  arm(trigger: Trigger): void {
    assert(trigger.stop < trigger.target, `expected stop < target, was ${trigger.stop}`);
    assert(!Number.isNaN(trigger.expiresAt), 'expected an expiry, was NaN');
    this.disarm(trigger.holder);
    this.#armed.set(trigger.holder, trigger);
    this.#stops.insert(trigger);
    this.#targets.insert(trigger);
    this.#expiries.insert(trigger);
    this.#refresh();
  }

  disarm(holder: string): void {
    const trigger = this.#armed.get(holder);
    if (trigger === undefined) return;
    this.#armed.delete(holder);
    this.#stops.remove(trigger);
    this.#targets.remove(trigger);
    this.#expiries.remove(trigger);
    this.#refresh();
  }

  /** What a price at market time `at` sets off, each once, stops first; fired triggers leave the book. */
  crossed(price: number, at: Millis): readonly Crossing[] {
    if (price > this.#stop && price < this.#target && at < this.#expiry) return none;
    return this.#fire(price, at);
  }

  #fire(price: number, at: Millis): readonly Crossing[] {
    const crossings: Crossing[] = [];
    this.#take(this.#stops, () => price <= this.#stop, 'stop', crossings);
    this.#take(this.#targets, () => price >= this.#target, 'target', crossings);
    this.#take(this.#expiries, () => at >= this.#expiry, 'time', crossings);
    return crossings;
  }

  #take(ladder: Ladder, due: () => boolean, reason: Crossing['reason'], into: Crossing[]): void {
    while (due()) {
      const trigger = ladder.last;
      if (trigger === undefined) return;
      into.push({ holder: trigger.holder, reason });
      this.disarm(trigger.holder);
    }
  }

  #refresh(): void {
    this.#stop = this.#stops.nearest;
    this.#target = -this.#targets.nearest;
    this.#expiry = -this.#expiries.nearest;
  }
}
