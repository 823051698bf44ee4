// What a running engine measures for its breakers, left in its data directory every few seconds: for the command
// line, which holds the store alone. Nobody decides on it, and a lost one is no loss.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { isBreakerId } from '../domain/breaker.ts';
import type { Reading } from '../domain/open-breaker.ts';
import type { Millis } from '../domain/time.ts';

const schema = z.object({
  at: z.number(),
  readings: z.array(
    z.object({ id: z.string().refine(isBreakerId), on: z.string(), value: z.number().nullable() }),
  ),
});

/** `at` in market time; a value that is no number is null. */
export type KeptReadings = z.output<typeof schema>;

const pathOf = (dataDirectory: string): string => join(dataDirectory, 'readings.json');

/** Throws what the file system throws. */
export function writeReadings(
  dataDirectory: string,
  at: Millis,
  readings: readonly Reading[],
): void {
  const path = pathOf(dataDirectory);
  writeFileSync(`${path}.part`, JSON.stringify({ at, readings }));
  renameSync(`${path}.part`, path);
}

export const removeReadings = (dataDirectory: string): void =>
  rmSync(pathOf(dataDirectory), { force: true });

/** Undefined where an engine left none, or none that can be read. */
export function readReadings(dataDirectory: string): KeptReadings | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(pathOf(dataDirectory), 'utf8')));
  } catch {
    return undefined;
  }
}
