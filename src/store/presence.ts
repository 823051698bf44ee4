// A database whose file was moved or deleted goes on accepting commits that nobody will ever read again.
// Before each transaction the names are checked to still mean the files that were opened.
import { statSync } from 'node:fs';
import { StoreFault } from './fault.ts';

/** Identity of the file a name means now; undefined when there is none. Does not open it. */
function identity(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.dev}:${found.ino}`;
}

/** Remembers a database and its write-ahead log; the answer throws `StoreFault` when either is gone. */
export function rememberFiles(path: string): () => void {
  const files = [path, `${path}-wal`].map((name) => ({ name, known: identity(name) }));
  return () => {
    for (const { name, known } of files) {
      if (known === undefined || identity(name) === known) continue;
      throw new StoreFault('moved', `expected ${name} where it was opened, was moved or deleted`);
    }
  };
}
