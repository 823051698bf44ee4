// What is wrong with a document a person wrote: where, what was expected, what was there.
import type { z } from 'zod';
import { plain } from '../plain.ts';
import type { Flaw } from './flaw.ts';

export interface Problem {
  readonly file: string;
  /** Path within the document: `risk.maxTotalExposure`, `[3].performance`. */
  readonly path: string;
  readonly expected: string;
  readonly was: string;
}

/** One line for a person, whatever the document held. */
export const describeProblem = ({ file, path, expected, was }: Problem): string =>
  plain(`${file}: ${path === '' ? 'document' : path}: expected ${expected}, was ${was}`);

/** Path segments as a person would write them. */
export const pathOf = (segments: readonly PropertyKey[]): string =>
  segments.reduce<string>((path, segment) => {
    if (typeof segment === 'number') return `${path}[${segment}]`;
    return path === '' ? String(segment) : `${path}.${String(segment)}`;
  }, '');

const shownMax = 60;

/** A value as it stood in the document, cut to a readable length; control characters never get out. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = plain(typeof value === 'number' ? String(value) : written(value));
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    // A value that holds itself, as an alias can make one, has no text.
    return typeof value;
  }
}

/** Flaws of a document as problems of `file`; `root` is put before each path. */
export const flawProblems = (
  flaws: readonly Flaw[],
  file: string,
  root: readonly PropertyKey[] = [],
): readonly Problem[] =>
  flaws.map(({ path, expected, was }) => ({
    file,
    path: pathOf([...root, ...path]),
    expected,
    was,
  }));

/** The value at a path of a parsed document, through own properties only. */
function valueAt(document: unknown, segments: readonly PropertyKey[]): unknown {
  let value = document;
  for (const segment of segments) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, segment)) {
      return undefined;
    }
    value = Reflect.get(value, segment);
  }
  return value;
}

/** The schema's complaints as problems of `file`; `root` is put before each path. */
export function problemsOf(
  error: z.ZodError,
  document: unknown,
  file: string,
  root: readonly PropertyKey[] = [],
): readonly Problem[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        file,
        path: pathOf([...root, ...issue.path, key]),
        expected: 'no such key',
        was: show(key),
      }));
    }
    const path = pathOf([...root, ...issue.path]);
    return [
      { file, path, expected: expectationOf(issue), was: show(valueAt(document, issue.path)) },
    ];
  });
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  record: 'an object',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
};

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? `a ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive === true ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? show(issue.values[0])
        : `one of ${issue.values.join(', ')}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'another key';
    default:
      return issue.message;
  }
}
