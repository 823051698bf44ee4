// What the book remembers of the portfolio's course as facts go by: its day and trading state, equity at
// its highest and day by day, each configuration's results and entries, and which breakers are open.
import {
  type BreakerId,
  breakerKey,
  NO_RECORD,
  type OpenBreaker,
  type TradingRecord,
  withEntry,
  withResult,
} from './breaker.ts';
import type { Fact, FactOf } from './fact.ts';
import { type Money, money } from './money.ts';
import type { Order } from './order.ts';
import type { Day, History, Trading } from './portfolio.ts';

/** The part of a draft this is about. */
interface Memory {
  readonly breakers: Map<string, OpenBreaker>;
  history: History;
  readonly records: Map<string, TradingRecord>;
  day: Day | null;
  trading: Trading;
}

/** Day starts kept: a week, and the day before it. */
const DAYS_MAX = 9;

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
      noteEquity(memory, fact);
      return;
    case 'breaker.tripped':
      trip(memory, fact.data);
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
  memory.history = { peak: higher(memory.history.peak, equity), days };
}

function noteEquity(memory: Memory, { data }: FactOf<'equity.marked'>): void {
  const peak = higher(memory.history.peak, money(data.equity));
  memory.history = { ...memory.history, peak };
}

const higher = (peak: Money | null, equity: Money): Money =>
  peak === null || equity.gt(peak) ? equity : peak;

const recordOf = (memory: Memory, configId: string): TradingRecord =>
  memory.records.get(configId) ?? NO_RECORD;

export function noteEntry(memory: Memory, { configId, at }: Order): void {
  memory.records.set(configId, withEntry(recordOf(memory, configId), at));
}

export function noteClosed(memory: Memory, { data }: FactOf<'position.closed'>): void {
  const { configId, profit } = data.trade;
  memory.records.set(configId, withResult(recordOf(memory, configId), money(profit).gt(0)));
}

function trip(memory: Memory, open: OpenBreaker): void {
  memory.breakers.set(breakerKey(open), open);
  if (!isAboutLosses(open.id)) return;
  const record = recordOf(memory, open.on);
  memory.records.set(open.on, { ...record, judged: record.streak });
}

function close(memory: Memory, { at, data }: FactOf<'breaker.closed'>): void {
  const { id, on, equity } = data;
  memory.breakers.delete(breakerKey(data));
  if (equity === null) return;
  const reference = money(equity);
  if (id === 'weekly-loss') {
    memory.history = { ...memory.history, days: [{ at, equity: reference }] };
  } else if (on === '') {
    memory.history = { ...memory.history, peak: reference };
  } else {
    // What tripped it counts no more: else it would trip again at once.
    const reset = isAboutLosses(id) ? { streak: 0, judged: 0 } : { entries: [] };
    memory.records.set(on, { ...recordOf(memory, on), ...reset });
  }
}

const isAboutLosses = (id: BreakerId): boolean => id === 'loss-streak' || id === 'loss-run';
