// `npm run planted`: what is known to go wrong in such engines, planted in a copy of the tree, and what catches it; with
// `--guards`, guards taken out instead.
import { parseArgs } from 'node:util';
import { runBugs } from './bug-run.ts';
import { guards } from './guard.ts';
import { runGuards } from './guard-run.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    seeds: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    workers: { type: 'string', default: '2' },
    guards: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const msMax = Number(values.minutes) * 60_000;

async function run(): Promise<boolean> {
  if (values.list) {
    for (const { kind, name } of guards()) say(`${kind} ${name}`);
    say(`${guards().length} guards`);
    return true;
  }
  if (values.guards) {
    const [seed, count] = [Number(values.seed), Number(values.count)];
    const options = {
      seed,
      count,
      only: values.only,
      seedsMax: Number(values.seeds ?? 300),
      msMax,
    };
    return runGuards(options, say);
  }
  const { quick, keep, only } = values;
  const seedsMax = Number(values.seeds ?? (quick ? 150 : 5000));
  return runBugs({ quick, keep, only, seedsMax, msMax, workers: Number(values.workers) }, say);
}

process.exitCode = (await run()) ? 0 : 1;
