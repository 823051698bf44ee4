// What the book knows of the venue's account besides its own orders: trades and transfers it has heard of,
// what of it is in a person's hands, and what keeps entries out until it is as the book says.
import { type Decimal, decimal, type Money, type Quantity } from './money.ts';
import type { Refusal } from './refusal.ts';
import type { Millis } from './time.ts';

/** Why a pair takes no entries until a person has looked. */
export interface Frozen {
  readonly at: Millis;
  readonly what: string;
  readonly detail: string;
}

/** What others sold of an asset, less what they bought, since a person last looked; in quote currency. */
export interface Sold {
  readonly quantity: Quantity;
  readonly value: Money;
}

export interface Account {
  /** Market time since which the account's trades are the book's business; 0 until it is known. */
  readonly since: Millis;
  /** Trades of each pair heard of within `heardMs` before the newest: their times by the venue's id. */
  readonly trades: ReadonlyMap<string, ReadonlyMap<string, Millis>>;
  /** The same of deposits and withdrawals. */
  readonly transfers: ReadonlyMap<string, Millis>;
  readonly frozen: ReadonlyMap<string, Frozen>;
  /** Open orders of others that a person has accepted, by `orderKey`; the newest of them. */
  readonly accepted: readonly string[];
  readonly sold: ReadonlyMap<string, Sold>;
  /** What the venue has less of each asset than the book, and no trade explains; above zero. */
  readonly missing: ReadonlyMap<string, Decimal>;
  /** Why the account's events were lost, until everything was asked for; null while none were. */
  readonly lost: string | null;
}

export const NEW_ACCOUNT: Account = {
  since: 0,
  trades: new Map(),
  transfers: new Map(),
  frozen: new Map(),
  accepted: [],
  sold: new Map(),
  missing: new Map(),
  lost: null,
};

/** The venue counts the orders of each pair apart. */
export const orderKey = ({ pair, venueOrderId }: { pair: string; venueOrderId: string }): string =>
  `${pair} ${venueOrderId}`;

/** How long what was heard is remembered: twice as far as anyone looks back. */
export const heardMs: Millis = 10 * 60_000;

/** Time of the newest trade heard of in a pair; undefined before the first. */
export function lastTradeAt({ trades }: Account, pair: string): Millis | undefined {
  return newestOf(trades.get(pair) ?? new Map());
}

function newestOf(times: ReadonlyMap<string, Millis>): Millis | undefined {
  let newest: Millis | undefined;
  for (const at of times.values()) if (newest === undefined || at > newest) newest = at;
  return newest;
}

/** A trade of nobody we know that is older than this was there before, or was heard of and forgotten. */
export const horizonOf = (account: Account, pair: string): Millis =>
  Math.max(account.since, (lastTradeAt(account, pair) ?? 0) - heardMs);

/** `times` with one more, less those that are too old to be told again. */
export function heard(
  times: ReadonlyMap<string, Millis>,
  id: string,
  at: Millis,
): ReadonlyMap<string, Millis> {
  const newest = Math.max(at, newestOf(times) ?? at);
  const kept = [...times, [id, at] as const].filter(([, when]) => when >= newest - heardMs);
  return new Map(kept);
}

/** Why an entry of `pair` must wait until the account is as the book says; undefined when it need not. */
export function barring({ account }: { account: Account }, pair: string): Refusal | undefined {
  if (account.lost !== null) return { code: 'account-unreconciled', detail: account.lost };
  const frozen = account.frozen.get(pair);
  return frozen === undefined
    ? undefined
    : { code: 'symbol-frozen', detail: `${frozen.what}: ${frozen.detail}` };
}

/** At what price others sold an asset, on average; undefined where they bought as much, or nobody knows. */
export function soldAt({ sold }: Account, asset: string): Decimal | undefined {
  const { quantity = decimal(0), value = decimal(0) } = sold.get(asset) ?? {};
  return quantity.gt(0) && value.gt(0) ? value.div(quantity) : undefined;
}
