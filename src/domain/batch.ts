// Proposals that wait for the supervisor's next look, in the order they came.
import type { Proposal } from './eligibility.ts';

/** Proposals waiting for their batch, newest first: each joins without the others being copied. */
export type Batch = { readonly proposal: Proposal; readonly before: Batch } | null;

/** The proposals of a batch in the order of their arrival. */
export function proposalsOf(batch: Batch): readonly Proposal[] {
  const proposals: Proposal[] = [];
  for (let one = batch; one !== null; one = one.before) proposals.push(one.proposal);
  return proposals.reverse();
}

/** The batch with the proposals of `configIds` no longer fresh, in the order they stood in. */
export const withStale = (batch: Batch, configIds: ReadonlySet<string>): Batch =>
  proposalsOf(batch).reduce<Batch>((before, proposal) => {
    const isStale = configIds.has(proposal.configuration.id);
    return { proposal: isStale ? { ...proposal, fresh: false } : proposal, before };
  }, null);
