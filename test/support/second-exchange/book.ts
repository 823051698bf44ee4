// The standing book of one market: a fixed spread around the last price and levels of equal notional
// value behind it. Each level is two makers, so that one order is often several trades.
import { amount, floorTo, one, smaller } from './fixed-point.ts';
import type { Market } from './market.ts';

export interface Level {
  readonly price: bigint;
  readonly quantity: bigint;
}

export interface BookOptions {
  /** Half of the spread, in ticks. */
  readonly spreadTicks: number;
  /** Notional value standing at each level, in the quote asset. */
  readonly levelNotional: string;
}

const levelCount = 20;

/** The levels a taker of the given side meets, best first. */
export function levelsFor(market: Market, side: 'BUY' | 'SELL', options: BookOptions): Level[] {
  const direction = side === 'BUY' ? 1n : -1n;
  const notional = amount(options.levelNotional);
  const levels: Level[] = [];
  for (let index = 0; index < levelCount; index += 1) {
    const distance = BigInt(options.spreadTicks + index) * market.tick;
    const price = market.last + direction * distance;
    if (price < market.tick) break;
    const quantity = floorTo((notional * one) / price, market.step);
    levels.push({ price, quantity: quantity > 0n ? quantity : market.step });
  }
  return levels;
}

/** The parts in which an order of this quantity trades, best first; less than asked if the book ends. */
export function takeFrom(
  levels: readonly Level[],
  quantity: bigint,
  limit: (price: bigint) => boolean,
  step: bigint,
): Level[] {
  const parts: Level[] = [];
  let open = quantity;
  for (const level of levels.filter(({ price }) => limit(price))) {
    const firstMaker = floorTo(level.quantity / 2n, step);
    for (const maker of [firstMaker, level.quantity - firstMaker]) {
      const part = smaller(maker, open);
      if (part > 0n) parts.push({ price: level.price, quantity: part });
      open -= part;
    }
  }
  return parts;
}

export interface DepthChange {
  readonly firstId: number;
  readonly lastId: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

function changes(before: readonly Level[], after: readonly Level[]): Level[] {
  const gone = before
    .filter(({ price }) => !after.some((level) => level.price === price))
    .map(({ price }) => ({ price, quantity: 0n }));
  const changed = after.filter(
    (level) =>
      !before.some(({ price, quantity }) => price === level.price && quantity === level.quantity),
  );
  return [...gone, ...changed];
}

/** Numbers every change of a market's book, so that a snapshot and the stream fit together. */
export class DepthLog {
  bids: Level[];
  asks: Level[];
  lastUpdateId = 50_093_239_188;
  private readonly market: Market;
  private readonly options: BookOptions;

  constructor(market: Market, options: BookOptions) {
    this.market = market;
    this.options = options;
    this.bids = levelsFor(market, 'SELL', options);
    this.asks = levelsFor(market, 'BUY', options);
  }

  /** Moves the book to the last price; undefined when nothing changed. */
  follow(): DepthChange | undefined {
    const bids = levelsFor(this.market, 'SELL', this.options);
    const asks = levelsFor(this.market, 'BUY', this.options);
    const change = { bids: changes(this.bids, bids), asks: changes(this.asks, asks) };
    this.bids = bids;
    this.asks = asks;
    const count = change.bids.length + change.asks.length;
    if (count === 0) return undefined;
    const firstId = this.lastUpdateId + 1;
    this.lastUpdateId += count;
    return { ...change, firstId, lastId: this.lastUpdateId };
  }
}
