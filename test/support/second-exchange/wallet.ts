// Balances of the one account: free and locked per asset, never below zero.
import { amount } from './fixed-point.ts';
import { VenueRefusal } from './refusal.ts';

export interface Balance {
  readonly free: bigint;
  readonly locked: bigint;
}

const nothing: Balance = { free: 0n, locked: 0n };

export class Wallet {
  private readonly balances: Map<string, Balance>;

  constructor(start: Readonly<Record<string, string>>) {
    this.balances = new Map(
      Object.entries(start).map(([asset, text]) => [asset, { free: amount(text), locked: 0n }]),
    );
  }

  of(asset: string): Balance {
    return this.balances.get(asset) ?? nothing;
  }

  assets(): string[] {
    return [...this.balances.keys()];
  }

  credit(asset: string, value: bigint): void {
    const { free, locked } = this.of(asset);
    this.balances.set(asset, { free: free + value, locked });
  }

  debit(asset: string, value: bigint): void {
    this.require(asset, value);
    this.credit(asset, -value);
  }

  lock(asset: string, value: bigint): void {
    this.debit(asset, value);
    const { free, locked } = this.of(asset);
    this.balances.set(asset, { free, locked: locked + value });
  }

  unlock(asset: string, value: bigint): void {
    const { free, locked } = this.of(asset);
    if (locked < value) throw new Error(`expected ${value} of ${asset} locked, was ${locked}`);
    this.balances.set(asset, { free: free + value, locked: locked - value });
  }

  /** Refuses when less than the value is free. */
  require(asset: string, value: bigint): void {
    if (this.of(asset).free < value) {
      throw new VenueRefusal(-2010, 'Account has insufficient balance for requested action.');
    }
  }
}
