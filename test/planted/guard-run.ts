// Guards drawn by a seed, each taken out of a copy of the tree: what notices, the suite or the simulation.
import { drawnGuards } from './guard.ts';
import { failingAnyway, type Hunted, hunt } from './hunt.ts';
import type { Patch } from './patch.ts';
import type { Plot } from './plot.ts';
import { removalOf } from './removal.ts';
import { runSuite, type SuiteResult } from './suite.ts';
import { cell } from './table.ts';

export interface GuardOptions {
  readonly seed: number;
  readonly count: number;
  /** Of the simulation, for each. */
  readonly seedsMax: number;
  readonly msMax: number;
}

interface Missed {
  readonly patch: Patch;
  readonly suite: SuiteResult;
  readonly hunted: Hunted;
}

/** Tells what notices each; true where something notices every one. */
export async function runGuards(
  plot: Plot,
  options: GuardOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const { seed, count, seedsMax, msMax } = options;
  const seeds = Array.from({ length: seedsMax }, (_, index) => index + 1);
  const all: Missed[] = [];
  for (const guard of drawnGuards(seed, count)) {
    const patch = removalOf(guard);
    const suite = await plot.with(patch, () => runSuite(plot, msMax));
    const hunted = await hunt(plot, patch, { seeds, msMax });
    all.push({ patch, suite, hunted });
    say(`${patch.name}: ${suite.failed ?? 'no test fails'}; ${simulationWords(hunted)}`);
  }
  const caught = all.flatMap(({ hunted }) => hunted.caught?.seed ?? []);
  const anyway = await failingAnyway(plot, [...new Set(caught)]);
  for (const line of tableOf(all)) say(line);
  for (const one of anyway) say(`seed ${one} fails with every guard in place`);
  const isFound = ({ suite, hunted: { caught } }: Missed): boolean =>
    suite.failed !== undefined || (caught !== undefined && !anyway.has(caught.seed));
  const found = all.filter(isFound);
  say(`${found.length} of ${all.length} found`);
  return found.length === all.length;
}

const simulationWords = ({ caught, seeds, trouble }: Hunted): string =>
  trouble ??
  (caught === undefined
    ? `nothing within ${seeds} seeds`
    : `seed ${caught.seed}: ${caught.finding.invariant}`);

const tableOf = (all: readonly Missed[]): readonly string[] => [
  '| guard taken out | first test that fails | simulation |',
  '|---|---|---|',
  ...all.map(
    ({ patch, suite, hunted }) =>
      `| ${patch.name} | ${cell(suite.failed ?? '–')} | ${cell(simulationWords(hunted))} |`,
  ),
];
