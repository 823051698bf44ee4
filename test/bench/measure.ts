// Measuring two things so that their ratio means something: taken in turns, in the same run, on the same
// machine, and told by their medians.

/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly baseline: string;
  /** Measured over baseline, or null where there is nothing to compare with. */
  readonly ratio: number | null;
  readonly goal: string;
  readonly isMet: boolean;
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
};

/** Runs every contender once a round, in turns, after one round that does not count; medians by name. */
export async function inTurns<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(contenders) as Name[];
  const results = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const name of names) {
      const value = await contenders[name]();
      if (round > 0) results.get(name)?.push(value);
    }
  }
  const medians = names.map((name) => [name, median(results.get(name) ?? [])] as const);
  return Object.fromEntries(medians) as Record<Name, number>;
}

/** CPU time of this process so far, in milliseconds. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Collects garbage, several times: finalisers of one round free what the next collects. */
export function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error('expected node --expose-gc');
  for (let round = 0; round < 4; round += 1) globalThis.gc();
}
