// What facts make of the account's memory: each trade and transfer is heard of once, what others do freezes
// its pair, and a person's word frees it.
import { type Account, heard, type Sold } from './account.ts';
import { assetOf } from './candle.ts';
import type { Fact, FactOf } from './fact.ts';
import { add, decimal, money, quantity, ZERO_MONEY, ZERO_QUANTITY } from './money.ts';

/** Accepted orders of others that are remembered. */
const ACCEPTED_MAX = 100;

/** The memory after `fact`. Facts that say nothing about the account leave it as it is. */
export function noteAccount(before: Account, fact: Fact, quote: string): Account {
  const account = before.since === 0 && fact.at > 0 ? { ...before, since: fact.at } : before;
  switch (fact.type) {
    case 'fill.recorded': {
      const { pair, tradeId, at } = fact.data.fill;
      return withTrade(account, pair, tradeId, at);
    }
    case 'foreign.found':
      return withForeign(account, fact, quote);
    case 'transfer.recorded':
      return { ...account, transfers: heard(account.transfers, fact.data.id, fact.at) };
    case 'difference.found': {
      const missing = Object.entries(fact.data.missing);
      return { ...account, missing: new Map(missing.map(([of, much]) => [of, decimal(much)])) };
    }
    case 'account.lost':
      return { ...account, lost: fact.data.reason };
    case 'account.reconciled':
      return { ...account, lost: null };
    case 'foreign.adopted':
      return adopted(account, fact);
    default:
      return account;
  }
}

function withTrade(account: Account, pair: string, tradeId: string, at: number): Account {
  const times = heard(account.trades.get(pair) ?? new Map(), tradeId, at);
  return { ...account, trades: new Map(account.trades).set(pair, times) };
}

function withForeign(
  account: Account,
  { at, data }: FactOf<'foreign.found'>,
  quote: string,
): Account {
  const { pair, what, detail, tradeId, freezes } = data;
  const told = tradeId === null ? account : withTrade(account, pair, tradeId, at);
  const sold = pair.endsWith(`/${quote}`) ? withSale(account, data) : account.sold;
  // The first reason stays: it is where a person begins to look.
  const frozen =
    freezes && !account.frozen.has(pair)
      ? new Map(account.frozen).set(pair, { at, what, detail })
      : account.frozen;
  return { ...told, sold, frozen };
}

function withSale(
  { sold }: Account,
  { pair, sold: sale }: FactOf<'foreign.found'>['data'],
): Account['sold'] {
  const asset = assetOf(pair);
  const before: Sold = sold.get(asset) ?? { quantity: ZERO_QUANTITY, value: ZERO_MONEY };
  const after: Sold = {
    quantity: add(before.quantity, quantity(sale.quantity)),
    value: add(before.value, money(sale.value)),
  };
  const next = new Map(sold);
  if (after.quantity.gt(0)) next.set(asset, after);
  else next.delete(asset);
  return next;
}

function adopted(account: Account, { data }: FactOf<'foreign.adopted'>): Account {
  const accepted = [...account.accepted, ...data.orders].slice(-ACCEPTED_MAX);
  if (data.pair === null) {
    return { ...account, accepted, frozen: new Map(), sold: new Map(), missing: new Map() };
  }
  const asset = assetOf(data.pair);
  return {
    ...account,
    accepted,
    frozen: without(account.frozen, data.pair),
    sold: without(account.sold, asset),
    missing: without(account.missing, asset),
  };
}

function without<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
