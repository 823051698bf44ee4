// Many seeds over several processes, in any order; what comes of them is put together in the order of the seeds.
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Finding } from './world.ts';

export interface Played {
  readonly seed: number;
  readonly hash: string;
  readonly events: number;
  readonly situations: readonly (readonly [string, number])[];
  readonly findings: readonly Finding[];
}

export interface FleetOptions {
  readonly seeds: readonly number[];
  readonly workers: number;
  /** Plays every so many-th seed a second time and compares; 0 plays none twice. */
  readonly againEvery: number;
  /** Gives up after so many failing seeds. */
  readonly failuresMax: number;
  /** Wall time after which no further seed is begun. */
  readonly msMax: number;
  /** What a process runs; this tree's own simulation where none is named. */
  readonly child?: URL;
  onPlayed(played: Played): void;
}

export interface Sum {
  readonly seeds: number;
  readonly failed: readonly Played[];
  /** Seeds that did not do the same twice. */
  readonly unlike: readonly number[];
  readonly situations: ReadonlyMap<string, number>;
  /** Of all hashes, in the order of their seeds. */
  readonly hash: string;
  readonly events: number;
}

/** Longest that one seed may take before its process is taken to hang. */
const seedMsMax = 120_000;

export async function playFleet(options: FleetOptions): Promise<Sum> {
  const { seeds, againEvery, msMax, failuresMax, onPlayed } = options;
  const until = performance.now() + msMax;
  const todo = seeds.flatMap((seed, index) =>
    againEvery > 0 && index % againEvery === 0 ? [seed, seed] : [seed],
  );
  const hashes = new Map<number, string>();
  const situations = new Map<string, number>();
  const failed: Played[] = [];
  const unlike: number[] = [];
  let events = 0;

  function take(played: Played): void {
    const known = hashes.get(played.seed);
    if (known !== undefined) {
      if (known !== played.hash) unlike.push(played.seed);
      return;
    }
    hashes.set(played.seed, played.hash);
    events += played.events;
    for (const [name, count] of played.situations) {
      situations.set(name, (situations.get(name) ?? 0) + count);
    }
    if (played.findings.length > 0) failed.push(played);
    onPlayed(played);
  }

  async function work(): Promise<void> {
    const child = startChild(options.child);
    try {
      for (let seed = todo.shift(); seed !== undefined; seed = todo.shift()) {
        take(await playIn(child, seed));
        if (failed.length >= failuresMax || performance.now() >= until) return;
      }
    } finally {
      child.disconnect();
    }
  }

  await Promise.all(Array.from({ length: options.workers }, work));
  const all = createHash('sha256');
  for (const [seed, hash] of [...hashes].sort(([a], [b]) => a - b)) all.update(`${seed} ${hash}\n`);
  return {
    ...{ seeds: hashes.size, failed, unlike, situations, events },
    hash: all.digest('hex').slice(0, 16),
  };
}

const startChild = (child = new URL('./child.ts', import.meta.url)): ChildProcess =>
  fork(child, {
    // Most of what a seed makes is garbage at once.
    execArgv: ['--import', 'tsx', '--max-semi-space-size=64'],
  });

function playIn(child: ChildProcess, seed: number): Promise<Played> {
  return new Promise((resolve, reject) => {
    const hangs = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`seed ${seed} took longer than ${seedMsMax / 1000} s`));
    }, seedMsMax);
    const gone = (): void => {
      clearTimeout(hangs);
      reject(new Error(`the process of seed ${seed} ended`));
    };
    child.once('exit', gone);
    child.once('message', (message) => {
      clearTimeout(hangs);
      child.off('exit', gone);
      // A message of our own child.
      resolve(message as Played);
    });
    child.send(seed);
  });
}
