// A person's word on the account while no engine runs: the same questions to the venue, the same decision,
// journalled under the lock an engine would hold.
import { orderKey } from '../domain/account.ts';
import type { ReviewTerms } from '../domain/eligibility.ts';
import { type Fact, fact } from '../domain/fact.ts';
import { type Draft, draftOf } from '../domain/fold.ts';
import type { Instrument } from '../domain/instrument.ts';
import type { Portfolio } from '../domain/portfolio.ts';
import { accountReported, concludeReported, settleReported } from '../domain/supervision.ts';
import type { Millis } from '../domain/time.ts';
import { compareBalances, differencesIn, recoverBook } from '../engine/recover.ts';
import { takeRound } from '../engine/round.ts';
import { isSettled } from '../engine/stocktake.ts';
import type { Venue } from '../ports.ts';
import type { Settings } from '../settings/settings.ts';
import { openStore } from '../store/store.ts';
import type { Acknowledgement, Command } from './command.ts';

interface Adopting {
  readonly pair: string | null;
  readonly by: string;
  readonly reason: string;
  /** Market time as far as the journal knows it. */
  readonly at: Millis;
}

/**
 * The facts after which the book has what the venue has; why not, where it cannot be said. `pairs`: whose
 * trades are asked for besides those the book deals in. Throws what the venue throws.
 */
async function adoptFor(
  book: Portfolio,
  venue: Pick<Venue, 'find' | 'fills' | 'openOrders' | 'balances'>,
  terms: ReviewTerms,
  { pair, by, reason, at }: Adopting,
  pairs: Iterable<string>,
): Promise<readonly Fact[] | string> {
  const draft: Draft = draftOf(book);
  const facts: Fact[] = [];
  const take = (some: readonly Fact[]): void => void facts.push(...some);
  const orders: string[] = [];
  await takeRound(
    {
      venue,
      book: () => draft,
      sink: {
        onFill: (fill) => take(settleReported(draft, terms, fill)),
        onOrderNews: (news) => take(concludeReported(draft, terms, news)),
        // Whoever asks until the end is an engine: what is still out then keeps us from comparing.
        onUnknown() {},
      },
      onForeignOrder(order) {
        take(accountReported(draft, terms, { kind: 'order', ...order }));
        if (pair === null || order.pair === pair) orders.push(orderKey(order));
      },
    },
    pairs,
  );
  if (!isSettled(draft)) return 'the end of an order is not known; start the engine, it finds out';
  const differences = differencesIn(compareBalances(draft, await venue.balances()));
  take(
    accountReported(draft, terms, {
      kind: 'adoption',
      ...{ pair, by, reason, orders, at },
      ...{ differences, marks: new Map() },
    }),
  );
  return facts;
}

export const adoptedWords = (pair: string | null): string =>
  `what the venue says of ${pair ?? 'the account'} is the book from now on; \`reconcile\` shows both`;

/**
 * Journals a person's word on the account where no engine runs. `venue` is connected; `instruments` are its
 * rules. Throws `StoreFault`, also while an engine holds the store, and what the venue throws.
 */
export async function adoptOffline(
  settings: Settings,
  venue: Parameters<typeof adoptFor>[1] & Pick<Venue, 'name'>,
  instruments: ReadonlyMap<string, Instrument>,
  command: Extract<Command, { kind: 'adopt' }>,
): Promise<Acknowledgement> {
  const { id, kind, pair, by, reason } = command;
  const { userId } = settings.portfolio;
  const { url } = settings.store;
  const store = await openStore({ url, userId, venue: venue.name, isPaper: false });
  try {
    const { book, at } = await recoverBook(store.journal);
    const terms: ReviewTerms = {
      ...{ engine: book.engine, limits: settings.risk, sizing: settings.sizing, instruments },
      ...{ execution: settings.execution, breakers: settings.breakers, correlation: () => 1 },
      protection: settings.protection,
    };
    const active = await store.read.configurations('active');
    const pairs = active.map((one) => one.pair).filter((one) => instruments.has(one));
    const found = await adoptFor(book, venue, terms, { pair, by, reason, at }, pairs);
    const ok = typeof found !== 'string';
    const message = ok ? adoptedWords(pair) : `nothing was accepted: ${found}`;
    const acknowledged = fact('command.acknowledged', { at, key: id }, { id, kind, ok, message });
    await store.journal.append([...(ok ? found : []), acknowledged]);
    return { ok, message };
  } finally {
    await store.close();
  }
}
