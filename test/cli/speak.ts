// The command line inside this process: what it writes, and its exit code.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { main } from '../../src/cli/program.ts';

export interface Spoken {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

process.stdout.setMaxListeners(0);

/** Runs `troupe ARGS` here; for everything that ends by itself. */
export async function speak(...args: readonly string[]): Promise<Spoken> {
  const written = { out: '', err: '' };
  const spies = (['out', 'err'] as const).map((name) =>
    vi.spyOn(process[`std${name}`], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  try {
    const code = await main(['node', 'troupe', ...args]);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Every line of JSON it wrote. */
export const valuesOf = ({ out }: Spoken): readonly unknown[] =>
  out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

/** A directory that is gone when the test is over. */
export function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'troupe-cli-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes a file there; its path. */
export function written(directory: string, name: string, content: string): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}
