// `npm run simulate`: plays seeds, says how fast and what was met, and of a failing one its shortest trace.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { playDays, slopeOf } from './days.ts';
import { playFleet, type Sum } from './fleet.ts';
import { scratchDirectory } from './scratch.ts';
import { playSeed, shrinkSeed } from './seed.ts';
import { missing } from './situation.ts';
import { swarmOf } from './swarm.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    workers: { type: 'string', default: `${availableParallelism()}` },
    minutes: { type: 'string', default: '600' },
    failures: { type: 'string', default: '1' },
    trace: { type: 'boolean', default: false },
    days: { type: 'string' },
  },
});
const [seed, runs, workers] = [Number(values.seed), Number(values.runs), Number(values.workers)];
/** Megabytes a day. */
const growthMax = 1;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** A seed by itself, twice. */
async function playOne(): Promise<boolean> {
  return inScratch(async (directory) => {
    const linesMax = values.trace ? Number.MAX_SAFE_INTEGER : 0;
    const first = await playSeed(seed, { directory, linesMax });
    const second = await playSeed(seed, { directory, linesMax: 0 });
    for (const line of first.lines) say(line);
    say(`seed ${seed}: ${first.events} events, hash ${first.hash}, again ${second.hash}`);
    say(`faults: ${[...swarmOf(seed).rates.keys()].join(', ')}`);
    say(counts(first.situations));
    if (first.findings.length > 0) await tell(seed);
    return first.findings.length === 0 && first.hash === second.hash;
  });
}

async function playMany(): Promise<boolean> {
  const begunAt = performance.now();
  let told = begunAt;
  let played = 0;
  const sum = await playFleet({
    seeds: Array.from({ length: runs }, (_, index) => seed + index),
    ...{ workers, againEvery: 50, failuresMax: Number(values.failures) },
    msMax: Number(values.minutes) * 60_000,
    onPlayed(one) {
      played += 1;
      if (one.findings.length > 0) say(`seed ${one.seed} failed: ${one.findings[0]?.invariant}`);
      if (performance.now() - told < 30_000) return;
      told = performance.now();
      say(`${played} seeds, ${rate(played, begunAt)}`);
    },
  });
  say(counts(sum.situations));
  say(
    `seeds ${seed}–${seed + runs - 1}: ${sum.seeds} played, ${sum.failed.length} failed, ` +
      `${sum.unlike.length} unlike when played again; ${sum.events} events, ${rate(sum.seeds, begunAt)}`,
  );
  say(`hash ${sum.hash}`);
  for (const [name, count] of perInvariant(sum)) say(`${count} × ${name}`);
  const [first] = sum.failed;
  if (first !== undefined) await tell(first.seed);
  for (const unlike of sum.unlike) say(`seed ${unlike} did not do the same twice`);
  const never = sum.seeds < 1000 ? [] : missing(sum.situations);
  for (const name of never) say(`never met: ${name}`);
  return sum.failed.length === 0 && sum.unlike.length === 0 && never.length === 0;
}

/** A failing seed, with no more faults than it needs. */
async function tell(failing: number): Promise<void> {
  await inScratch(async (directory) => {
    const options = { directory, linesMax: 60 };
    const [finding] = (await playSeed(failing, options)).findings;
    const { outcome, but } = await shrinkSeed(failing, options, finding?.invariant ?? '');
    for (const line of outcome.lines) say(line);
    const left = [...swarmOf(failing, but).rates.keys()];
    say(`seed ${failing} fails with these faults alone: ${left.join(', ') || 'none'}`);
    say(`${finding?.invariant}: ${finding?.detail}`);
    say(`again: npm run simulate -- --seed ${failing} --trace`);
  });
}

async function inScratch<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(scratchDirectory());
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function perInvariant({ failed }: Sum): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  for (const { findings } of failed) {
    const name = findings[0]?.invariant ?? '';
    names.set(name, (names.get(name) ?? 0) + 1);
  }
  return names;
}

const rate = (count: number, since: number): string =>
  `${((count * 1000) / (performance.now() - since)).toFixed(1)} seeds a second`;

const counts = (situations: ReadonlyMap<string, number>): string =>
  [...situations]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ');

/** Many days of one life: does the heap grow? */
async function playLong(days: number): Promise<boolean> {
  return inScratch(async (directory) => {
    const found = await playDays(days, directory, ({ day, heapMegabytes, orders }) =>
      say(`day ${day}: ${heapMegabytes.toFixed(2)} MB of heap, ${orders} orders so far`),
    );
    const slope = slopeOf(found);
    say(`${days} days: the heap grows by ${slope.toFixed(3)} MB a day`);
    return slope < growthMax;
  });
}

const play =
  values.days !== undefined ? playLong(Number(values.days)) : runs === 1 ? playOne() : playMany();
process.exitCode = (await play) ? 0 : 1;
