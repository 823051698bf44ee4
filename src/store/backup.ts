// A copy of the database while it is in use: made beside its target, checked, forced to the disk, and
// only then given its name. A backup that exists is a backup that can be read.
import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Connection, openReadOnly } from './connection.ts';
import { StoreFault, storeFault } from './fault.ts';
import { expectPresent, locate } from './location.ts';
import type { Schema } from './schema.ts';

/** Copies the store at `url` to `target`, which must not exist. Throws `StoreFault`. */
export function backup(url: string, target: string): void {
  const location = locate(url);
  expectPresent(location.database);
  const path = resolve(target);
  if (existsSync(path)) throw new StoreFault('exists', `expected no file at ${path}, was one`);
  const partial = `${path}.partial-${process.pid}`;
  let source: Connection<Schema> | undefined;
  try {
    source = openReadOnly<Schema>(location.database);
    source.execute(`VACUUM INTO '${partial.replaceAll("'", "''")}'`);
    expectSound(partial);
    force(partial);
    // Unlike a rename, a link fails when somebody made the target meanwhile.
    linkSync(partial, path);
  } catch (error) {
    throw storeFault(error, `expected to back up to ${path}`);
  } finally {
    source?.close();
    rmSync(partial, { force: true });
  }
}

function expectSound(path: string): void {
  const copy = openReadOnly<Schema>(path);
  try {
    const found = JSON.stringify(copy.rows('PRAGMA integrity_check'));
    if (found === '[{"integrity_check":"ok"}]') return;
    throw new StoreFault('corrupt', `expected a sound copy, was ${found.slice(0, 500)}`);
  } finally {
    copy.close();
  }
}

function force(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
