// What can be seen of the engine's own book after every event, with arithmetic of the auditor's own: what it holds to
// be free, and that it has every trade it was told of.
import { available, type Portfolio } from '../../src/domain/portfolio.ts';
import type { Millis } from '../../src/domain/time.ts';
import { type Amount, exact } from './exchange.ts';

const zero = exact(0);
const over: ReadonlySet<string> = new Set(['filled', 'rejected', 'canceled', 'absent']);
/** Reservations are never rounded down, each by less than a cent. */
const cent = exact('0.01');

const balanceOf = ({ balances, quote }: Portfolio, account: string): Amount =>
  exact((balances.get(`${account} ${quote}`) ?? 0).toString());

/** What is wrong with what the book believes to be free; undefined where nothing is. */
export function wrongFree(book: Portfolio): string | undefined {
  let reserved: Amount = zero;
  for (const { order, state, filled } of book.orders.values()) {
    if (over.has(state) || order.reserved === '0') continue;
    const rest = exact(1).minus(exact(filled.toString()).div(order.quantity));
    if (rest.gt(0)) reserved = reserved.plus(rest.times(order.reserved));
  }
  const foreign = balanceOf(book, 'foreign');
  const ours = balanceOf(book, 'cash')
    .plus(foreign.lt(0) ? foreign : zero)
    .minus(reserved);
  const theirs = exact(available(book).toString());
  return ours.minus(theirs).abs().gt(cent)
    ? `${theirs} is believed to be free, ${ours} is`
    : undefined;
}

/** When the trader decided on each order that it has not sent, in true time: as soon as its book has it. */
export class Decisions {
  readonly #at = new Map<string, Millis>();

  look({ orders }: Portfolio, now: Millis): void {
    for (const [clientOrderId, { state }] of orders) {
      if (state !== 'sending') this.#at.delete(clientOrderId);
      else if (!this.#at.has(clientOrderId)) this.#at.set(clientOrderId, now);
    }
  }

  /** Milliseconds since then; none for an order that no book has had. */
  age(clientOrderId: string, now: Millis): Millis {
    return now - (this.#at.get(clientOrderId) ?? now);
  }
}

interface Told {
  readonly clientOrderId: string;
  readonly tradeId: string;
  readonly at: Millis;
}

/** Trades that one life of the trader was told of, until its book has them. */
export class ToldTrades {
  readonly #waiting = new Map<string, Told>();

  clear(): void {
    this.#waiting.clear();
  }

  add(told: Told): void {
    const key = `${told.clientOrderId} ${told.tradeId}`;
    if (!this.#waiting.has(key)) this.#waiting.set(key, told);
  }

  /** A trade told before `since` that the book has not; undefined where there is none. */
  missing(book: Portfolio, since: Millis): string | undefined {
    for (const [key, { clientOrderId, tradeId, at }] of this.#waiting) {
      const live = book.orders.get(clientOrderId);
      if (live === undefined || live.trades.includes(tradeId)) this.#waiting.delete(key);
      else if (at < since) return `trade ${tradeId} of ${clientOrderId}, told at ${at}`;
    }
    return undefined;
  }
}
