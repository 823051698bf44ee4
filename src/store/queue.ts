// Appends that wait for their transaction, in the order of arrival: bounded, and taken in groups so
// that many waiting appends share one commit.
import type { Entry, Fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import { StoreFault } from './fault.ts';

export interface Append {
  readonly facts: readonly Fact[];
  /** When the wait for it ends, on the monotonic clock. */
  readonly deadline: Millis;
  resolve(entries: readonly Entry[]): void;
  reject(fault: StoreFault): void;
}

export class AppendQueue {
  #waiting: Append[] = [];
  #facts = 0;
  readonly #factsMax: number;

  constructor(factsMax: number) {
    this.#factsMax = factsMax;
  }

  /** Facts waiting. */
  get facts(): number {
    return this.#facts;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Throws `StoreFault` when there is no room: a queue that grows without bound is a leak. */
  add(append: Append): void {
    if (!(this.#facts + append.facts.length <= this.#factsMax)) {
      throw new StoreFault(
        'overloaded',
        `expected at most ${this.#factsMax} facts waiting, was ${this.#facts + append.facts.length}`,
      );
    }
    this.#waiting.push(append);
    this.#facts += append.facts.length;
  }

  /** The first waiting appends, as many as fit into `factsMax`; at least one. */
  take(factsMax: number): readonly Append[] {
    let count = 0;
    let size = 0;
    for (const { facts } of this.#waiting) {
      if (count > 0 && size + facts.length > factsMax) break;
      count += 1;
      size += facts.length;
    }
    this.#facts -= size;
    return this.#waiting.splice(0, count);
  }

  /** Everything that waits. */
  takeAll(): readonly Append[] {
    return this.take(Number.POSITIVE_INFINITY);
  }
}
