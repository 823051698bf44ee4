// The book as a store has it, folded through the read-only door: for commands, while an engine runs or not.
import { type Recovered, recoverBook } from '../engine/recover.ts';
import type { Reader } from '../store/read.ts';

const rowsAPage = 1000;

export const bookOf = (reader: Reader): Promise<Recovered> =>
  recoverBook({
    latestCheckpoint: (before) => reader.checkpoint(before),
    async *read(from) {
      for (let next = from; ; ) {
        const page = await reader.journal(next, rowsAPage);
        yield* page;
        const last = page.at(-1)?.seq;
        if (last === undefined || page.length < rowsAPage) return;
        next = last + 1;
      }
    },
  });
