// What is wrong with a document a person wrote: where, what was expected, what was there.
import type { z } from 'zod';

export interface Problem {
  readonly file: string;
  /** Path within the document: `risk.maxTotalExposure`, `[3].performance`. */
  readonly path: string;
  readonly expected: string;
  readonly was: string;
}

export const describeProblem = ({ file, path, expected, was }: Problem): string =>
  `${file}: ${path === '' ? 'document' : path}: expected ${expected}, was ${was}`;

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
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

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

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a ${issue.expected}`;
    case 'too_small':
      return `${issue.inclusive === true ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.inclusive === true ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? show(issue.values[0])
        : `one of ${issue.values.join(', ')}`;
    default:
      return issue.message;
  }
}
