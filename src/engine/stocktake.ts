// What the venue holds against what the book has. A snapshot and a book that straddle a fill differ without
// anything being wrong: nothing is compared while an outcome is open, and what is missing is believed once
// two looks agree on it.
import type { Instrument } from '../domain/instrument.ts';
import { type Decimal, decimal } from '../domain/money.ts';
import type { OrderState } from '../domain/order.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import type { Log, Venue } from '../ports.ts';
import {
  type Comparison,
  compareBalances,
  differencesIn,
  type Shortage,
  shortages,
} from './recover.ts';

/** `unsure`: something is out, or moved meanwhile. `again`: something is missing, by one look alone. */
export type Look = 'agreed' | 'short' | 'again' | 'unsure';

/** The venue's balances against one book, line by line. */
export interface Compared {
  readonly book: Portfolio;
  readonly lines: readonly Comparison[];
}

export interface Stocktake {
  /** Compares once. Throws what the venue throws. */
  look(): Promise<Look>;
  /** The comparison alone; undefined where now is no time for one. Throws what the venue throws. */
  compare(): Promise<Compared | undefined>;
  /** Assets that the last look found more or less of than the book has. */
  differing(): readonly string[];
  /** What is missing for certain, by asset. */
  missing(): ReadonlyMap<string, Decimal>;
  /** Lots that are missing of whatever most are missing of; undefined before the first answer. */
  missingLots(): number | undefined;
  /** A person has looked: what is missing now counts no more, unless it becomes more. */
  accept(): void;
}

/** States of an order whose fills the book may not have yet. */
const OPEN_OUTCOMES: ReadonlySet<OrderState> = new Set(['sending', 'partial', 'unknown']);

export const isSettled = (book: Portfolio): boolean =>
  [...book.orders.values()].every(({ state }) => !OPEN_OUTCOMES.has(state));

const sameAs = (one: readonly Shortage[], other: readonly Shortage[]): boolean =>
  JSON.stringify(one.map(keyOf)) === JSON.stringify(other.map(keyOf));
const keyOf = ({ asset, difference }: Shortage): string => `${asset} ${difference}`;

/** What a person has seen to be missing, and what is missing beyond it. */
function createAccepted() {
  const accepted = new Map<string, Decimal>();
  const missingOf = ({ difference }: Shortage): Decimal => decimal(difference).negated();
  return {
    add(found: readonly Shortage[]): void {
      for (const one of found) accepted.set(one.asset, missingOf(one));
    },
    beyond(found: readonly Shortage[]): readonly Shortage[] {
      // What has come back is missed again when it goes once more.
      for (const [asset, once] of accepted) {
        const now = found.find((one) => one.asset === asset);
        const missing = now === undefined ? decimal(0) : missingOf(now);
        if (missing.lt(once)) accepted.set(asset, missing);
      }
      return found.filter((one) => !missingOf(one).lte(accepted.get(one.asset) ?? 0));
    },
  };
}

export function createStocktake(options: {
  venue: Pick<Venue, 'balances'>;
  log: Log;
  instruments: ReadonlyMap<string, Instrument>;
  book(): Portfolio;
}): Stocktake {
  const { venue, log, instruments } = options;
  let suspected: readonly Shortage[] = [];
  let believed: readonly Shortage[] | undefined;
  let surplus = '';
  let differing: readonly string[] = [];
  const accepted = createAccepted();

  async function compare(): Promise<Compared | undefined> {
    const before = options.book();
    if (!isSettled(before)) return undefined;
    const balances = await venue.balances();
    const book = options.book();
    // What was booked or sent meanwhile is not in the answer.
    if (book.balances !== before.balances || !isSettled(book)) return undefined;
    return { book, lines: compareBalances(book, balances) };
  }

  /** No harm, and somebody's money: said once, and booked by a person. */
  function tellSurplus(differences: readonly Comparison[]): void {
    const more = differences.filter(({ difference }) => decimal(difference).gt(0));
    const told = JSON.stringify(more);
    if (more.length > 0 && told !== surplus) {
      log.warn({ more }, 'the venue has more than the book; `reconcile --adopt` books it');
    }
    surplus = told;
  }

  return {
    compare,
    async look() {
      const compared = await compare();
      if (compared === undefined) return 'unsure';
      tellSurplus(compared.lines);
      differing = [...differencesIn(compared.lines).keys()];
      const found = accepted.beyond(shortages(compared.lines, compared.book, instruments));
      if (found.length > 0 && !sameAs(found, suspected)) {
        suspected = found;
        return 'again';
      }
      if (found.length > 0 && !sameAs(found, believed ?? [])) {
        log.error({ missing: found }, 'the venue has less than the book: no entries');
      }
      suspected = found;
      believed = found;
      return found.length > 0 ? 'short' : 'agreed';
    },
    differing: () => differing,
    missing: () =>
      new Map(
        (believed ?? []).map(({ asset, difference }) => [asset, decimal(difference).negated()]),
      ),
    missingLots: () =>
      believed === undefined ? undefined : Math.max(0, ...believed.map(({ lots }) => lots)),
    accept() {
      accepted.add(believed ?? []);
      believed = [];
    },
  };
}
