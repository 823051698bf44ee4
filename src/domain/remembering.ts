// What the book remembers of the portfolio's course as facts go by: its day and trading state, equity at
// its highest and day by day, results, entries and slippage, and which breakers are open.
import type { BreakerId } from './breaker.ts';
import type { Fact, FactOf } from './fact.ts';
import { add, type Money, money } from './money.ts';
import { breakerKey, concerns, type OpenBreaker, type Trip } from './open-breaker.ts';
import type { Order } from './order.ts';
import {
  type Day,
  type History,
  type LiveOrder,
  RUNGS,
  type Rung,
  slipOf,
  type Trading,
} from './portfolio.ts';
import { NO_RECORD, type TradingRecord, withEntry, withResult } from './trading-record.ts';

/** The part of a draft this is about. */
interface Memory {
  readonly breakers: Map<string, OpenBreaker>;
  history: History;
  readonly records: Map<string, TradingRecord>;
  readonly slips: Map<string, readonly number[]>;
  day: Day | null;
  trading: Trading;
}

/** Day starts kept: a week, and the day before it. */
const DAYS_MAX = 9;
/** Orders whose slippage is kept, of each asset: more than any setting asks for. */
const SLIPS_MAX = 100;

/** Facts about the portfolio as a whole; others leave it as it is. */
export function remember(memory: Memory, fact: Fact): void {
  switch (fact.type) {
    case 'day.opened':
      noteDay(memory, fact);
      return;
    case 'loss.latched':
      if (memory.day !== null) memory.day = { ...memory.day, latched: true };
      return;
    case 'equity.marked':
      noteEquity(memory, money(fact.data.equity));
      return;
    case 'transfer.recorded':
    case 'foreign.adopted':
      move(memory, money(fact.data.equity));
      return;
    case 'breaker.tripped':
      trip(memory, fact.data);
      return;
    case 'breaker.half-opened':
      open(memory, fact.data, { state: 'halfOpen', probe: null });
      return;
    case 'breaker.closed':
      close(memory, fact);
      return;
    case 'trading.reduced':
      memory.trading = 'reducing';
      return;
    case 'trading.flattened':
      memory.trading = 'flattening';
      return;
    case 'trading.resumed':
      memory.trading = 'active';
      return;
    default:
      return;
  }
}

function noteDay(memory: Memory, { at, data }: FactOf<'day.opened'>): void {
  const equity = money(data.equity);
  memory.day = { number: data.day, startEquity: equity, latched: false };
  const days = [...memory.history.days, { at, equity }].slice(-DAYS_MAX);
  memory.history = { ...memory.history, days };
  noteEquity(memory, equity);
}

/**
 * What came in or went out is neither profit nor loss (DOMAIN §1, §3): whatever equity is measured against
 * moves along. A reference that would fall to nothing stays where it was: it could not be divided by.
 */
function move(memory: Memory, by: Money): void {
  if (by.isZero()) return;
  const moved = (equity: Money): Money => (equity.plus(by).gt(0) ? add(equity, by) : equity);
  const { peaks, days } = memory.history;
  memory.history = {
    peaks: new Map([...peaks].map(([rung, peak]) => [rung, moved(peak)])),
    days: days.map((day) => ({ ...day, equity: moved(day.equity) })),
  };
  if (memory.day === null) return;
  memory.day = { ...memory.day, startEquity: moved(memory.day.startEquity) };
}

function noteEquity(memory: Memory, equity: Money): void {
  const { peaks } = memory.history;
  if (RUNGS.every((rung) => peaks.get(rung)?.gte(equity) === true)) return;
  const higher = RUNGS.map((rung) => {
    const peak = peaks.get(rung);
    return [rung, peak?.gte(equity) === true ? peak : equity] as const;
  });
  memory.history = { ...memory.history, peaks: new Map(higher) };
}

const recordOf = (memory: Memory, configId: string): TradingRecord =>
  memory.records.get(configId) ?? NO_RECORD;

/** An entry that breakers half open let through is the one that tries them. */
export function noteEntry(
  memory: Memory,
  { configId, at, clientOrderId }: Order,
  asset: string,
): void {
  memory.records.set(configId, withEntry(recordOf(memory, configId), at));
  for (const one of memory.breakers.values()) {
    if (one.state === 'halfOpen' && one.probe === null && concerns(one, { configId, asset })) {
      open(memory, one, { probe: clientOrderId });
    }
  }
}

export function noteClosed(memory: Memory, { data }: FactOf<'position.closed'>): void {
  const { configId, profit } = data.trade;
  memory.records.set(configId, withResult(recordOf(memory, configId), money(profit).gt(0)));
}

/** What an order that ended paid more, or got less, than the price that asked for it. */
export function noteSlip(memory: Memory, live: LiveOrder | undefined): void {
  const slip = live === undefined ? undefined : slipOf(live);
  if (live === undefined || slip === undefined) return;
  const before = memory.slips.get(live.asset) ?? [];
  memory.slips.set(live.asset, [...before, slip].slice(-SLIPS_MAX));
}

function trip(memory: Memory, data: Trip): void {
  const before = memory.breakers.get(breakerKey(data));
  const failures = before === undefined ? 0 : before.failures + 1;
  memory.breakers.set(breakerKey(data), { ...data, state: 'open', probe: null, failures });
  if (!isAboutLosses(data.id)) return;
  const record = recordOf(memory, data.on);
  memory.records.set(data.on, { ...record, judged: record.streak });
}

function open(
  { breakers }: Memory,
  which: Pick<Trip, 'id' | 'on'>,
  change: Partial<OpenBreaker>,
): void {
  const before = breakers.get(breakerKey(which));
  if (before !== undefined) breakers.set(breakerKey(which), { ...before, ...change });
}

/** What tripped it counts no more, where it would trip again at once. */
function close(memory: Memory, { at, data }: FactOf<'breaker.closed'>): void {
  const { id, on, equity } = data;
  memory.breakers.delete(breakerKey(data));
  if (isAboutSlippage(id)) memory.slips.delete(on);
  if (equity === null) return;
  const reference = money(equity);
  if (id === 'weekly-loss') {
    memory.history = { ...memory.history, days: [{ at, equity: reference }] };
  } else if (isRung(id)) {
    const peaks = new Map(memory.history.peaks).set(id, reference);
    memory.history = { ...memory.history, peaks };
  } else if (isAboutLosses(id)) {
    memory.records.set(on, { ...recordOf(memory, on), streak: 0, judged: 0 });
  } else if (isAboutEntries(id)) {
    memory.records.set(on, { ...recordOf(memory, on), entries: [] });
  }
}

const isRung = (id: BreakerId): id is Rung => RUNGS.some((rung) => rung === id);
const isAboutLosses = (id: BreakerId): boolean => id === 'loss-streak' || id === 'loss-run';
const isAboutEntries = (id: BreakerId): boolean => id === 'entries-hour' || id === 'entries-day';
const isAboutSlippage = (id: BreakerId): boolean => id.startsWith('slippage-');
