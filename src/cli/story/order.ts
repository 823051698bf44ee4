// What a person hears of an order that is not simply filled: a stop that rests at the venue, an exit that
// waits for it, what had to be sent again, what nobody knows, what was too much.
import type { FactOf } from '../../domain/fact.ts';
import type { ExitReason } from '../../domain/order.ts';
import { plain } from '../../plain.ts';
import { type Paint, priceText } from './format.ts';

export const why: Record<ExitReason, string> = {
  stop: 'stop-loss hit',
  target: 'target reached',
  invalidation: 'set-up broken',
  time: 'time is up',
  signal: 'SELL signal',
  manual: 'closed by hand',
  flatten: 'flattening',
  overfill: 'more was filled than was asked for',
};

type OrderFact =
  | FactOf<'exit.decided'>
  | FactOf<'protection.ordered'>
  | FactOf<'protection.lost'>
  | FactOf<'protection.regained'>
  | FactOf<'order.resent'>
  | FactOf<'order.quarantined'>
  | FactOf<'order.overfilled'>;

const lacks = {
  trigger: 'its stop is not armed',
  price: 'no prices come',
  exit: 'it is to leave, and no order is out',
} as const;

export function orderWords(fact: OrderFact, paint: Paint): string {
  const order = fact.key.slice(0, 8);
  switch (fact.type) {
    case 'exit.decided': {
      const { configId, reason } = fact.data;
      return paint.dim(
        `→ ${plain(configId)} is to leave, ${why[reason]}: the venue’s stop goes first`,
      );
    }
    case 'protection.ordered': {
      const { pair, quantity, stopPrice } = fact.data.order;
      return paint.dim(
        `⌐ stop at the venue for ${quantity} ${plain(pair)} at ${priceText(stopPrice ?? '0')}`,
      );
    }
    case 'protection.lost': {
      const { configId, pair, lack } = fact.data;
      return paint.bad(`■ ${plain(configId)} on ${plain(pair)} is not protected: ${lacks[lack]}`);
    }
    case 'protection.regained': {
      const { configId, ageMs } = fact.data;
      return paint.good(
        `▶ ${plain(configId)} is protected again, after ${Math.round(ageMs / 1000)} s`,
      );
    }
    case 'order.resent':
      return paint.warn(`! order ${order} never arrived; it is sent once more`);
    case 'order.quarantined':
      return paint.bad(
        `■ nobody can say what became of order ${order}: ${plain(fact.data.reason)}; what it may have done stays reserved`,
      );
    case 'order.overfilled':
      return paint.bad(
        `■ order ${order} was filled by ${fact.data.excess} more than was asked for`,
      );
    default:
      return fact satisfies never;
  }
}
