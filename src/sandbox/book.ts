// The order book of one symbol: a spread around the last price and levels of plausible size, made
// anew at every move. What takers took since then is gone until the next.
import { type Decimal, decimal } from '../domain/money.ts';
import { chanceOf } from './chance.ts';
import type { Listing } from './listing.ts';

export interface Level {
  readonly price: Decimal;
  readonly quantity: Decimal;
}

export interface BookChange {
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

const DEPTH = 20;
/** Half the spread and the distance between levels, as shares of the price. */
const HALF_SPREAD = 0.0001;
const LEVEL_GAP = 0.00015;
/** Worth of the first level in quote currency; deeper levels hold more. */
const LEVEL_WORTH = { from: 2500, to: 9000, growth: 0.25 };

const zero = decimal(0);

export class Book {
  #listing: Listing;
  #bids: Level[] = [];
  #asks: Level[] = [];
  #lastId: number;
  #last: Decimal = zero;

  /** `firstId`: numbers of updates begin here; they never go back, so that it must grow with time. */
  constructor(listing: Listing, firstId: number) {
    this.#listing = listing;
    this.#lastId = firstId;
  }

  get last(): Decimal {
    return this.#last;
  }
  get lastId(): number {
    return this.#lastId;
  }
  get bids(): readonly Level[] {
    return this.#bids;
  }
  get asks(): readonly Level[] {
    return this.#asks;
  }

  /** From now on levels are made by the filters of `listing`. */
  relist(listing: Listing): void {
    this.#listing = listing;
  }

  /** Levels around a new last price; the change against the levels before. `at` seeds the sizes. */
  move(price: number, at: number): BookChange {
    const before = { bids: this.#bids, asks: this.#asks };
    this.#last = decimal(price);
    const chance = chanceOf(this.#listing.symbol, at, price);
    this.#asks = this.#side(1, chance);
    this.#bids = this.#side(-1, chance);
    return this.#change(before);
  }

  /** What a taker gets, best level first: up to `wanted`, no worse than `limit`. Nothing is taken yet. */
  quote(side: 'BUY' | 'SELL', wanted: Decimal, limit: Decimal | undefined): readonly Level[] {
    const pieces: Level[] = [];
    let rest = wanted;
    for (const { price, quantity } of side === 'BUY' ? this.#asks : this.#bids) {
      const tooDear = limit !== undefined && (side === 'BUY' ? price.gt(limit) : price.lt(limit));
      if (tooDear || !rest.gt(0)) break;
      const taken = quantity.lt(rest) ? quantity : rest;
      pieces.push({ price, quantity: taken });
      rest = rest.minus(taken);
    }
    return pieces;
  }

  /** Removes what a taker took. */
  take(side: 'BUY' | 'SELL', pieces: readonly Level[]): BookChange {
    const before = { bids: this.#bids, asks: this.#asks };
    const left = (levels: Level[]): Level[] =>
      levels
        .map((level) => {
          const piece = pieces.find(({ price }) => price.eq(level.price));
          return piece === undefined
            ? level
            : { price: level.price, quantity: level.quantity.minus(piece.quantity) };
        })
        .filter(({ quantity }) => quantity.gt(0));
    if (side === 'BUY') this.#asks = left(this.#asks);
    else this.#bids = left(this.#bids);
    return this.#change(before);
  }

  #side(way: 1 | -1, chance: () => number): Level[] {
    const { tickSize, stepSize } = this.#listing;
    const levels: Level[] = [];
    // Whatever the candles' prices, orders trade on the tick grid.
    const middle = this.#last.div(tickSize).round().times(tickSize);
    let behind = zero;
    for (let index = 0; index < DEPTH; index += 1) {
      const away = this.#last.times(HALF_SPREAD + index * LEVEL_GAP);
      // At least one tick behind the level before, on the tick grid.
      const ticks = away.div(tickSize).ceil().times(tickSize);
      const distance = ticks.gt(behind) ? ticks : behind.plus(tickSize);
      behind = distance;
      const price = middle.plus(distance.times(way));
      if (!price.gt(0)) break;
      const worth = LEVEL_WORTH.from + (LEVEL_WORTH.to - LEVEL_WORTH.from) * chance();
      const size = decimal(worth * (1 + LEVEL_WORTH.growth * index)).div(price);
      const quantity = size.div(stepSize).ceil().times(stepSize);
      levels.push({ price, quantity });
    }
    return levels;
  }

  #change(before: { bids: readonly Level[]; asks: readonly Level[] }): BookChange {
    const bids = difference(before.bids, this.#bids);
    const asks = difference(before.asks, this.#asks);
    const firstId = this.#lastId + 1;
    this.#lastId += Math.max(1, bids.length + asks.length);
    return { firstId, lastId: this.#lastId, bids, asks };
  }
}

/** Levels to set so that `before` becomes `after`; a quantity of zero removes a level. */
function difference(before: readonly Level[], after: readonly Level[]): readonly Level[] {
  const old = new Map(before.map((level) => [level.price.toFixed(), level.quantity]));
  const set: Level[] = [];
  for (const level of after) {
    const key = level.price.toFixed();
    const was = old.get(key);
    if (was === undefined || !was.eq(level.quantity)) set.push(level);
    old.delete(key);
  }
  for (const key of old.keys()) set.push({ price: decimal(key), quantity: zero });
  return set;
}
