// What the breakers know of one configuration's trading: its results and its entries.
import { DAY, type Millis } from './time.ts';

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
  entries: [...record.entries.filter((before) => before > at - DAY), at],
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
