// The planted bugs, and the seed at which each is known to be caught.
import { readFileSync, writeFileSync } from 'node:fs';
import { DECISION_BUGS } from './decision-bug.ts';
import { ORDER_BUGS } from './order-bug.ts';
import type { Patch } from './patch.ts';

export const BUGS: readonly Patch[] = [...ORDER_BUGS, ...DECISION_BUGS];

const file = new URL('./caught.json', import.meta.url);

/** Name of a bug → a seed that catches it. */
export const knownSeeds = (): ReadonlyMap<string, number> =>
  new Map(Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>));

/** Writes them down, in the order of the bugs. */
export function keepSeeds(seeds: ReadonlyMap<string, number>): void {
  const known = BUGS.map(({ name }) => [name, seeds.get(name)] as const);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
}
