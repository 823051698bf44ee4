// A breaker half open lets one entry of the smallest size try whether it may close. What became of that
// entry closes it, or opens it again for twice as long.
import { breakerRule } from './breaker.ts';
import type { BreakerLevels } from './breaker-levels.ts';
import type { Fact } from './fact.ts';
import type { Draft } from './fold.ts';
import type { OpenBreaker } from './open-breaker.ts';
import { type LiveOrder, slipOf } from './portfolio.ts';
import type { Millis } from './time.ts';
import { closed, halfOpened, opened } from './tripping.ts';

/** What an order that ended says to the breakers it was trying. */
export function judgeProbe(
  draft: Draft,
  clientOrderId: string,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const live = draft.orders.get(clientOrderId);
  if (live === undefined) return [];
  return [...draft.breakers.values()]
    .filter(({ probe }) => probe === clientOrderId)
    .flatMap((one) =>
      breakerRule(one.id).scope === 'venue'
        ? afterAnswer(draft, one, live, at, levels)
        : afterFill(draft, one, live, at, levels),
    );
}

/** An order that the venue took proves that it takes orders; whatever else became of it does not. */
function afterAnswer(
  draft: Draft,
  one: OpenBreaker,
  { state }: LiveOrder,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const isTaken = state === 'filled' || state === 'canceled';
  return isTaken
    ? [closed(draft, one, at, { by: 'engine', reason: 'an entry was taken' })]
    : again(draft, one, one.value, at, levels);
}

/** An entry that was not filled says nothing of slippage: the next one tries. */
function afterFill(
  draft: Draft,
  one: OpenBreaker,
  live: LiveOrder,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] {
  const slip = slipOf(live);
  if (slip === undefined) return [halfOpened(draft, one, at)];
  return slip < levels.slippageScale
    ? [closed(draft, one, at, { by: 'engine', reason: `an entry slipped ${slip.toFixed(5)}` })]
    : again(draft, one, slip, at, levels);
}

const again = (
  draft: Draft,
  one: OpenBreaker,
  value: number | null,
  at: Millis,
  levels: BreakerLevels,
): readonly Fact[] => opened(draft, { ...one, value, failures: one.failures + 1 }, at, levels);
