// Journal, then act: facts are appended in the order they were decided, and only a committed fact
// takes effect. A failing store holds everything back and says so; nothing is lost or reordered.
import type { Entry, Fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Journal, Timers } from '../ports.ts';

export interface Recorder {
  /** Queues facts for the journal. */
  record(facts: readonly Fact[]): void;
  /** Resolves when everything queued so far is committed and has taken effect. */
  settled(): Promise<void>;
  /** Facts waiting for a commit. */
  readonly waiting: number;
}

const retryMs: Millis = 1000;

export function createRecorder(options: {
  journal: Journal;
  timers: Timers;
  /** Called for each entry, in order, after its commit. */
  onCommitted(entry: Entry): void;
  /** Called when an append failed; it will be tried again. `isFirst`: the one before had not failed. */
  onFailure(error: unknown, isFirst: boolean): void;
}): Recorder {
  const { journal, timers, onCommitted, onFailure } = options;
  let queue: Fact[] = [];
  let isFailing = false;
  let draining: Promise<void> | undefined;

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      timers.after(retryMs, resolve);
    });

  async function append(batch: readonly Fact[]): Promise<readonly Entry[] | undefined> {
    try {
      const entries = await journal.append(batch);
      isFailing = false;
      return entries;
    } catch (error) {
      onFailure(error, !isFailing);
      isFailing = true;
      return undefined;
    }
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      const entries = await append(batch);
      if (entries === undefined) queue = [...batch, ...queue];
      // Apart from the append: what fails from here on is in the journal and must not go there again.
      for (const entry of entries ?? []) onCommitted(entry);
      if (entries === undefined) await pause();
    }
    // Here, not after the promise settled: what is recorded in between must start a new drain.
    draining = undefined;
  }

  return {
    record(facts) {
      if (facts.length === 0) return;
      queue.push(...facts);
      draining ??= drain();
    },
    async settled() {
      while (draining !== undefined) await draining;
    },
    get waiting() {
      return queue.length;
    },
  };
}
