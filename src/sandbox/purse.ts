// Balances while one order changes them: free and locked, committed together or not at all.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Account, VenueBalance, VenueOrder } from './account.ts';
import type { Listing } from './listing.ts';

const zero = decimal(0);

export class Purse {
  readonly #account: Account;
  readonly #changed = new Map<string, { free: Decimal; locked: Decimal }>();

  constructor(account: Account) {
    this.#account = account;
  }

  add(asset: string, free: Decimal, locked: Decimal = zero): void {
    const now = this.#now(asset);
    this.#changed.set(asset, { free: now.free.plus(free), locked: now.locked.plus(locked) });
  }

  free(asset: string): Decimal {
    return this.#now(asset).free;
  }

  /**
   * Moves what the rest of `orders` needs from free to locked, or back: of several that are bound to each
   * other the most that one of them needs, since only one is filled.
   */
  setAside(orders: readonly VenueOrder[], listing: Listing, way: 'lock' | 'release'): void {
    const locked = way === 'lock' ? needOf(orders) : needOf(orders).negated();
    const asset = orders[0]?.side === 'BUY' ? listing.quote : listing.base;
    this.add(asset, locked.negated(), locked);
  }

  changes(): Record<string, VenueBalance> {
    return Object.fromEntries(
      [...this.#changed].map(([asset, { free, locked }]) => [
        asset,
        { free: free.toFixed(), locked: locked.toFixed() },
      ]),
    );
  }

  #now(asset: string): { free: Decimal; locked: Decimal } {
    const account = this.#account;
    return this.#changed.get(asset) ?? { free: account.free(asset), locked: account.locked(asset) };
  }
}

/** What the rest of the neediest order needs, in what it pays with. */
export function needOf(orders: readonly VenueOrder[]): Decimal {
  let most = zero;
  for (const { side, quantity, executed, price } of orders) {
    const rest = decimal(quantity).minus(executed);
    const need = side === 'BUY' ? rest.times(price) : rest;
    if (need.gt(most)) most = need;
  }
  return most;
}
