// A process that plays seeds for another one, which it does not outlive.
import { mkdtempSync, rmSync } from 'node:fs';
import { scratchDirectory } from './scratch.ts';
import { playSeed } from './seed.ts';

const directory = mkdtempSync(scratchDirectory());
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
process.on('disconnect', () => process.exit());
process.on('message', (seed: number) => {
  void playSeed(seed, { directory, linesMax: 1 }).then(({ lines: _, situations, ...outcome }) => {
    process.send?.({ ...outcome, situations: [...situations] });
  });
});
