// The UTC day of the book: opened once, never moved back, latched when its loss reaches the limit
// (DOMAIN §3). The day is stored, so a restart cannot hand out a second one.
import { type Fact, fact } from './fact.ts';
import { apply, type Draft } from './fold.ts';
import { text } from './money.ts';
import { dayReturn, equity, isMarked, type Marks } from './portfolio.ts';
import type { RiskLimits } from './risk.ts';
import { type Millis, utcDay } from './time.ts';

/**
 * Opens a new day or latches the running one, as the marks demand; applied to `draft`. Nothing is
 * judged before every position has a price: at cost, a start would invent a loss or a day's beginning.
 */
export function judgeDay(
  draft: Draft,
  marks: Marks,
  at: Millis,
  { maxDailyLoss }: RiskLimits,
): readonly Fact[] {
  if (!isMarked(draft, marks)) return [];
  const facts: Fact[] = [];
  const record = (next: Fact): void => {
    apply(draft, next);
    facts.push(next);
  };
  const worth = equity(draft, marks);
  const today = utcDay(at);
  if (draft.day === null || today > draft.day.number) {
    record(fact('day.opened', { at, key: String(today) }, { day: today, equity: text(worth) }));
  }
  const { day } = draft;
  const lost = dayReturn(draft, worth);
  if (day !== null && !day.latched && !(lost > -maxDailyLoss)) {
    record(
      fact(
        'loss.latched',
        { at, key: String(day.number) },
        { day: day.number, dayReturn: lost, limit: -maxDailyLoss },
      ),
    );
  }
  return facts;
}
