// Journal, then act: facts are appended in the order they were decided, and only a committed fact takes
// effect. A failing store holds everything back and says so; nothing is lost. Exits alone go ahead, of
// what batches, marks and twins decided: a crowd keeps nobody from leaving.
import type { Entry, Fact } from '../domain/fact.ts';
import type { Millis } from '../domain/time.ts';
import type { Journal, Timers } from '../ports.ts';

export interface Recorder {
  /** Queues facts for the journal. */
  record(facts: readonly Fact[]): void;
  /** Resolves when everything queued so far is committed and has taken effect. */
  settled(): Promise<void>;
  /** Nothing waits: everything that was recorded is committed and has taken effect. */
  readonly isIdle: boolean;
  /** So much waits for a store that does not take it that nothing should be decided that need not be. */
  readonly isFull: boolean;
}

const retryMs: Millis = 1000;
/** Facts of one append: a few milliseconds of work, then sockets get their turn. */
const appendFactsMax = 256;
/** Groups that may wait; exits and fills come on top, and are as few as there are positions. */
const waitingGroupsMax = 20_000;

/**
 * What batches, marks and the paper twins decide, and who failed. None of it is about a position that leaves: either may come
 * first.
 */
const YIELDING: ReadonlySet<Fact['type']> = new Set([
  ...(['signal.approved', 'signal.refused', 'day.opened', 'loss.latched'] as const),
  ...(['equity.marked', 'breaker.tripped', 'breaker.half-opened', 'breaker.closed'] as const),
  ...(['evidence.opened', 'twin.opened', 'twin.closed', 'stage.judged'] as const),
  ...(['configuration.faulted', 'configuration.quarantined'] as const),
]);

/** What a position needs to leave: its order, or that the venue's stop is taken back for it. */
const LEAVING: ReadonlySet<Fact['type']> = new Set([
  ...(['exit.ordered', 'exit.decided', 'cancel.ordered', 'order.resent'] as const),
]);

/** Facts that are committed together. */
interface Group {
  readonly facts: readonly Fact[];
  readonly yields: boolean;
  readonly leaves: boolean;
}

/** What was decided at once stays together, but for a crowd's signals and what an exit leaves behind. */
function groupsOf(facts: readonly Fact[]): readonly Group[] {
  const yields = facts.every(({ type }) => YIELDING.has(type));
  const leaves = facts.some(({ type }) => LEAVING.has(type));
  if (!yields) return [{ facts, yields, leaves }];
  const groups: Group[] = [];
  for (let from = 0; from < facts.length; from += appendFactsMax) {
    groups.push({ facts: facts.slice(from, from + appendFactsMax), yields, leaves });
  }
  return groups;
}

/**
 * Puts a group at its place: at the end, or before what yields to it there. Whatever of it yields itself stays
 * behind then, in its own order: a latch must not come before the day it is of.
 */
function enqueue(queue: Group[], group: Group): void {
  let place = queue.length;
  while (group.leaves && queue[place - 1]?.yields === true) place -= 1;
  const isOvertaking = place < queue.length;
  const [ahead, behind] = isOvertaking ? parted(group) : [group];
  queue.splice(place, 0, ahead);
  if (behind !== undefined) queue.push(behind);
}

/** A group that leaves without what of it yields, and that. */
function parted({ facts }: Group): readonly [Group] | readonly [Group, Group] {
  const ahead = facts.filter(({ type }) => !YIELDING.has(type));
  const behind = facts.filter(({ type }) => YIELDING.has(type));
  const leaving: Group = { facts: ahead, yields: false, leaves: true };
  return behind.length === 0
    ? [leaving]
    : [leaving, { facts: behind, yields: true, leaves: false }];
}

/** The first groups, as many as one append takes. An exit's fate hangs on nothing that yielded to it. */
function take(queue: Group[]): readonly Group[] {
  const taken: Group[] = [];
  let size = 0;
  for (const group of queue) {
    if (size > 0 && size + group.facts.length > appendFactsMax) break;
    if (group.yields && taken.at(-1)?.leaves === true) break;
    taken.push(group);
    size += group.facts.length;
  }
  queue.splice(0, taken.length);
  return taken;
}

export function createRecorder(options: {
  journal: Journal;
  timers: Timers;
  /** Called for each entry, in order, after its commit. */
  onCommitted(entry: Entry): void;
  /** Called when an append failed; it will be tried again. `isFirst`: the one before had not failed. */
  onFailure(error: unknown, isFirst: boolean): void;
}): Recorder {
  const { journal, timers, onCommitted, onFailure } = options;
  let queue: Group[] = [];
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

  /** What could not be written goes back to the front, and exits that came meanwhile before it. */
  function putBack(groups: readonly Group[]): void {
    const all = [...groups, ...queue];
    queue = [];
    for (const group of all) enqueue(queue, group);
  }

  async function drain(): Promise<void> {
    while (queue.length > 0) {
      const groups = take(queue);
      const entries = await append(groups.flatMap(({ facts }) => facts));
      if (entries === undefined) putBack(groups);
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
      for (const group of groupsOf(facts)) enqueue(queue, group);
      draining ??= drain();
    },
    get isIdle() {
      return draining === undefined;
    },
    get isFull() {
      return queue.length > waitingGroupsMax;
    },
    async settled() {
      while (draining !== undefined) await draining;
    },
  };
}
