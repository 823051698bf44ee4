// The sums over a book that every proposal of a batch is judged by, each made once, when it is first
// asked for. A refusal leaves them as they are; after an approval the book needs a new one.
import type { Stage } from './configuration.ts';
import type { Money } from './money.ts';
import {
  available,
  dayReturn,
  equity,
  exposure,
  isMarked,
  type Marks,
  occupied,
  type Portfolio,
} from './portfolio.ts';

/** Pairs with an order of ours of which nobody knows what became, and its client id (RELIABILITY X1). */
export function doubted({ orders }: Pick<Portfolio, 'orders'>): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const { order, state } of orders.values()) {
    if (state === 'unknown' || state === 'quarantined') pairs.set(order.pair, order.clientOrderId);
  }
  return pairs;
}

export class Standing {
  readonly book: Portfolio;
  readonly marks: Marks;
  readonly #exposures = new Map<string, Money>();
  #equity: Money | undefined;
  #isMarked: boolean | undefined;
  #available: Money | undefined;
  #occupied: ReadonlySet<string> | undefined;
  #doubted: ReadonlyMap<string, string> | undefined;

  constructor(book: Portfolio, marks: Marks) {
    this.book = book;
    this.marks = marks;
  }

  /** In quote currency, as every amount here. */
  get equity(): Money {
    this.#equity ??= equity(this.book, this.marks);
    return this.#equity;
  }

  get available(): Money {
    this.#available ??= available(this.book);
    return this.#available;
  }

  /** Every position has a price: without one, nothing here is true. */
  get isMarked(): boolean {
    this.#isMarked ??= isMarked(this.book, this.marks);
    return this.#isMarked;
  }

  /** Configurations that hold or are entering a position. */
  get occupied(): ReadonlySet<string> {
    this.#occupied ??= occupied(this.book);
    return this.#occupied;
  }

  /** As `doubted` has them. */
  get doubted(): ReadonlyMap<string, string> {
    this.#doubted ??= doubted(this.book);
    return this.#doubted;
  }

  get dayReturn(): number {
    return dayReturn(this.book, this.equity);
  }

  get exposure(): Money {
    return this.#exposure('', () => true);
  }

  exposureOfStage(stage: Stage): Money {
    return this.#exposure(`stage ${stage}`, (held) => held.stage === stage);
  }

  exposureOfAsset(asset: string): Money {
    return this.#exposure(`asset ${asset}`, (held) => held.asset === asset);
  }

  #exposure(name: string, counts: (what: { stage: string; asset: string }) => boolean): Money {
    const known = this.#exposures.get(name);
    if (known !== undefined) return known;
    const sum = exposure(this.book, this.marks, counts);
    this.#exposures.set(name, sum);
    return sum;
  }
}
