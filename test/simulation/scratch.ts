// Where databases of simulated traders stand: in memory, where the machine offers that.
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The beginning of a name for a directory. */
export const scratchDirectory = (): string =>
  join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'troupe-simulation-');
