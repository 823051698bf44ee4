// Plays seeds on a tree with a bug in it until one of them fails, and looks whether the tree without it is clean there:
// a seed that fails anyway has caught nothing.
import { type Played, playFleet } from '../simulation/fleet.ts';
import type { Finding } from '../simulation/world.ts';
import type { Patch } from './patch.ts';
import { withPlot } from './plot.ts';

export interface Caught {
  readonly seed: number;
  readonly finding: Finding;
}

export interface Hunted {
  readonly patch: Patch;
  readonly caught: Caught | undefined;
  readonly seeds: number;
  readonly seconds: number;
  /** Why nothing can be said: the patch does not apply, a process ended. */
  readonly trouble: string | undefined;
}

export interface HuntOptions {
  /** In this order. */
  readonly seeds: readonly number[];
  readonly msMax: number;
}

/** Looks for the first of `seeds` that fails with `patch`. Never throws. */
export async function hunt(patch: Patch, options: HuntOptions): Promise<Hunted> {
  const begunAt = performance.now();
  let seeds = 0;
  let caught: Caught | undefined;
  let trouble: string | undefined;
  const take = ({ seed, findings: [finding] }: Played): void => {
    seeds += 1;
    if (finding !== undefined) caught ??= { seed, finding };
  };
  try {
    await withPlot(patch, ({ child }) => play(child, options, take));
  } catch (error) {
    trouble = error instanceof Error ? error.message : String(error);
  }
  const seconds = (performance.now() - begunAt) / 1000;
  return { patch, caught, seeds, seconds, trouble };
}

/** Those of `seeds` that fail on the tree as it is. */
export async function failingAnyway(seeds: readonly number[]): Promise<ReadonlySet<number>> {
  const failing = new Set<number>();
  if (seeds.length === 0) return failing;
  await withPlot(undefined, ({ child }) =>
    play(
      child,
      { seeds, msMax: Number.POSITIVE_INFINITY },
      ({ seed, findings }) => {
        if (findings.length > 0) failing.add(seed);
      },
      seeds.length + 1,
    ),
  );
  return failing;
}

async function play(
  child: URL,
  { seeds, msMax }: HuntOptions,
  onPlayed: (played: Played) => void,
  failuresMax = 1,
): Promise<void> {
  await playFleet({
    ...{ child, seeds, msMax, failuresMax, onPlayed },
    ...{ workers: 1, againEvery: 0 },
  });
}
