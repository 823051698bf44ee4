// One seed from its beginning to its end; and, where it fails, the fewest faults with which it still does.

import { FAULT_KINDS, type FaultKind, swarmOf } from './swarm.ts';
import { type Outcome, World } from './world.ts';

export interface SeedOptions {
  /** Where databases stand while they are needed. */
  readonly directory: string;
  /** Lines of its trace that are kept. */
  readonly linesMax: number;
}

/** Plays `seed` without the faults in `but`. What nobody caught is a finding, too. */
export async function playSeed(
  seed: number,
  { directory, linesMax }: SeedOptions,
  but: ReadonlySet<FaultKind> = new Set(),
): Promise<Outcome> {
  const world = new World({ swarm: swarmOf(seed, but), directory, linesMax });
  const uncaught = (error: unknown): void => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    world.object('bug: an error nobody caught', words);
  };
  process.on('uncaughtException', uncaught);
  process.on('unhandledRejection', uncaught);
  try {
    return await world.run();
  } finally {
    process.off('uncaughtException', uncaught);
    process.off('unhandledRejection', uncaught);
  }
}

/** A failing seed with as few kinds of fault as possible: what it then does. */
export async function shrinkSeed(
  seed: number,
  options: SeedOptions,
  invariant: string,
): Promise<{ readonly outcome: Outcome; readonly but: ReadonlySet<FaultKind> }> {
  let but: ReadonlySet<FaultKind> = new Set();
  let outcome = await playSeed(seed, options);
  const { rates } = swarmOf(seed);
  for (const kind of FAULT_KINDS.filter((one) => rates.has(one))) {
    const fewer = new Set([...but, kind]);
    const next = await playSeed(seed, options, fewer);
    if (next.findings[0]?.invariant !== invariant) continue;
    but = fewer;
    outcome = next;
  }
  return { outcome, but };
}
