// What must hold after a kill, judged from outside: the venue's own lists, the store's tables, an independent
// audit, and the command that compares the two.
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from '../audit/audit.ts';
import type { Line } from '../command.ts';
import { type Books, booksOf } from './book-side.ts';
import type { Place } from './place.ts';
import { allOrders, lastPrice, openOrders, type SeenOrder } from './venue-side.ts';

/** An order that a kill was about, and what is certain of it. */
export interface Victim {
  readonly id: string;
  readonly atVenue: 'once' | 'never' | 'at most once';
}

/** Least time that a start is watched, and how long all must have been right. */
const [lookMs, calmMs] = [2500, 600];
const lot = 0.00001;

/** From the start's first fact to the first look of the guard that found everything protected. */
export function armedAfter(lines: readonly Line[]): number | undefined {
  const started = lines.find(({ msg }) => msg === 'engine.started')?.['data'];
  const looks = lines.filter(({ msg }) => msg === 'guard.looked');
  const from = looks.find(({ unprotected }) => String(unprotected) === '');
  if (from === undefined || typeof started !== 'object') return undefined;
  return Number(from['wall']) - Number((started as { wall?: number } | null)?.wall);
}

/** Milliseconds from a moment on; undefined for what did not come. */
export interface Times {
  /** The venue's stop covered the sum of the books, and stayed so. */
  readonly standsMs: number | undefined;
  /** And every other order had ended, and nobody held what had to go. */
  readonly settledMs: number | undefined;
}

/** When, from now on, what must stand at the venue stood there and all was settled; looks for `msMax`. */
export async function untilSettled(place: Place, msMax: number): Promise<Times> {
  const startedAt = performance.now();
  let standsMs: number | undefined;
  let settledMs: number | undefined;
  for (;;) {
    const now = performance.now() - startedAt;
    const seen = await look(place);
    standsMs = seen.stands ? (standsMs ?? now) : undefined;
    settledMs = seen.stands && seen.settled ? (settledMs ?? now) : undefined;
    const isOver = settledMs !== undefined && now - settledMs > calmMs && now > lookMs;
    if (isOver || now > msMax) return { standsMs, settledMs };
    await pause(400);
  }
}

async function look({
  trader: { store },
  venue,
}: Place): Promise<{ stands: boolean; settled: boolean }> {
  const [open, price] = [await openOrders(venue), await lastPrice(venue)];
  const { positions, live } = await booksOf(store);
  const [stop, ...more] = open;
  const staying = positions.filter(({ isLeaving }) => !isLeaving);
  const isOverstayed = positions.some(({ stop: level, isLeaving }) => isLeaving || price <= level);
  const stands = more.length === 0 && (staying.length === 0 || covers(stop, staying));
  return { stands, settled: !isOverstayed && isSame(live, open) };
}

const isSame = (live: readonly string[], open: readonly SeenOrder[]): boolean =>
  live.length === open.length && open.every(({ clientOrderId }) => live.includes(clientOrderId));

/** A stop for the sum of the books, to the lot, below the stops of all of them. */
function covers(stop: SeenOrder | undefined, held: Books['positions']): boolean {
  if (stop?.type !== 'STOP_LOSS_LIMIT') return false;
  const sum = held.reduce((total, { quantity }) => total + quantity, 0);
  const bare = sum - (stop.quantity - stop.executed);
  return bare > -1e-9 && bare < lot && held.every((position) => stop.trigger < position.stop);
}

/** Nothing twice, nothing unexplained: what is wrong with orders and trades at the venue against the journal. */
export async function accountsOf(
  { trader: { store }, venue }: Place,
  victims: readonly Victim[],
): Promise<readonly string[]> {
  const [orders, { intents }] = [await allOrders(venue), await booksOf(store)];
  const problems: string[] = [];
  const ids = orders.map(({ clientOrderId }) => clientOrderId);
  for (const id of repeated(ids)) problems.push(`${id} is more than one order`);
  const filled = new Set(
    orders.filter(({ executed }) => executed > 0).map(({ clientOrderId }) => clientOrderId),
  );
  for (const purpose of ['entry', 'exit']) {
    const done = intents.filter((one) => one.purpose === purpose && filled.has(one.id));
    for (const id of repeated(done.map(({ configId }) => configId))) {
      problems.push(`${id}: more than one ${purpose} was filled`);
    }
  }
  for (const { id, atVenue } of victims) {
    const isThere = ids.includes(id);
    if (atVenue === (isThere ? 'never' : 'once')) problems.push(`${id}: expected ${atVenue}`);
  }
  const { findings } = await audit({ ...venue, store });
  return [...problems, ...findings.map((one) => JSON.stringify(one))];
}

const repeated = (items: readonly string[]): ReadonlySet<string> =>
  new Set(items.filter((item, index) => items.indexOf(item) < index));
