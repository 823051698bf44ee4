// The circuit breakers as data (DOMAIN §7): what each watches, what it does when it trips, how it closes
// again. At what they trip is a setting.
import type { Millis } from './time.ts';

/** In rising strictness: the strictest open one wins. */
export type BreakerAction =
  | { readonly kind: 'scale'; readonly factor: number }
  | { readonly kind: 'pause' }
  | { readonly kind: 'reduce' };

export type BreakerReset =
  | { readonly kind: 'below'; readonly level: number }
  | { readonly kind: 'after'; readonly ms: Millis }
  /** Latched until a named person resets it. */
  | { readonly kind: 'person' };

export interface BreakerRule {
  readonly scope: 'portfolio' | 'configuration';
  readonly watches: string;
  readonly action: BreakerAction;
  readonly reset: BreakerReset;
}

const hour: Millis = 3_600_000;
const pause: BreakerAction = { kind: 'pause' };
const person: BreakerReset = { kind: 'person' };

export const BREAKERS = {
  'weekly-loss': {
    scope: 'portfolio',
    watches: 'loss over seven days, as a share of the equity then',
    action: pause,
    reset: person,
  },
  'drawdown-scale': {
    scope: 'portfolio',
    watches: 'fall from the highest equity, as a share of it',
    action: { kind: 'scale', factor: 0.5 },
    reset: { kind: 'below', level: 0.025 },
  },
  'drawdown-halt': {
    scope: 'portfolio',
    watches: 'fall from the highest equity, as a share of it',
    action: pause,
    reset: person,
  },
  'drawdown-reduce': {
    scope: 'portfolio',
    watches: 'fall from the highest equity, as a share of it',
    action: { kind: 'reduce' },
    reset: person,
  },
  'loss-streak': {
    scope: 'configuration',
    watches: 'losses in a row',
    action: pause,
    reset: { kind: 'after', ms: hour },
  },
  'loss-run': {
    scope: 'configuration',
    watches: 'losses in a row, against what its win rate lets expect once in twenty',
    action: pause,
    reset: { kind: 'after', ms: 24 * hour },
  },
  'entries-hour': {
    scope: 'configuration',
    watches: 'entries within an hour',
    action: pause,
    reset: person,
  },
  'entries-day': {
    scope: 'configuration',
    watches: 'entries within a day',
    action: pause,
    reset: person,
  },
} as const satisfies Record<string, BreakerRule>;

export type BreakerId = keyof typeof BREAKERS;

export const breakerRule = (id: BreakerId): BreakerRule => BREAKERS[id];
export const isBreakerId = (text: string): text is BreakerId => Object.hasOwn(BREAKERS, text);

/** At what they trip: shares of equity, and counts that are still allowed. */
export interface BreakerTrips {
  readonly weeklyLoss: number;
  readonly drawdownScale: number;
  readonly drawdownHalt: number;
  readonly drawdownReduce: number;
  readonly lossStreak: number;
  readonly entriesPerHour: number;
  readonly entriesPerDay: number;
}

export const DEFAULT_TRIPS: BreakerTrips = {
  weeklyLoss: 0.05,
  drawdownScale: 0.05,
  drawdownHalt: 0.1,
  drawdownReduce: 0.15,
  lossStreak: 5,
  entriesPerHour: 3,
  entriesPerDay: 10,
};

/** A breaker that is open; plain JSON. */
export interface OpenBreaker {
  readonly id: BreakerId;
  /** The configuration it is about; empty for the portfolio. */
  readonly on: string;
  /** Market time of the trip. */
  readonly at: Millis;
  readonly value: number;
  readonly trip: number;
  /** Market time at which it closes by itself; null where time does not close it. */
  readonly until: Millis | null;
}

export const breakerKey = ({ id, on }: Pick<OpenBreaker, 'id' | 'on'>): string => `${id} ${on}`;

/** What the breakers know of one configuration's trading. */
export interface TradingRecord {
  /** Losses since the last win. */
  readonly streak: number;
  /** The streak as it was when a breaker last tripped on it: only a longer one trips again. */
  readonly judged: number;
  /** The last results, oldest first; true is a win. */
  readonly results: readonly boolean[];
  /** Market times of the entries of the last day. */
  readonly entries: readonly Millis[];
}

export const NO_RECORD: TradingRecord = { streak: 0, judged: 0, results: [], entries: [] };

/** Results kept: the n of the formula. */
const RESULTS_MAX = 100;

export function withResult(record: TradingRecord, isWin: boolean): TradingRecord {
  const results = [...record.results, isWin].slice(-RESULTS_MAX);
  return isWin
    ? { ...record, results, streak: 0, judged: 0 }
    : { ...record, results, streak: record.streak + 1 };
}

export const withEntry = (record: TradingRecord, at: Millis): TradingRecord => ({
  ...record,
  entries: [...record.entries.filter((before) => before > at - 24 * hour), at],
});

/**
 * The length of a losing run that a configuration of win rate w shows once in twenty samples of n trades:
 * ⌈ln(.05 / (n·w)) / ln(1 − w)⌉, within 6–20. The strictest where the win rate is 0, 1 or not known.
 */
export function runLimit(results: readonly boolean[]): number {
  const n = results.length;
  const wins = results.filter(Boolean).length;
  if (wins === 0 || wins === n) return 6;
  const w = wins / n;
  const length = Math.ceil(Math.log(0.05 / (n * w)) / Math.log(1 - w));
  return Math.min(20, Math.max(6, length));
}
