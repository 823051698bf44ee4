// What a night of seeds must have met, each at least once: a simulation that never gets there proves nothing.

/** Names as the trace counts them. */
const WANTED: readonly string[] = [
  ...['life', 'start failed', 'resumed', 'halted', 'flattened', 'closed by a person', 'adopted'],
];

/** What of it was never met. */
export const missing = (situations: ReadonlyMap<string, number>): readonly string[] =>
  WANTED.filter((name) => !situations.has(name));
