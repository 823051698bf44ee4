// Two payloads side by side, as far as a client's parser would notice a difference.

/** The kind of a value: decimal text is a kind of its own. */
export function kindOf(value: unknown): string {
  if (typeof value === 'string') return /^-?\d+(\.\d+)?$/.test(value) ? 'decimal text' : 'text';
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

const fieldsOf = (value: unknown): ReadonlyMap<string, unknown> =>
  new Map<string, unknown>(Object.entries(Object(value)));

/**
 * Every field that one has and the other has not, or has as another kind of value. A list is judged by
 * its first entry, and an empty one promises nothing.
 */
export function differences(recorded: unknown, ours: unknown, path = ''): readonly string[] {
  const [was, is] = [kindOf(recorded), kindOf(ours)];
  if (was !== is) return [`${path}: expected ${was}, was ${is}`];
  const [old, now] = [fieldsOf(recorded), fieldsOf(ours)];
  if (was === 'list') {
    const isJudged = old.size > 0 && now.size > 0;
    return isJudged ? differences(old.get('0'), now.get('0'), `${path}/0`) : [];
  }
  if (was !== 'object') return [];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const field = `${path}/${name}`;
    if (!now.has(name)) return [`${field}: was absent`];
    if (!old.has(name)) return [`${field}: was never recorded`];
    return differences(old.get(name), now.get(name), field);
  });
}
