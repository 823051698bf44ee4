// The turns of a plan's rules: each rule counts the requests, frames or orders it is about, and the first
// whose turn it is takes it.
import { type Chance, chanceOf } from './chance.ts';
import type { FaultTiming } from './fault-plan.ts';

interface Rule<Fault> {
  readonly on: string;
  readonly when: FaultTiming;
  readonly do: Fault;
}

/** Whether a rule applies to one turn after the other. */
class Turns {
  readonly #when: FaultTiming;
  readonly #chance: Chance;
  #met = 0;
  #taken = 0;

  constructor(when: FaultTiming, chance: Chance) {
    this.#when = when;
    this.#chance = chance;
  }

  /** Counts a turn at `atMs` since the exchange opened: whether it could be taken. */
  meet(atMs: number): boolean {
    const { from = 1, times = Number.POSITIVE_INFINITY, probability = 1 } = this.#when;
    const { afterMs = 0, forMs = Number.POSITIVE_INFINITY } = this.#when;
    if (!(atMs >= afterMs && atMs < afterMs + forMs)) return false;
    this.#met += 1;
    if (this.#met < from || this.#taken >= times) return false;
    return probability >= 1 || this.#chance() < probability;
  }

  take(): void {
    this.#taken += 1;
  }
}

/** The rules about one thing, in their order. `sinceMs`: wall time since the exchange opened. */
export class TurnOrder<Fault> {
  readonly #rules: readonly { rule: Rule<Fault>; turns: Turns }[];
  readonly #sinceMs: () => number;

  constructor(rules: readonly Rule<Fault>[], seed: number, sinceMs: () => number) {
    this.#sinceMs = sinceMs;
    this.#rules = rules.map((rule, index) => ({
      rule,
      turns: new Turns(rule.when, chanceOf('fault', seed, rule.on, index)),
    }));
  }

  /** What happens to the next one; `isAbout` says which rules count it. */
  next(isAbout: (rule: Rule<Fault>) => boolean = () => true): Fault | undefined {
    const atMs = this.#sinceMs();
    // All that are about it count it, whoever takes it.
    const able = this.#rules.filter(({ rule, turns }) => isAbout(rule) && turns.meet(atMs));
    able[0]?.turns.take();
    return able[0]?.rule.do;
  }
}
