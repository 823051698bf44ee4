// The first page of a new book: what the engine may use of an account, and what was there before it.
import { type Fact, fact } from '../domain/fact.ts';
import { engineId } from '../domain/identity.ts';
import { transaction } from '../domain/ledger.ts';
import { decimal, least, type Money, money, text } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import type { Balance } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';

/**
 * Opens the ledger: live with what is free up to the ceiling, on paper with the whole of it. Chance enters once,
 * here, and is journalled: `mark`, random text, becomes the mark of this engine's orders.
 */
export function opening(
  { portfolio }: Settings,
  live: boolean,
  balances: ReadonlyMap<string, Balance>,
  { at, mark }: { at: Millis; mark: string },
): Fact {
  const { quote } = portfolio;
  const ceiling = money(portfolio.equity);
  const free: Money = money(balances.get(quote)?.free ?? 0);
  const capital = live ? least(ceiling, free) : ceiling;
  const foreign: Record<string, string> = {};
  for (const [asset, balance] of live ? balances : []) {
    const whole = money(balance.free).plus(balance.locked);
    const rest = asset === quote ? whole.minus(capital) : whole;
    if (!rest.isZero()) foreign[asset] = text(rest);
  }
  const postings = transaction([
    { account: 'cash', asset: quote, amount: capital },
    { account: 'capital', asset: quote, amount: capital.negated() },
    ...Object.entries(foreign).flatMap(([asset, amount]) => [
      { account: 'foreign' as const, asset, amount: decimal(amount) },
      { account: 'venue' as const, asset, amount: decimal(amount).negated() },
    ]),
  ]);
  const data = { quote, capital: text(capital), engine: engineId(mark), foreign, postings };
  return fact('portfolio.opened', { at, key: quote }, data);
}
