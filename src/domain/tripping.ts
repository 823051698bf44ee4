// When breakers trip, and when they close by themselves (DOMAIN §7): judged on readings, after an order and
// a round trip, and before an entry. Each change is a fact, applied to the draft at once.
import { type BreakerAction, type BreakerId, breakerRule } from './breaker.ts';
import type { BreakerLevels } from './breaker-levels.ts';
import { type Fact, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { type Money, text } from './money.ts';
import { breakerKey, type OpenBreaker, type Reading } from './open-breaker.ts';
import { equity, isMarked, type Marks, type Portfolio, RUNGS, type Trading } from './portfolio.ts';
import { DAY, type Millis } from './time.ts';
import { NO_RECORD, runLimit } from './trading-record.ts';
import { median } from './volatility.ts';

const week: Millis = 7 * DAY;
const hour: Millis = 3_600_000;
/** A probe that fails doubles the wait for the next one, so often. */
const DOUBLINGS_MAX = 4;

/** What the book's own breakers measure at an equity of `worth`. */
export function bookReadings(
  { history }: Pick<Portfolio, 'history'>,
  worth: Money,
  at: Millis,
  { drawdownReset }: BreakerLevels,
): readonly Reading[] {
  const then = history.days.findLast((day) => day.at <= at - week) ?? history.days[0];
  const weekly = lossFrom(then?.equity, worth);
  return [
    { id: 'weekly-loss', on: '', value: weekly, isCalm: false },
    ...RUNGS.map((id) => {
      const value = lossFrom(history.peaks.get(id), worth);
      return { id, on: '', value, isCalm: value < drawdownReset };
    }),
  ];
}

/** How much of `reference` is gone, as a share; 0 without a reference. */
const lossFrom = (reference: Money | undefined, worth: Money): number =>
  reference?.gt(0) === true ? 1 - worth.div(reference).toNumber() : 0;

/** What the breakers are judged by: the book's marks, and what the engine measured of market and venue. */
export interface BreakerMoment {
  readonly at: Millis;
  readonly marks: Marks;
  readonly readings: readonly Reading[];
}

/**
 * Every breaker that is measured. The book's own are not before every position has a price: at cost, a
 * start would invent a loss or hide one.
 */
export function judgeBreakers(
  draft: Draft,
  { at, marks, readings }: BreakerMoment,
  levels: BreakerLevels,
): readonly Fact[] {
  const now = isMarked(draft, marks)
    ? [...bookReadings(draft, equity(draft, marks), at, levels), ...readings]
    : readings;
  // A set: where all assets are stale at once, none of them looks through all the others.
  const calm = new Set(now.filter(({ isCalm }) => isCalm).map(breakerKey));
  const moved = [...draft.breakers.values()].flatMap((open) =>
    moveOn(draft, open, calm.has(breakerKey(open)), at, levels),
  );
  return [...moved, ...now.flatMap((reading) => tripped(draft, reading, at, levels))];
}

/** An open breaker whose time is over closes, or lets one entry try. One not measured any more stays. */
function moveOn(
  draft: Draft,
  open: OpenBreaker,
  isCalm: boolean,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const { reset } = breakerRule(open.id);
  if (open.state === 'halfOpen' || at < (open.until ?? 0)) return [];
  switch (reset.kind) {
    case 'after':
      return [closed(draft, open, at, { by: 'engine', reason: 'its time is over' })];
    case 'probe':
      return [halfOpened(draft, open, at)];
    case 'calm': {
      const reason = reset.until(levels);
      return isCalm ? [closed(draft, open, at, { by: 'engine', reason })] : [];
    }
    case 'person':
      return [];
    default:
      return reset satisfies never;
  }
}

/** The loss breakers of a configuration, after one of its round trips. */
export function judgeResult(
  draft: Draft,
  configId: string,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const { streak, judged, results } = draft.records.get(configId) ?? NO_RECORD;
  if (streak <= judged) return [];
  const reading = { on: configId, value: streak, isCalm: false };
  return [
    ...tripped(draft, { ...reading, id: 'loss-streak' }, at, levels),
    ...tripped(draft, { ...reading, id: 'loss-run' }, at, levels, runLimit(results)),
  ];
}

/** The entry breakers of a configuration, before another entry at `at`. */
export function judgeEntry(
  draft: Draft,
  configId: string,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const { entries } = draft.records.get(configId) ?? NO_RECORD;
  const since = (ms: Millis): number => 1 + entries.filter((before) => before > at - ms).length;
  const judge = (id: BreakerId, value: number): readonly Fact[] =>
    tripped(draft, { id, on: configId, value, isCalm: false }, at, levels);
  return [...judge('entries-hour', since(hour)), ...judge('entries-day', since(DAY))];
}

/** The slippage breakers of an asset, after one of its orders was filled. */
export function judgeSlippage(
  draft: Draft,
  asset: string,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const slips = draft.slips.get(asset) ?? [];
  const last = slips.at(-1);
  if (last === undefined) return [];
  const judge = (id: BreakerId, value: number): readonly Fact[] =>
    tripped(draft, { id, on: asset, value, isCalm: false }, at, levels);
  const some = slips.slice(-levels.slippageOrders);
  // Fewer orders have no middle yet; one that slipped far is judged alone.
  const middle = some.length < levels.slippageOrders ? 0 : median(some);
  return [
    ...judge('slippage-scale', middle),
    ...judge('slippage-pause', middle),
    ...judge('slippage-shock', last),
  ];
}

/** Opens a breaker that is closed and has reached its trip. */
function tripped(
  draft: Draft,
  reading: Reading,
  at: Millis,
  levels: BreakerLevels,
  level: number | null = breakerRule(reading.id).trip(levels, reading.on),
): readonly Fact[] {
  if (level === null || reading.value < level || draft.breakers.has(breakerKey(reading))) return [];
  return opened(draft, { ...reading, trip: level, failures: 0 }, at, levels);
}

/** The trip, and in the same breath what it asks of the portfolio: a crash finds both or neither. */
export function opened(
  draft: Draft,
  one: Pick<OpenBreaker, 'id' | 'on' | 'value' | 'trip' | 'failures'>,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const { id, on, trip, failures } = one;
  const { reset, action } = breakerRule(id);
  const value = Number.isFinite(one.value) ? one.value : null;
  const doubled = 2 ** Math.min(DOUBLINGS_MAX, failures);
  const until = reset.kind === 'person' ? null : at + reset.wait(levels) * doubled;
  const next = fact(
    'breaker.tripped',
    { at, key: on === '' ? id : on },
    { id, on, at, value, trip, until },
  );
  apply(draft, next);
  const word = wordOf(action, draft.trading);
  if (word === undefined) return [next];
  const by = `breaker ${id}`;
  const reason = `${value === null ? 'no number' : value.toFixed(4)} reached ${trip}`;
  const said = fact(word, { at, key: by }, { by, reason });
  apply(draft, said);
  return [next, said];
}

/** What a trip says to the whole portfolio. Flattening goes on, and to halt twice is nothing new. */
function wordOf({ kind }: BreakerAction, trading: Trading) {
  if (kind === 'flatten' && trading !== 'flattening') return 'trading.flattened';
  return kind === 'reduce' && trading === 'active' ? 'trading.reduced' : undefined;
}

export function halfOpened(draft: Draft, { id, on }: OpenBreaker, at: Millis): Fact {
  const next = fact('breaker.half-opened', { at, key: on === '' ? id : on }, { id, on });
  apply(draft, next);
  return next;
}

export function closed(
  draft: Draft,
  { id, on }: Pick<OpenBreaker, 'id' | 'on'>,
  at: Millis,
  how: { by: string; reason: string; equity?: Money },
): Fact {
  const worth = how.equity === undefined ? null : text(how.equity);
  const data = { id, on, by: how.by, reason: how.reason, equity: worth };
  const next = fact('breaker.closed', { at, key: on === '' ? id : on }, data);
  apply(draft, next);
  return next;
}

/** A person resets a breaker: it measures from now on. Nothing when it is closed. */
export function resetBreaker(
  draft: Draft,
  which: Pick<OpenBreaker, 'id' | 'on'>,
  { at, by, reason, marks }: { at: Millis; by: string; reason: string; marks: Marks },
): readonly Fact[] {
  if (!draft.breakers.has(breakerKey(which))) return [];
  return [closed(draft, which, at, { by, reason, equity: equity(draft, marks) })];
}
