// One configuration's way through the lifecycle: the state its verdicts made and the record they rest on,
// moved on together.
import type { Stage } from './configuration.ts';
import { judge, ripen } from './lifecycle.ts';
import type { Evidence } from './lifecycle-evidence.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import { advance, type LifecycleState, overridden, type Verdict } from './lifecycle-state.ts';
import type { Millis } from './time.ts';
import { TrackRecord } from './track-record.ts';

/** What is known besides the forward trades. */
export type Beside = Omit<Evidence, 'forward'>;

export class Progress {
  readonly record: TrackRecord;
  readonly #rules: LifecycleRules;
  #state: LifecycleState;

  constructor(
    rules: LifecycleRules,
    state: LifecycleState,
    record: TrackRecord = new TrackRecord(rules, state.validated),
  ) {
    this.#rules = rules;
    this.#state = state;
    this.record = record;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Whether time alone can move it. */
  get isWaiting(): boolean {
    return this.#state.isActive && (this.#state.pass !== null || this.#state.stage === 'DECAY');
  }

  /** Takes a closed forward trade, net return in R; every verdict that follows from it, in order. */
  close(returnR: number, beside: Beside, at: Millis): readonly Verdict[] {
    this.record.push(returnR);
    return this.judge(beside, at);
  }

  /** Every verdict that is due, in order. */
  judge(beside: Beside, at: Millis): readonly Verdict[] {
    return this.#follow((evidence) => judge(this.#state, evidence, at, this.#rules), beside);
  }

  /** Every verdict that the time brings, in order: cheap, for it looks at nothing that a trade decides. */
  wait(beside: Beside, at: Millis): readonly Verdict[] {
    return this.#follow((evidence) => ripen(this.#state, evidence, at, this.#rules), beside);
  }

  /** A person moves it. */
  override(to: Stage, at: Millis): void {
    this.#state = overridden(this.#state, to, at);
    this.record.enter(this.#state.validated);
  }

  #follow(decide: (evidence: Evidence) => Verdict | undefined, beside: Beside): readonly Verdict[] {
    const evidence: Evidence = { ...beside, forward: this.record };
    const verdicts: Verdict[] = [];
    for (;;) {
      const verdict = decide(evidence);
      if (verdict === undefined) return verdicts;
      this.#state = advance(this.#state, verdict);
      this.record.follow(verdict);
      verdicts.push(verdict);
    }
  }
}
