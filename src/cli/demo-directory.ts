// The demo's data directory: marked as such, kept between runs, and begun anew without touching a file
// that is not the demo's.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { demoRules } from './demo-rules.ts';
import { engineRuns } from './send.ts';
import { Failure } from './terminal.ts';

/** Everything a demo ever writes; other names in its directory belong to someone else. */
const own = [
  ...[
    'troupe.db',
    'troupe.db-wal',
    'troupe.db-shm',
    'troupe.pid',
    'HALT',
    'inbox',
    'readings.json',
  ],
  ...['tape.db', 'tape.db-wal', 'tape.db-shm'],
  ...['engine.lock', 'engine.lock-journal', 'engine.lock.pid'],
  ...['sandbox', 'sandbox.key', 'sandbox.secret'],
  ...['demo.json', 'demo.yaml'],
];

/** Settings with which other commands find the demo's store. */
export const demoSettingsOf = (data: string): string => join(data, 'demo.yaml');

const demoSettingsText = (data: string): string =>
  [
    `# For commands about this demo: --settings ${demoSettingsOf(data)}`,
    `store: { url: ${JSON.stringify(`sqlite:${resolve(data, 'troupe.db')}`)} }`,
    '# The rules of the demo; its lifecycle is a quick profile, for demonstration alone.',
    ...Object.entries(demoRules()).map(([part, rules]) => `${part}: ${JSON.stringify(rules)}`),
    '',
  ].join('\n');

/** Seed of a new demo when none is asked for. */
const firstSeed = 1;

/**
 * Makes `data` a demo's directory, or finds that it is one; its seed. Throws `Failure` for another
 * engine's directory, one in use, and a seed that is not the one of the market kept there.
 */
export function prepareDemo(
  data: string,
  { seed, fresh }: { seed: number | undefined; fresh: boolean },
): number {
  const marker = join(data, 'demo.json');
  if (!existsSync(marker) && existsSync(join(data, 'troupe.db'))) {
    throw new Failure(`${data}: expected a demo's data directory, was another engine's`);
  }
  if (engineRuns(data)) throw new Failure(`${data}: expected no engine here yet, was one running`);
  if (fresh && existsSync(marker)) {
    for (const name of own) rmSync(join(data, name), { recursive: true, force: true });
  }
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (!existsSync(marker))
    writeFileSync(marker, `${JSON.stringify({ seed: seed ?? firstSeed })}\n`);
  writeFileSync(demoSettingsOf(data), demoSettingsText(data));
  const kept = seedOf(readFileSync(marker, 'utf8'));
  if (kept === undefined) throw new Failure(`${marker}: expected {"seed": number}`);
  if (seed !== undefined && seed !== kept) {
    throw new Failure(
      `${data}: expected seed ${kept}, of the market kept there, or --fresh; was ${seed}`,
    );
  }
  return kept;
}

function seedOf(text: string): number | undefined {
  try {
    const { seed }: { seed?: unknown } = JSON.parse(text);
    return typeof seed === 'number' && Number.isInteger(seed) ? seed : undefined;
  } catch {
    return undefined;
  }
}
