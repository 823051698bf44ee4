// Where a process ends or stops itself, as data: what the script of the kills asks for and the module loaded
// before the program understands. It travels in the environment.
import { z } from 'zod';

const factSchema = z.strictObject({
  type: z.string(),
  /** Of the order it is about, where several kinds have such facts. */
  purpose: z.enum(['entry', 'exit', 'protection']).optional(),
});

const pointSchema = z.discriminatedUnion('edge', [
  /** The transaction that holds the fact: about to be committed, or committed just now. */
  z.strictObject({ edge: z.enum(['commit', 'committed']), fact: factSchema }),
  /** The last line before the socket was reached; or a request's bytes are written, or its answer is here. */
  z.strictObject({ edge: z.enum(['gateway', 'written', 'answered']), request: z.string() }),
]);

const killSchema = z.strictObject({
  at: pointSchema,
  /** The how-manieth time it is reached; the first. */
  nth: z.number().int().positive().default(1),
  /** Counted from the commit of this one on. */
  since: factSchema.optional(),
  /** It is stopped there for so long, and goes on; killed where none is given. */
  stopMs: z.number().int().positive().optional(),
});

/** Each is reached by itself. */
export const killsSchema = z.array(killSchema);

export type FactPoint = z.infer<typeof factSchema>;
export type Point = z.infer<typeof pointSchema>;
export type Kill = z.input<typeof killSchema>;

/** Name of the variable kills stand in, as JSON. */
export const KILL = 'TROUPE_KILL';

/** Requests about orders by what they are for; the others by method and path. */
export function requestName(method: string, path: string, body: string): string {
  const { pathname } = new URL(path, 'http://venue');
  if (pathname !== '/api/v3/order' || method === 'GET') return `${method} ${pathname}`;
  if (method === 'DELETE') return 'cancel';
  const order = new URLSearchParams(body);
  if (order.get('type') === 'STOP_LOSS_LIMIT') return 'stop';
  return order.get('side') === 'BUY' ? 'entry' : 'exit';
}

export function describe({ at, nth = 1, since, stopMs }: Kill): string {
  const what = 'fact' in at ? [at.fact.type, at.fact.purpose] : [at.request];
  const parts = [at.edge, ...what, nth > 1 ? `#${nth}` : '', since ? `since ${since.type}` : ''];
  if (stopMs !== undefined) parts.push(`stopped for ${stopMs} ms`);
  return parts.filter((part) => part !== undefined && part !== '').join(' ');
}
