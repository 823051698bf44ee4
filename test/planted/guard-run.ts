// Guards drawn by a seed, each taken out of a copy of the tree: what notices, the suite or the simulation.
import { drawnGuards, guards } from './guard.ts';
import { failingAnyway, type Hunted, hunt } from './hunt.ts';
import type { Patch } from './patch.ts';
import { type Plot, withPlot } from './plot.ts';
import { removalOf } from './removal.ts';
import { runSuite, type SuiteResult } from './suite.ts';
import { cell } from './table.ts';

export interface GuardOptions {
  readonly seed: number;
  readonly count: number;
  /** Part of their names, instead of a draw. */
  readonly only: string;
  /** Of the simulation, for each. */
  readonly seedsMax: number;
  readonly msMax: number;
}

/** Tells what notices each; true where something notices every one. */
export async function runGuards(
  options: GuardOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const { seed, count, only, seedsMax, msMax } = options;
  const seeds = Array.from({ length: seedsMax }, (_, index) => index + 1);
  const wanted =
    only === ''
      ? drawnGuards(seed, count)
      : guards().filter(({ kind, name }) => `${kind} ${name}`.includes(only));
  const patches = wanted.map(removalOf);
  // Side by side, each in a copy of its own.
  const [suites, hunts] = await Promise.all([
    withPlot((plot) =>
      each(patches, async (patch) => {
        const suite = await runTests(plot, patch, msMax);
        say(`${patch.name}: ${suiteWords(suite)} (${suite.seconds.toFixed(0)} s)`);
        return suite;
      }),
    ),
    withPlot((plot) =>
      each(patches, async (patch) => {
        const hunted = await hunt(plot, patch, { seeds, msMax });
        say(`${patch.name}: ${simulationWords(hunted)} (${hunted.seconds.toFixed(0)} s)`);
        return hunted;
      }),
    ),
  ]);
  const caught = hunts.flatMap((one) => one.caught?.seed ?? []);
  const anyway = await withPlot((plot) => failingAnyway(plot, [...new Set(caught)]));
  for (const line of tableOf(patches, suites, hunts)) say(line);
  for (const one of anyway) say(`seed ${one} fails with every guard in place`);
  const found = patches.filter((_, index) => {
    const hit = hunts[index]?.caught;
    return suites[index]?.failed !== undefined || (hit !== undefined && !anyway.has(hit.seed));
  });
  say(`${found.length} of ${patches.length} found`);
  return found.length === patches.length;
}

/** A test that fails with the guard in its place as well has not noticed that it is gone. */
async function runTests(plot: Plot, patch: Patch, msMax: number): Promise<SuiteResult> {
  const suite = await plot.with(patch, () => runSuite(plot, msMax));
  const file = suite.failed?.split(':')[0];
  if (file === undefined) return suite;
  const { failed } = await runSuite(plot, msMax, [file]);
  return failed === undefined ? suite : { ...suite, failed: undefined, isWhole: false };
}

/** One after the other. */
async function each<T, U>(all: readonly T[], act: (one: T) => Promise<U>): Promise<readonly U[]> {
  const done: U[] = [];
  for (const one of all) done.push(await act(one));
  return done;
}

const suiteWords = ({ failed, isWhole }: SuiteResult): string =>
  failed ?? (isWhole ? 'no test fails' : 'the tests did not end in time');

const simulationWords = ({ caught, seeds, trouble }: Hunted): string =>
  trouble ??
  (caught === undefined
    ? `nothing within ${seeds} seeds`
    : `seed ${caught.seed}: ${caught.finding.invariant}`);

const tableOf = (
  patches: readonly Patch[],
  suites: readonly SuiteResult[],
  hunts: readonly Hunted[],
): readonly string[] => [
  '| guard taken out | first test that fails | simulation |',
  '|---|---|---|',
  ...patches.map(({ name }, index) => {
    const [suite, hunted] = [suites[index], hunts[index]];
    const words = [suite && suiteWords(suite), hunted && simulationWords(hunted)];
    return `| ${[name, ...words.map((one = '–') => cell(one))].join(' | ')} |`;
  }),
];
