// The file `HALT` in the data directory: a kill switch that needs no engine, no store and no login.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const haltFileOf = (dataDirectory: string): string => join(dataDirectory, 'HALT');

/** Who dropped the file and why; a file that somebody merely touched names nobody. */
export function haltWord(dataDirectory: string): { by: string; reason: string } {
  const reason = 'the file HALT stands in the data directory';
  try {
    const text = readFileSync(haltFileOf(dataDirectory), 'utf8').slice(0, 600);
    const [, by, why] = /^([^:\n]{1,80}): ([^\n]{1,500})/.exec(text) ?? [];
    return by === undefined || why === undefined
      ? { by: 'file HALT', reason }
      : { by, reason: why };
  } catch {
    return { by: 'file HALT', reason };
  }
}

export const isHalted = (dataDirectory: string): boolean => existsSync(haltFileOf(dataDirectory));

export function dropHaltFile(dataDirectory: string, by: string, reason: string): void {
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(haltFileOf(dataDirectory), `${by}: ${reason}\n`);
}

/** Leaves the engine's own word for the next start; a person's, where it stands already, is not touched. */
export function latch(dataDirectory: string, reason: string): void {
  if (isHalted(dataDirectory)) return;
  dropHaltFile(dataDirectory, 'engine', reason.replaceAll(/\s+/g, ' ').slice(0, 500));
}

export function removeHaltFile(dataDirectory: string): void {
  rmSync(haltFileOf(dataDirectory), { force: true });
}
