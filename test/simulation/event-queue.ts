// The one queue of a simulated world: everything that happens is an event at a true time, and events of one
// time happen in the order in which they were asked for. Between two events every promise has settled.
import type { Millis } from '../../src/domain/time.ts';

interface Event {
  readonly at: Millis;
  readonly sequence: number;
  run: (() => void) | undefined;
}

const isBefore = (a: Event, b: Event): boolean =>
  a.at < b.at || (a.at === b.at && a.sequence < b.sequence);

/** Microtasks run to their end before a macrotask of Node's comes: in an order of their own, always the same. */
const settled = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

export class EventQueue {
  /** True time, which no clock in the world need agree with. */
  now: Millis;
  /** Events that happened. */
  count = 0;
  readonly #heap: Event[] = [];
  #sequence = 0;

  constructor(now: Millis) {
    this.now = now;
  }

  /** Has `run` happen at a time, now at the earliest; what is returned calls it off. */
  at(time: Millis, run: () => void): () => void {
    this.#sequence += 1;
    const event: Event = { at: Math.max(this.now, time), sequence: this.#sequence, run };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return () => {
      event.run = undefined;
    };
  }

  after(delayMs: Millis, run: () => void): () => void {
    return this.at(this.now + delayMs, run);
  }

  /** Lets everything up to `until` happen, with a look by `onEvent` after each; ends sooner where that is false. */
  async play(until: Millis, onEvent: () => boolean): Promise<void> {
    // What was begun before the first event, a start for one, goes as far as it can.
    await settled();
    for (let next = this.#take(until); next !== undefined; next = this.#take(until)) {
      this.now = next.at;
      this.count += 1;
      next.run?.();
      await settled();
      if (!onEvent()) return;
    }
    this.now = Math.max(this.now, until);
  }

  #take(until: Millis): Event | undefined {
    for (;;) {
      const [first] = this.#heap;
      if (first === undefined || first.at > until) return undefined;
      const last = this.#heap.pop();
      if (last !== undefined && last !== first) {
        this.#heap[0] = last;
        this.#sink(0);
      }
      if (first.run !== undefined) return first;
    }
  }

  #rise(from: number): void {
    for (let index = from; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!this.#swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  #sink(from: number): void {
    for (let index = from; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      const smaller = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(smaller, index)) return;
      index = smaller;
    }
  }

  #isBefore(index: number, other: number): boolean {
    const [a, b] = [this.#heap[index], this.#heap[other]];
    return a !== undefined && b !== undefined && isBefore(a, b);
  }

  #swapIfBefore(index: number, other: number): boolean {
    const [a, b] = [this.#heap[index], this.#heap[other]];
    if (a === undefined || b === undefined || !isBefore(a, b)) return false;
    this.#heap[index] = b;
    this.#heap[other] = a;
    return true;
  }
}
