// One engine per data directory: a small SQLite file held in an exclusive transaction. The operating
// system lets go of it when the process dies, however it dies; a file that merely exists would not.
import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'libsql';
import { StoreFault, storeFault } from './fault.ts';

export interface Lock {
  release(): void;
}

/**
 * Takes the lock at `path`. Throws `StoreFault` with the holder's process id when it is taken.
 * The lock file must never be opened by other means in this process: closing it would let go.
 */
export function takeLock(path: string): Lock {
  const holderPath = `${path}.pid`;
  let database: Database.Database | undefined;
  try {
    database = new Database(path);
    database.exec('PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE');
    writeFileSync(holderPath, `${process.pid}\n`);
  } catch (error) {
    database?.close();
    const fault = storeFault(error, `expected to lock ${path}`);
    if (fault.code !== 'busy') throw fault;
    throw new StoreFault(
      'held-by-another',
      `expected ${path} to be free, was held by process ${holderOf(holderPath)}: one engine per directory`,
      { cause: fault },
    );
  }
  const held = database;
  return {
    release() {
      if (!held.open) return;
      held.exec('ROLLBACK');
      held.close();
    },
  };
}

function holderOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
