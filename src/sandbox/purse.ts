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

  /** Moves what the rest of an order needs from free to locked, or back. */
  setAside(order: VenueOrder, listing: Listing, way: 'lock' | 'release'): void {
    const rest = decimal(order.quantity).minus(order.executed);
    const [asset, amount] =
      order.side === 'BUY' ? [listing.quote, rest.times(order.price)] : [listing.base, rest];
    const locked = way === 'lock' ? amount : amount.negated();
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
