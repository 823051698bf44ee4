// How long a start takes on the journal of a year: everything that `prepareEngine` reads before it speaks to
// the venue, in a process of its own. The first argument is the number of days, 365 unless given.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BOOTS_KEPT } from '../../src/domain/boot.ts';
import { DEFAULT_LIFECYCLE } from '../../src/domain/lifecycle-rules.ts';
import { enrol } from '../../src/engine/enrolment.ts';
import { recoverBook } from '../../src/engine/recover.ts';
import { openStore } from '../../src/store/store.ts';
import { CONTEXT } from '../store/context.ts';
import { writeYear } from '../support/year.ts';

/** Milliseconds of each part of a start on the store at `url`. */
export async function measureStart(url: string): Promise<Record<string, number>> {
  const parts: Record<string, number> = {};
  let last = performance.now();
  const lap = (name: string): void => {
    const now = performance.now();
    parts[name] = Math.round(now - last);
    last = now;
  };
  const store = await openStore({ ...CONTEXT, url });
  lap('open');
  await recoverBook(store.journal);
  lap('book');
  const { read } = store;
  const configurations = await read.configurations('all');
  await Promise.all([read.tradingWord(), read.quarantined(), read.boots(BOOTS_KEPT)]);
  lap('tables');
  for (const one of configurations) await enrol(read, one, DEFAULT_LIFECYCLE);
  lap('careers');
  await store.close();
  return parts;
}

async function main(days: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-year-'));
  const path = join(directory, 'troupe.db');
  const url = `sqlite:${path}`;
  try {
    const begun = performance.now();
    const sizes = { configurations: 500, roundTripsPerDay: 100, checkpoints: true };
    const entries = await writeYear({ ...sizes, url, days });
    const megabytes = Math.round(statSync(path).size / 1e6);
    const writeMs = Math.round(performance.now() - begun);
    process.stdout.write(`${JSON.stringify({ days, entries, megabytes, writeMs })}\n`);
    for (let round = 0; round < 3; round += 1) {
      const flags = ['--import', 'tsx', fileURLToPath(import.meta.url), '--measure', url];
      process.stdout.write(execFileSync(process.execPath, flags));
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

if (process.argv[2] === '--measure') {
  const parts = await measureStart(process.argv[3] ?? '');
  const totalMs = Object.values(parts).reduce((sum, part) => sum + part, 0);
  process.stdout.write(`${JSON.stringify({ totalMs, ...parts })}\n`);
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(Number(process.argv[2] ?? 365));
}
