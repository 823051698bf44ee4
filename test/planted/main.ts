// `npm run planted`: each planted bug, the first seed that catches it, and the invariant that it breaks there.
import { parseArgs } from 'node:util';
import { BUGS, keepSeeds, knownSeeds } from './bug.ts';
import { failingAnyway, type Hunted, hunt } from './hunt.ts';
import { tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    /** Begins at the seeds that are known to catch them. */
    quick: { type: 'boolean', default: false },
    /** Writes down which seeds catch them. */
    keep: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '5000' },
    minutes: { type: 'string', default: '30' },
    workers: { type: 'string', default: '2' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const seedsMax = Number(values.seeds);
const msMax = Number(values.minutes) * 60_000;
const known = knownSeeds();

/** From the first seed on; in the quick form the known one comes before them. */
const seedsFor = (name: string): readonly number[] => {
  const all = Array.from({ length: seedsMax }, (_, index) => index + 1);
  const first = values.quick ? known.get(name) : undefined;
  return first === undefined ? all : [first, ...all.filter((seed) => seed !== first)];
};

const todo = BUGS.filter(({ name }) => name.includes(values.only));
const done: Hunted[] = [];

async function work(): Promise<void> {
  for (let patch = todo.shift(); patch !== undefined; patch = todo.shift()) {
    const hunted = await hunt(patch, { seeds: seedsFor(patch.name), msMax });
    done.push(hunted);
    const { caught, seeds, seconds, trouble } = hunted;
    const words = trouble ?? (caught === undefined ? 'not caught' : caught.finding.invariant);
    say(`${patch.name}: ${words} (${seeds} seeds, ${seconds.toFixed(1)} s)`);
  }
}

const order = new Map(BUGS.map(({ name }, index) => [name, index]));
const count = todo.length;
await Promise.all(Array.from({ length: Number(values.workers) }, work));
done.sort((a, b) => (order.get(a.patch.name) ?? 0) - (order.get(b.patch.name) ?? 0));
const anyway = await failingAnyway([
  ...new Set(done.flatMap(({ caught }) => (caught === undefined ? [] : [caught.seed]))),
]);
const isCaught = ({ caught }: Hunted): boolean => caught !== undefined && !anyway.has(caught.seed);
for (const line of tableOf(done)) say(line);
for (const seed of anyway) say(`seed ${seed} fails without any bug planted: it has caught nothing`);
const good = done.filter(isCaught);
say(`${good.length} of ${count} caught`);
if (values.keep) {
  const seeds = new Map(known);
  for (const { patch, caught } of good) seeds.set(patch.name, caught?.seed ?? 0);
  keepSeeds(seeds);
}
process.exitCode = good.length === count ? 0 : 1;
