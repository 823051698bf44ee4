// A change of the sources as data: exact text, which stands there once, and what is put in its place. One that finds
// its text no more is an error, for nothing would be planted.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Change {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export interface Patch {
  readonly name: string;
  /** What is wrong afterwards, in a sentence. */
  readonly what: string;
  readonly changes: readonly Change[];
}

/** The text with its change. Throws where what is to be changed does not stand there exactly once. */
export function changed(text: string, { file, find, put }: Change, name: string): string {
  const count = text.split(find).length - 1;
  if (count !== 1) {
    throw new Error(`${name} no longer applies: expected its text once in ${file}, was ${count}×`);
  }
  return text.replace(find, () => put);
}

/** Applies `patch` to the tree at `root`, all of it or nothing; what is returned takes it back. */
export function applyPatch(root: string, { name, changes }: Patch): () => void {
  const before = new Map<string, string>();
  const after = new Map<string, string>();
  for (const change of changes) {
    const path = join(root, change.file);
    const text = after.get(path) ?? readFileSync(path, 'utf8');
    if (!before.has(path)) before.set(path, text);
    after.set(path, changed(text, change, name));
  }
  const write = (texts: ReadonlyMap<string, string>): void => {
    for (const [path, text] of texts) writeFileSync(path, text);
  };
  write(after);
  return () => write(before);
}
