// What must hold after a kill, judged from outside: the venue's own lists, the store's tables, an independent
// audit, and the command that compares the two.
import { setTimeout as pause } from 'node:timers/promises';
import { audit } from '../audit/audit.ts';
import { type Line, runCommand } from '../command.ts';
import { booksOf } from './book-side.ts';
import { environment, type Place } from './place.ts';
import { allOrders, lastPrice, openOrders } from './venue-side.ts';

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

/** When, from now on, all was right and stayed so; undefined when it never was within `msMax`. */
export async function untilRight(place: Place, msMax: number): Promise<number | undefined> {
  const startedAt = performance.now();
  let rightAt: number | undefined;
  for (;;) {
    const now = performance.now() - startedAt;
    if (!(await isAllRight(place))) rightAt = undefined;
    else rightAt ??= now;
    if (rightAt !== undefined && now - rightAt > calmMs && now > lookMs) return rightAt;
    if (now > msMax) return undefined;
    await pause(400);
  }
}

/** Every order has ended but one stop at the venue for the sum of the books, and nobody overstays. */
async function isAllRight({ store, venue }: Place): Promise<boolean> {
  const [open, price] = [await openOrders(venue), await lastPrice(venue)];
  const { positions, live } = await booksOf(store);
  if (positions.some(({ stop, isLeaving }) => isLeaving || price <= stop)) return false;
  if (live.length !== open.length) return false;
  const [stop, ...more] = open;
  if (positions.length === 0 || stop === undefined) return positions.length === open.length;
  const held = positions.reduce((sum, { quantity }) => sum + quantity, 0);
  const bare = held - (stop.quantity - stop.executed);
  const isRight = stop.type === 'STOP_LOSS_LIMIT' && stop.clientOrderId === live[0];
  const isBelow = positions.every((position) => stop.trigger < position.stop);
  return more.length === 0 && isRight && isBelow && bare > -1e-9 && bare < lot;
}

/** Nothing twice, nothing unexplained: what is wrong with orders and trades at the venue against the journal. */
export async function accountsOf(
  { store, venue }: Place,
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

/** What the command that compares book and venue says, where it does not say that they agree. */
export async function reconciled({ settings }: Place): Promise<readonly string[]> {
  const { code, text } = await runCommand(['--settings', settings, 'reconcile'], environment);
  return code === 0 ? [] : [`reconcile ended with ${code}:\n${text}`];
}

const repeated = (items: readonly string[]): ReadonlySet<string> =>
  new Set(items.filter((item, index) => items.indexOf(item) < index));
