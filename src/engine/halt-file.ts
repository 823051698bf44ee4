// The file `HALT` in the data directory: a kill switch that needs no engine, no store and no login.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const haltFileOf = (dataDirectory: string): string => join(dataDirectory, 'HALT');

export const isHalted = (dataDirectory: string): boolean => existsSync(haltFileOf(dataDirectory));

export function dropHaltFile(dataDirectory: string, by: string, reason: string): void {
  mkdirSync(dataDirectory, { recursive: true });
  writeFileSync(haltFileOf(dataDirectory), `${by}: ${reason}\n`);
}

export function removeHaltFile(dataDirectory: string): void {
  rmSync(haltFileOf(dataDirectory), { force: true });
}
