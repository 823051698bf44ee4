// What the breakers that follow from the book measure, as far as a store alone can tell: for those who look
// while no engine answers.
import { type BreakerId, breakerRule } from './breaker.ts';
import type { BreakerLevels } from './breaker-levels.ts';
import type { Money } from './money.ts';
import type { Portfolio } from './portfolio.ts';
import { DAY, type Millis } from './time.ts';
import { runLimit, type TradingRecord } from './trading-record.ts';
import { bookReadings } from './tripping.ts';
import { median } from './volatility.ts';

export interface Measured {
  readonly on: string;
  readonly value: number;
  readonly trip: number;
}

const hour: Millis = 3_600_000;

/**
 * The measures of a breaker on everything it is about; undefined where the book does not tell. `worth`:
 * the book's last equity, undefined before the first mark.
 */
export function readingsOf(
  id: BreakerId,
  book: Portfolio,
  worth: Money | undefined,
  at: Millis,
  levels: BreakerLevels,
): readonly Measured[] | undefined {
  const measured = (on: string, value: number, trip = breakerRule(id).trip(levels, on)) =>
    trip === null ? [] : [{ on, value, trip }];
  const ofRecords = (
    read: (record: TradingRecord) => number,
    trip?: (r: TradingRecord) => number,
  ) => [...book.records].flatMap(([on, record]) => measured(on, read(record), trip?.(record)));
  const ofSlips = (read: (slips: readonly number[]) => number | undefined) =>
    [...book.slips].flatMap(([on, slips]) => {
      const value = read(slips);
      return value === undefined ? [] : measured(on, value);
    });
  const since = (ms: Millis) =>
    ofRecords(({ entries }) => entries.filter((one) => one > at - ms).length);
  switch (id) {
    case 'weekly-loss':
    case 'drawdown-scale':
    case 'drawdown-halt':
    case 'drawdown-reduce':
    case 'drawdown-flatten':
      if (worth === undefined) return [];
      return bookReadings(book, worth, at, levels)
        .filter((reading) => reading.id === id)
        .flatMap(({ on, value }) => measured(on, value));
    case 'loss-streak':
      return ofRecords(({ streak }) => streak);
    case 'loss-run':
      return ofRecords(
        ({ streak }) => streak,
        ({ results }) => runLimit(results),
      );
    case 'entries-hour':
      return since(hour);
    case 'entries-day':
      return since(DAY);
    case 'slippage-scale':
    case 'slippage-pause':
      return ofSlips((slips) =>
        slips.length < levels.slippageOrders
          ? undefined
          : median(slips.slice(-levels.slippageOrders)),
      );
    case 'slippage-shock':
      return ofSlips((slips) => slips.at(-1));
    default:
      return undefined;
  }
}
