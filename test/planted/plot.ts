// A copy of the tree, in which one bug after the other is planted: the sources, the charts, the tests and the simulation.
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { applyPatch, type Patch } from './patch.ts';

const tree = fileURLToPath(new URL('../..', import.meta.url));

export interface Plot {
  readonly root: string;
  /** What a process of its simulation runs. */
  readonly child: URL;
  /** Lends `work` the copy with `patch` in it. Throws where the patch does not apply. */
  with<T>(patch: Patch, work: () => Promise<T>): Promise<T>;
}

/** Lends `work` a copy, and clears it away afterwards. */
export async function withPlot<T>(work: (plot: Plot) => Promise<T>): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'troupe-planted-'));
  try {
    for (const part of ['package.json', 'tsconfig.json', 'src', 'machines', 'test']) {
      cpSync(join(tree, part), join(root, part), { recursive: true });
    }
    symlinkSync(join(tree, 'node_modules'), join(root, 'node_modules'));
    return await work({
      ...{ root, child: pathToFileURL(join(root, 'test/simulation/child.ts')) },
      async with(patch, inside) {
        const takeBack = applyPatch(root, patch);
        try {
          return await inside();
        } finally {
          takeBack();
        }
      },
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
