// A YAML document as a person wrote it, read strictly: no key twice, no tag nobody knows.
import { parseDocument } from 'yaml';
import { flawsOf } from './flaw.ts';
import { flawProblems, type Problem } from './problem.ts';

export type YamlResult =
  | { readonly ok: true; readonly document: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const textMax = 256 * 1024;
const problemsMax = 20;
const firstLine = (message: string): string => message.split('\n')[0] ?? 'unreadable';

/** Reads a document from text; `file` names it in problems. An empty one is an object. Never throws. */
export function readYaml(text: string, file: string): YamlResult {
  const fail = (...words: readonly string[]): YamlResult => ({
    ok: false,
    problems: words.map((was) => ({ file, path: '', expected: 'YAML', was })),
  });
  if (text.length > textMax) return fail(`${text.length} characters, more than ${textMax}`);
  try {
    const parsed = parseDocument(text, { uniqueKeys: true });
    // A tag nobody knows is only a warning to the parser; here it is a mistake.
    const complaints = [...parsed.errors, ...parsed.warnings].slice(0, problemsMax);
    if (complaints.length > 0) return fail(...complaints.map(({ message }) => firstLine(message)));
    return { ok: true, document: parsed.toJS({ maxAliasCount: 20 }) ?? {} };
  } catch (error) {
    return fail(error instanceof Error ? firstLine(error.message) : 'unreadable');
  }
}

/** What no document may hold, as problems; none when it is sound. */
export const soundness = (document: unknown, file: string): readonly Problem[] =>
  flawProblems(flawsOf(document), file);
