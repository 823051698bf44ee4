// Where a store lives: one URL names the database; lock and tape stand beside it in its directory.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { StoreFault, storeFault } from './fault.ts';

export interface Location {
  readonly directory: string;
  readonly database: string;
  readonly tape: string;
  readonly lock: string;
}

/** Reads `sqlite:PATH`; a relative path starts at the working directory. Throws `StoreFault`. */
export function locate(url: string): Location {
  const path = /^sqlite:(?!:|\/\/[^/])(.+)$/.exec(url)?.[1]?.replace(/^\/\/(?=\/)/, '');
  if (path === undefined) {
    throw new StoreFault('bad-url', `expected a store like sqlite:data/troupe.db, was ${url}`);
  }
  const database = resolve(path);
  const directory = dirname(database);
  return {
    directory,
    database,
    tape: join(directory, 'tape.db'),
    lock: join(directory, 'engine.lock'),
  };
}

/** Makes the directory of a store. Throws `StoreFault`. */
export function makeDirectory({ directory }: Location): void {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw new StoreFault('cannot-open', `expected to make the directory ${directory}`, {
      cause: storeFault(error, 'mkdir'),
    });
  }
}

/** Refuses a store that is not there, before SQLite says it less clearly. */
export function expectPresent(path: string): void {
  if (!existsSync(path)) {
    throw new StoreFault('cannot-open', `expected a store at ${path}, was none`);
  }
}
