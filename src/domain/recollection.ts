// A record of forward trades made again from where the journal keeps them: the trades, and the places at
// which parts of the record began anew.
import type { Baseline } from './drift.ts';
import type { LifecycleRules } from './lifecycle-rules.ts';
import type { Verdict } from './lifecycle-state.ts';
import { TrackRecord } from './track-record.ts';

/** Places in the journal; what stands after one belongs to what began there. */
export interface Beginnings {
  /** Of the stage. */
  readonly entered: number;
  /** Of the sample for the next look. */
  readonly counted: number;
  /** Of the tests of the mean. */
  readonly watched: number;
}

/** Everything begins at `seq`. */
export const beginAt = (seq: number): Beginnings => ({ entered: seq, counted: seq, watched: seq });

/** The beginnings after a verdict at `seq`: what `TrackRecord.follow` begins anew. */
export function beginningsAfter(
  before: Beginnings,
  { kind }: Pick<Verdict, 'kind'>,
  seq: number,
): Beginnings {
  switch (kind) {
    case 'promoted':
    case 'demoted':
    case 'archived':
      return beginAt(seq);
    case 'recounted':
      return { ...before, counted: seq };
    case 'baselined':
      return { ...before, watched: seq };
    default:
      return before;
  }
}

/** A closed trade in the journal; its net return in R. */
export interface KeptReturn {
  readonly seq: number;
  readonly returnR: number;
}

/**
 * The record that pushing the same trades and following the same verdicts made. `trades`, oldest first,
 * must hold all since the stage began and, before that, as many as the rules call the last ones.
 */
export function recollect(
  rules: LifecycleRules,
  baseline: Baseline | null,
  { entered, counted, watched }: Beginnings,
  trades: Iterable<KeptReturn>,
): TrackRecord {
  const record = new TrackRecord(rules, null);
  const steps = [
    { seq: entered, begin: () => record.enter(null) },
    { seq: counted, begin: () => record.recount() },
    { seq: watched, begin: () => record.watch(baseline) },
  ].sort((a, b) => a.seq - b.seq);
  for (const { seq, returnR } of trades) {
    while (steps[0] !== undefined && steps[0].seq < seq) steps.shift()?.begin();
    record.push(returnR);
  }
  for (const { begin } of steps) begin();
  return record;
}
