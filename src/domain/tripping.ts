// When breakers trip and close by themselves (DOMAIN §7): judged on marks, after a round trip, and before
// an entry. Each change is a fact, applied to the draft at once.
import {
  type BreakerId,
  type BreakerTrips,
  breakerKey,
  breakerRule,
  NO_RECORD,
  type OpenBreaker,
  runLimit,
} from './breaker.ts';
import { type Fact, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { type Money, text } from './money.ts';
import { equity, isMarked, type Marks, type Portfolio } from './portfolio.ts';
import type { Refusal } from './refusal.ts';
import type { Millis } from './time.ts';

const week: Millis = 7 * 24 * 3_600_000;
const hour: Millis = 3_600_000;

/** A breaker's measure now, against the measure at which it trips. */
export interface Reading {
  readonly id: BreakerId;
  readonly value: number;
  readonly trip: number;
}

/** What the portfolio's breakers measure at an equity of `worth`. */
export function readings(
  { history }: Portfolio,
  worth: Money,
  at: Millis,
  trips: BreakerTrips,
): readonly Reading[] {
  const then = history.days.findLast((day) => day.at <= at - week) ?? history.days[0];
  const fallen = lossFrom(history.peak, worth);
  return [
    { id: 'weekly-loss', value: lossFrom(then?.equity ?? null, worth), trip: trips.weeklyLoss },
    { id: 'drawdown-scale', value: fallen, trip: trips.drawdownScale },
    { id: 'drawdown-halt', value: fallen, trip: trips.drawdownHalt },
    { id: 'drawdown-reduce', value: fallen, trip: trips.drawdownReduce },
  ];
}

/** How much of `reference` is gone, as a share; 0 without a reference. */
const lossFrom = (reference: Money | null, worth: Money): number =>
  reference === null || !reference.gt(0) ? 0 : 1 - worth.div(reference).toNumber();

/**
 * The portfolio's breakers at `marks`, and those whose time is over. Nothing is judged before every
 * position has a price: at cost, a start would invent a loss or hide one.
 */
export function judgeBreakers(
  draft: Draft,
  marks: Marks,
  at: Millis,
  trips: BreakerTrips,
): readonly Fact[] {
  if (!isMarked(draft, marks)) return [];
  const now = readings(draft, equity(draft, marks), at, trips);
  const facts: Fact[] = [];
  for (const open of [...draft.breakers.values()]) {
    const value = now.find(({ id }) => id === open.id)?.value ?? Number.NaN;
    const over = isOver(open, value, at);
    if (over !== undefined) facts.push(closed(draft, open, at, { by: 'engine', reason: over }));
  }
  for (const reading of now) facts.push(...tripped(draft, { ...reading, on: '', at }));
  return facts;
}

/** Why an open breaker closes by itself now; undefined while it stays open. */
function isOver({ id, until }: OpenBreaker, value: number, at: Millis): string | undefined {
  const { reset } = breakerRule(id);
  if (reset.kind === 'after' && until !== null && at >= until) return 'its time is over';
  if (reset.kind === 'below' && value < reset.level) return `back below ${reset.level}`;
  return undefined;
}

/** The loss breakers of a configuration, after one of its round trips. */
export function judgeResult(
  draft: Draft,
  configId: string,
  at: Millis,
  trips: BreakerTrips,
): readonly Fact[] {
  const { streak, judged, results } = draft.records.get(configId) ?? NO_RECORD;
  if (streak <= judged) return [];
  return [
    ...tripped(draft, {
      id: 'loss-streak',
      on: configId,
      at,
      value: streak,
      trip: trips.lossStreak,
    }),
    ...tripped(draft, { id: 'loss-run', on: configId, at, value: streak, trip: runLimit(results) }),
  ];
}

/** The entry breakers of a configuration, before another entry at `at`. */
export function judgeEntry(
  draft: Draft,
  configId: string,
  at: Millis,
  { entriesPerHour, entriesPerDay }: BreakerTrips,
): readonly Fact[] {
  const { entries } = draft.records.get(configId) ?? NO_RECORD;
  const since = (ms: Millis): number => 1 + entries.filter((before) => before > at - ms).length;
  return [
    ...tripped(draft, {
      ...{ id: 'entries-hour', on: configId, at, value: since(hour) },
      trip: entriesPerHour + 1,
    }),
    ...tripped(draft, {
      ...{ id: 'entries-day', on: configId, at, value: since(24 * hour) },
      trip: entriesPerDay + 1,
    }),
  ];
}

/** Opens a breaker that is closed and has reached its trip; a value that is no number trips it. */
function tripped(draft: Draft, reading: Omit<OpenBreaker, 'until'>): readonly Fact[] {
  if (draft.breakers.has(breakerKey(reading)) || reading.value < reading.trip) return [];
  const { id, on, at } = reading;
  const { reset } = breakerRule(id);
  const until = reset.kind === 'after' ? at + reset.ms : null;
  const next = fact('breaker.tripped', { at, key: on === '' ? id : on }, { ...reading, until });
  apply(draft, next);
  return [next];
}

function closed(
  draft: Draft,
  { id, on }: OpenBreaker,
  at: Millis,
  how: { by: string; reason: string; equity?: Money },
): Fact {
  const worth = how.equity === undefined ? null : text(how.equity);
  const data = { id, on, by: how.by, reason: how.reason, equity: worth };
  const next = fact('breaker.closed', { at, key: on === '' ? id : on }, data);
  apply(draft, next);
  return next;
}

/** A person resets an open breaker: it measures from now on. Nothing when it is not open. */
export function resetBreaker(
  draft: Draft,
  which: Pick<OpenBreaker, 'id' | 'on'>,
  { at, by, reason, marks }: { at: Millis; by: string; reason: string; marks: Marks },
): readonly Fact[] {
  const open = draft.breakers.get(breakerKey(which));
  if (open === undefined) return [];
  return [closed(draft, open, at, { by, reason, equity: equity(draft, marks) })];
}

/** The open breaker that keeps a configuration from entering; undefined when none does. */
export function stopping(book: Portfolio, configId: string): OpenBreaker | undefined {
  for (const open of book.breakers.values()) {
    const concerns = open.on === '' || open.on === configId;
    if (concerns && breakerRule(open.id).action.kind !== 'scale') return open;
  }
  return undefined;
}

/** The refusal of an entry that a breaker stops. */
export function stopped(book: Portfolio, configId: string): Refusal | undefined {
  const open = stopping(book, configId);
  if (open === undefined) return undefined;
  const { id, value, trip } = open;
  return { code: 'breaker-open', limit: String(trip), actual: String(value), detail: id };
}

/** The smallest factor that an open breaker asks of a configuration's size, and which. */
export function scaling(
  book: Portfolio,
  configId: string,
): { factor: number; breaker: BreakerId } | undefined {
  let smallest: { factor: number; breaker: BreakerId } | undefined;
  for (const { id, on } of book.breakers.values()) {
    const { action } = breakerRule(id);
    if (action.kind !== 'scale' || (on !== '' && on !== configId)) continue;
    if (smallest === undefined || action.factor < smallest.factor) {
      smallest = { factor: action.factor, breaker: id };
    }
  }
  return smallest;
}
