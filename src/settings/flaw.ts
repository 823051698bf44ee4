// What no schema asks about but no document may hold: keys that reach for an object's prototype,
// numbers that are none, nesting without end. Walked without recursion, so that depth cannot harm it.

export interface Flaw {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
  readonly was: string;
}

const depthMax = 32;
const partsMax = 1_000_000;
const hostile: ReadonlySet<PropertyKey> = new Set(['__proto__', 'constructor', 'prototype']);

interface Part {
  readonly value: unknown;
  readonly path: readonly PropertyKey[];
}

/** The flaws of a parsed document, in no particular order. */
export function flawsOf(document: unknown): readonly Flaw[] {
  const flaws: Flaw[] = [];
  const parts: Part[] = [{ value: document, path: [] }];
  let count = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    count += 1;
    if (count > partsMax) return [...flaws, tooMuch(`at most ${partsMax} values`)];
    if (part.path.length > depthMax) {
      return [...flaws, tooMuch(`nesting of at most ${depthMax} levels`)];
    }
    const flaw = flawOf(part);
    if (flaw === undefined) parts.push(...within(part));
    else flaws.push(flaw);
  }
  return flaws;
}

const tooMuch = (expected: string): Flaw => ({ path: [], expected, was: 'more' });

/** What is wrong with one part, apart from what is inside it. */
function flawOf({ value, path }: Part): Flaw | undefined {
  const key = path.at(-1);
  if (key !== undefined && hostile.has(key)) {
    return { path, expected: 'no such key', was: `"${String(key)}"` };
  }
  // Zero with a sign compares as zero and prints as something else.
  if (Object.is(value, -0)) return { path, expected: 'a number or 0', was: '-0' };
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { path, expected: 'a finite number', was: String(value) };
  }
  return undefined;
}

function* within({ value, path }: Part): Iterable<Part> {
  if (value === null || typeof value !== 'object') return;
  const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, inner] of entries) yield { value: inner, path: [...path, key] };
}
