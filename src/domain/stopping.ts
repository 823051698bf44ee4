// What breakers that are not closed do to an entry: asked before it is sized, and again at the gateway. An
// exit asks none of this.
import { barring } from './account.ts';
import { type BreakerId, breakerRule } from './breaker.ts';
import { assetOf } from './candle.ts';
import { concerns, type Entrant, type OpenBreaker } from './open-breaker.ts';
import type { Order } from './order.ts';
import type { Portfolio } from './portfolio.ts';
import type { Refusal } from './refusal.ts';
import { doubted } from './standing.ts';

type Breakers = Pick<Portfolio, 'breakers'>;

/**
 * The breaker that keeps an entry out; undefined when none does. Half open it lets one try: before sizing
 * that is whoever comes first, at the gateway the order `clientOrderId` alone that the book let through.
 */
export function stopping(
  { breakers }: Breakers,
  entrant: Entrant,
  clientOrderId: string | null = null,
): OpenBreaker | undefined {
  for (const one of breakers.values()) {
    if (!concerns(one, entrant)) continue;
    const stops =
      one.state === 'halfOpen'
        ? one.probe !== clientOrderId
        : breakerRule(one.id).action.kind !== 'scale';
    if (stops) return one;
  }
  return undefined;
}

/** The last look at an entry that was let through, at the gateway: nothing has come in between. */
export const mayStillEnter = (
  book: Pick<Portfolio, 'breakers' | 'account' | 'trading' | 'orders'>,
  { configId, pair, clientOrderId }: Pick<Order, 'configId' | 'pair' | 'clientOrderId'>,
): boolean =>
  book.trading === 'active' &&
  barring(book, pair) === undefined &&
  !doubted(book).has(pair) &&
  stopping(book, { configId, asset: assetOf(pair) }, clientOrderId) === undefined;

/** The refusal of an entry that a breaker stops. */
export function stopped(book: Breakers, entrant: Entrant): Refusal | undefined {
  const open = stopping(book, entrant);
  if (open === undefined) return undefined;
  const { id, value, trip } = open;
  return { code: 'breaker-open', limit: String(trip), actual: String(value), detail: id };
}

/** The breaker, half open, that an entry let through would be trying. */
export function trying({ breakers }: Breakers, entrant: Entrant): BreakerId | undefined {
  for (const one of breakers.values()) {
    if (one.state === 'halfOpen' && concerns(one, entrant)) return one.id;
  }
  return undefined;
}

/** The smallest factor that an open breaker asks of a size, and which. */
export function scaling(
  { breakers }: Breakers,
  entrant: Entrant,
): { factor: number; breaker: BreakerId } | undefined {
  let smallest: { factor: number; breaker: BreakerId } | undefined;
  for (const one of breakers.values()) {
    const { action } = breakerRule(one.id);
    if (action.kind !== 'scale' || one.state !== 'open' || !concerns(one, entrant)) continue;
    if (smallest === undefined || action.factor < smallest.factor) {
      smallest = { factor: action.factor, breaker: one.id };
    }
  }
  return smallest;
}
