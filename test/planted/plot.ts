// A copy of the tree, in which a bug may be planted: the sources, the charts and the simulation that plays them.
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
}

/** Lends `work` a copy with `patch` in it, and clears it away afterwards. Throws where the patch does not apply. */
export async function withPlot<T>(
  patch: Patch | undefined,
  work: (plot: Plot) => Promise<T>,
): Promise<T> {
  const root = mkdtempSync(join(tmpdir(), 'troupe-planted-'));
  try {
    for (const part of ['package.json', 'tsconfig.json', 'src', 'machines', 'test']) {
      cpSync(join(tree, part), join(root, part), { recursive: true });
    }
    symlinkSync(join(tree, 'node_modules'), join(root, 'node_modules'));
    if (patch !== undefined) applyPatch(root, patch);
    return await work({ root, child: pathToFileURL(join(root, 'test/simulation/child.ts')) });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
