// The simulation in the suite: the same seed does the same twice, seeds that once failed are clean, and for a minute it
// plays seeds nobody has played before.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { playFleet } from './fleet.ts';
import { scratchDirectory } from './scratch.ts';
import { playSeed } from './seed.ts';

interface Kept {
  readonly seed: number;
  /** What it found when it failed. */
  readonly found: string;
}

const kept: readonly Kept[] = JSON.parse(
  readFileSync(new URL('./kept.json', import.meta.url), 'utf8'),
);

function scratch(): string {
  const directory = mkdtempSync(scratchDirectory());
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('the same seed does the same twice', { timeout: 120_000 }, async () => {
  const directory = scratch();
  const hashes = new Set<string>();
  for (const seed of [1, 1, 2, 2]) {
    const { hash, findings } = await playSeed(seed, { directory, linesMax: 0 });
    expect(findings).toEqual([]);
    hashes.add(`${seed} ${hash}`);
  }
  expect(hashes.size).toBe(2);
});

test.each(kept)('seed $seed, which once found: $found', { timeout: 60_000 }, async ({ seed }) => {
  const { findings, lines } = await playSeed(seed, { directory: scratch(), linesMax: 40 });
  expect(findings, lines.join('\n')).toEqual([]);
});

test('seeds that nobody has played, for a minute', { timeout: 300_000 }, async () => {
  const first = Math.floor(Date.now() / 1000);
  const sum = await playFleet({
    seeds: Array.from({ length: 10_000 }, (_, index) => first + index),
    ...{ workers: 1, againEvery: 20, failuresMax: 1, msMax: 60_000 },
    onPlayed() {},
  });
  const words = sum.failed.map(({ seed, findings }) => `seed ${seed}: ${findings[0]?.invariant}`);
  expect(words, 'npm run simulate -- --seed SEED --trace').toEqual([]);
  expect(sum.unlike).toEqual([]);
  expect(sum.seeds).toBeGreaterThan(3);
});
