// Double entry: every transaction's postings sum to zero per asset, so money and coins can move but
// never appear. Cost lives in quote currency, units in the asset's own.
import { assert } from './assert.ts';
import { type Decimal, type DecimalText, decimal } from './money.ts';

/**
 * Accounts. Quote: `cash`, `capital` (what was put in), `cost:<config>` (positions at cost),
 * `cost:dust`, `realised` (profit is a credit), `fees`. Units: `units:<config>`, `units:dust`,
 * `fees`. Both: `foreign` (what the venue's account holds that is not the engine's; below zero where its
 * owner took what was), `venue` (the other side of everything that came from there).
 */
export type Account =
  | 'cash'
  | 'capital'
  | 'realised'
  | 'fees'
  | 'foreign'
  | 'venue'
  | `cost:${string}`
  | `units:${string}`;

/** One line of a transaction; plain JSON. */
export interface Posting {
  readonly account: Account;
  readonly asset: string;
  readonly amount: DecimalText;
}

/** Builds a posting list from decimals and drops zero lines. Throws a bug unless it balances. */
export function transaction(
  lines: readonly { account: Account; asset: string; amount: Decimal }[],
): readonly Posting[] {
  const totals = new Map<string, Decimal>();
  for (const { asset, amount } of lines) {
    totals.set(asset, (totals.get(asset) ?? decimal(0)).plus(amount));
  }
  for (const [asset, total] of totals) {
    assert(total.isZero(), `expected postings in ${asset} to sum to zero, was ${total.toFixed()}`);
  }
  return lines
    .filter(({ amount }) => !amount.isZero())
    .map(({ account, asset, amount }) => ({ account, asset, amount: amount.toFixed() }));
}

/** Balance per `account asset`. */
export type Balances = ReadonlyMap<string, Decimal>;

const slot = (account: Account, asset: string): string => `${account} ${asset}`;

/** The balances after a transaction; accounts that return to zero are dropped. */
export function post(balances: Balances, postings: readonly Posting[]): Balances {
  const next = new Map(balances);
  for (const { account, asset, amount } of postings) {
    const key = slot(account, asset);
    const total = (next.get(key) ?? decimal(0)).plus(amount);
    if (total.isZero()) next.delete(key);
    else next.set(key, total);
  }
  return next;
}

export const balanceOf = (balances: Balances, account: Account, asset: string): Decimal =>
  balances.get(slot(account, asset)) ?? decimal(0);

/** What the venue's account holds of each asset by the book: the engine's, its dust, and what is foreign. */
export function holdings(balances: Balances): ReadonlyMap<string, Decimal> {
  const held = new Map<string, Decimal>();
  for (const [key, amount] of balances) {
    const cut = key.lastIndexOf(' ');
    const [account, asset] = [key.slice(0, cut), key.slice(cut + 1)];
    if (account !== 'cash' && account !== 'foreign' && !account.startsWith('units:')) continue;
    held.set(asset, (held.get(asset) ?? decimal(0)).plus(amount));
  }
  return held;
}
