// Every planted bug, the first seed that catches it, and the invariant that it breaks there.
import { BUGS, keepSeeds, knownSeeds } from './bug.ts';
import { failingAnyway, type Hunted, hunt } from './hunt.ts';
import { type Plot, withPlot } from './plot.ts';
import { tableOf } from './table.ts';

export interface BugOptions {
  /** Begins at the seeds that are known to catch them. */
  readonly quick: boolean;
  /** Writes down which seeds catch them. */
  readonly keep: boolean;
  /** Part of a name. */
  readonly only: string;
  readonly seedsMax: number;
  /** For each bug. */
  readonly msMax: number;
  /** Bugs side by side. */
  readonly workers: number;
}

/** Hunts all of them; true where each is caught by a seed that is clean without it. */
export async function runBugs(options: BugOptions, say: (line: string) => void): Promise<boolean> {
  const { quick, keep, only, seedsMax, msMax, workers } = options;
  const known = knownSeeds();
  const all = Array.from({ length: seedsMax }, (_, index) => index + 1);

  const seedsFor = (name: string): readonly number[] => {
    const first = quick ? known.get(name) : undefined;
    return first === undefined ? all : [first, ...all.filter((seed) => seed !== first)];
  };

  const bugs = BUGS.filter(({ name }) => name.includes(only));
  const todo = [...bugs.entries()];
  const hunts: Hunted[] = [];

  async function work(plot: Plot): Promise<void> {
    for (let next = todo.shift(); next !== undefined; next = todo.shift()) {
      const [place, bug] = next;
      const hunted = await hunt(plot, bug, { seeds: seedsFor(bug.name), msMax });
      hunts[place] = hunted;
      say(`${bug.name}: ${wordsOf(hunted)}`);
    }
  }

  await Promise.all(Array.from({ length: workers }, () => withPlot(work)));
  const seeds = hunts.flatMap(({ caught }) => (caught === undefined ? [] : [caught.seed]));
  const anyway = await withPlot((plot) => failingAnyway(plot, [...new Set(seeds)]));
  const good = hunts.filter(({ caught }) => caught !== undefined && !anyway.has(caught.seed));
  for (const line of tableOf(hunts)) say(line);
  for (const seed of anyway) say(`seed ${seed} fails without any bug: it has caught nothing`);
  say(`${good.length} of ${bugs.length} caught`);
  if (keep) {
    const found = good.flatMap(({ patch, caught }) =>
      caught === undefined ? [] : [[patch.name, caught.seed] as const],
    );
    keepSeeds(new Map([...known, ...found]));
  }
  return good.length === bugs.length;
}

function wordsOf({ caught, seeds, seconds, trouble }: Hunted): string {
  const words = trouble ?? (caught === undefined ? 'not caught' : caught.finding.invariant);
  return `${words} (${seeds} seeds, ${seconds.toFixed(1)} s)`;
}
