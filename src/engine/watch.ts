// The price road: every update is compared with the nearest triggers of its pair and remembered as
// the pair's mark. This is the hot path: no chart, no journal, no allocation while nothing crosses.
import type { PositionOpening } from '../domain/fact.ts';
import { price as mintPrice, type Price } from '../domain/money.ts';
import type { Marks } from '../domain/portfolio.ts';
import type { Millis } from '../domain/time.ts';
import { type Crossing, type Trigger, TriggerBook } from '../domain/trigger.ts';
import type { PriceUpdate } from '../ports.ts';

/** A trigger that a price set off, with the price that did. */
export interface Crossed extends Crossing {
  readonly price: number;
  readonly at: Millis;
}

export interface Watch {
  /** Takes one price update; calls `onCrossed` for every trigger it sets off. */
  update(update: PriceUpdate): void;
  /** Puts a way out into its pair's book; arming the same holder again replaces what stood. */
  arm(pair: string, trigger: Trigger): void;
  disarm(pair: string, holder: string): void;
  isArmed(pair: string, holder: string): boolean;
  /** The last price of each of `pairs`, as far as one is known. */
  marks(pairs: Iterable<string>): Marks;
  /** The last price of a pair, as the float it came as. */
  last(pair: string): number | undefined;
  readonly updates: number;
}

/** Watches a position of the portfolio. */
export const armPosition = (watch: Pick<Watch, 'arm'>, opening: PositionOpening): void =>
  watch.arm(opening.pair, triggerOf(opening.configId, opening));

/** The way out of a position, as it was planned. */
export const triggerOf = (
  holder: string,
  {
    stopLoss,
    takeProfit,
    expiresAt,
  }: Pick<PositionOpening, 'stopLoss' | 'takeProfit' | 'expiresAt'>,
): Trigger => ({ holder, stop: Number(stopLoss), target: Number(takeProfit), expiresAt });

export function createWatch(onCrossed: (crossed: Crossed) => void): Watch {
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
      for (const { holder, reason } of crossings) onCrossed({ holder, reason, price, at });
    },
    arm(pair, trigger) {
      bookOf(pair).arm(trigger);
    },
    disarm(pair, holder) {
      books.get(pair)?.disarm(holder);
    },
    isArmed: (pair, holder) => books.get(pair)?.has(holder) === true,
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
