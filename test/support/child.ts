// The processes a process started, and whether they are gone.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** Ids of the processes `pid` started. */
export function childrenOf(pid: number | undefined): readonly number[] {
  const parentOf = (name: string): string | undefined => {
    try {
      return readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1];
    } catch {
      return undefined;
    }
  };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === String(pid))
    .map(Number);
}

/** Throws when one of them still runs after a while, or when there never was one. */
export async function expectGone(pids: readonly number[]): Promise<void> {
  if (pids.length === 0) throw new Error('expected processes, was none');
  for (let waited = 0; waited < 50; waited += 1) {
    if (!pids.some(isAlive)) return;
    await pause(100);
  }
  throw new Error(`still running: ${pids.filter(isAlive).join(', ')}`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
