// The price road: every update is compared with the nearest triggers of its pair and remembered as
// the pair's mark. This is the hot path: no chart, no journal, no allocation while nothing crosses.
import type { ExitRequest } from '../domain/exit.ts';
import type { PositionOpening } from '../domain/fact.ts';
import { price as mintPrice, type Price } from '../domain/money.ts';
import type { Marks } from '../domain/portfolio.ts';
import { TriggerBook } from '../domain/trigger.ts';
import type { PriceUpdate } from '../ports.ts';

export interface Watch {
  /** Takes one price update; calls `onCrossed` for every trigger it sets off. */
  update(update: PriceUpdate): void;
  /** Puts a position's stop, target and time stop into its pair's book. */
  arm(opening: PositionOpening): void;
  disarm(pair: string, configId: string): void;
  isArmed(pair: string, configId: string): boolean;
  /** The last price of each of `pairs`, as far as one is known. */
  marks(pairs: Iterable<string>): Marks;
  /** The last price of a pair, as the float it came as. */
  last(pair: string): number | undefined;
  readonly updates: number;
}

export function createWatch(onCrossed: (request: ExitRequest) => void): Watch {
  const books = new Map<string, TriggerBook>();
  const prices = new Map<string, number>();
  let updates = 0;

  const bookOf = (pair: string): TriggerBook => {
    let book = books.get(pair);
    if (book === undefined) {
      book = new TriggerBook();
      books.set(pair, book);
    }
    return book;
  };

  return {
    update({ pair, price, at }) {
      updates += 1;
      prices.set(pair, price);
      const crossings = books.get(pair)?.crossed(price, at);
      if (crossings === undefined || crossings.length === 0) return;
      for (const { configId, reason } of crossings) onCrossed({ configId, reason, price, at });
    },
    arm({ pair, configId, stopLoss, takeProfit, expiresAt }) {
      const [stop, target] = [Number(stopLoss), Number(takeProfit)];
      bookOf(pair).arm({ configId, stop, target, expiresAt });
    },
    disarm(pair, configId) {
      books.get(pair)?.disarm(configId);
    },
    isArmed: (pair, configId) => books.get(pair)?.has(configId) === true,
    marks(pairs) {
      const marks = new Map<string, Price>();
      for (const pair of pairs) {
        const last = prices.get(pair);
        if (last !== undefined) marks.set(pair, mintPrice(last));
      }
      return marks;
    },
    last: (pair) => prices.get(pair),
    get updates() {
      return updates;
    },
  };
}
