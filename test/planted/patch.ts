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

/** Applies `patch` to the tree at `root`, all of it or nothing. */
export function applyPatch(root: string, { name, changes }: Patch): void {
  const texts = new Map<string, string>();
  for (const change of changes) {
    const path = join(root, change.file);
    texts.set(path, changed(texts.get(path) ?? readFileSync(path, 'utf8'), change, name));
  }
  for (const [path, text] of texts) writeFileSync(path, text);
}
