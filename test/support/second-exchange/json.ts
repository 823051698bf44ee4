// Reads what a client sent without trusting its shape.

/** The fields of a JSON object; undefined for anything else. */
export function readFields(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function fieldsOf(value: unknown): ReadonlyMap<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? new Map<string, unknown>(Object.entries(value)) : undefined;
}
