// One sandbox per directory: a second one would begin the account's file anew under the first one's feet.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Directories this process holds: its own number in a claim may also be a former process's. */
const held = new Set<string>();

/**
 * Claims `directory` for one sandbox until the returned function is called; a claim of a process that
 * is gone is void. Throws when another one holds it.
 */
export function claimDirectory(directory: string): () => void {
  const key = resolve(directory);
  const path = join(directory, 'account.pid');
  const holder = held.has(key) ? process.pid : holderOf(path);
  if (holder !== undefined) {
    throw new Error(
      `expected ${directory} to be free, was held by process ${holder} (if that is no sandbox, remove ${path})`,
    );
  }
  held.add(key);
  writeFileSync(path, `${process.pid} ${startOf(process.pid)}\n`);
  return () => {
    held.delete(key);
    rmSync(path, { force: true });
  };
}

/** The living process that wrote the claim; undefined when there is none. */
function holderOf(path: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [number = '', start = ''] = text.trim().split(' ');
  const pid = Number(number);
  if (!(pid > 0) || pid === process.pid || !isAlive(pid)) return undefined;
  // Numbers are given out again, after a restart of the machine or a container at the latest.
  return startOf(pid) === start ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process started, in the kernel's ticks; empty where the system does not tell. */
function startOf(pid: number): string {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' ? 'gone' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
