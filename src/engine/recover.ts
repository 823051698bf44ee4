// Start-up is recovery: the newest checkpoint, the facts after it, then the venue's word on every
// order that had not ended. Running it twice changes nothing.
import { decodeBook, encodeBook, hashOf } from '../domain/checkpoint.ts';
import type { Entry } from '../domain/fact.ts';
import { apply, draftOf } from '../domain/fold.ts';
import type { Instrument } from '../domain/instrument.ts';
import { holdings } from '../domain/ledger.ts';
import { type Decimal, decimal, text } from '../domain/money.ts';
import { EMPTY_PORTFOLIO, hasEnded, type LiveOrder, type Portfolio } from '../domain/portfolio.ts';
import { DAY, type Millis } from '../domain/time.ts';
import type { Balance, Journal, OrderReport, Venue } from '../ports.ts';
import { type ExecutionSink, isOver, newsOf, rests } from './execution.ts';

export interface Recovered {
  readonly book: Portfolio;
  /** Number of the last entry folded; 0 when the journal is empty. */
  readonly seq: number;
  /** Market time to go on from; 0 when there is none. */
  readonly at: Millis;
}

/** The book as the journal has it. A checkpoint that does not fit its hash is left aside. */
export async function recoverBook(
  journal: Pick<Journal, 'latestCheckpoint' | 'read'>,
): Promise<Recovered> {
  const { book, seq: from } = await newestSound(journal);
  const draft = draftOf(book);
  let last: Entry | undefined;
  // The entry the checkpoint ends with is read as well: it says what time it was.
  for await (const entry of journal.read(from)) {
    if (entry.seq > from) apply(draft, entry);
    last = entry;
  }
  return { book: draft, seq: last?.seq ?? from, at: timeAfter(draft, last?.at ?? 0) };
}

/** The newest checkpoint that is what it was when it was saved; the beginning where there is none. */
async function newestSound(
  journal: Pick<Journal, 'latestCheckpoint'>,
): Promise<{ book: Portfolio; seq: number }> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const saved = await journal.latestCheckpoint(before);
    // One that is not older than the last was looked at already.
    if (saved === undefined || !(saved.seq < before)) break;
    const book = checked(saved.state, saved.hash);
    if (book !== undefined) return { book, seq: saved.seq };
    before = saved.seq;
  }
  return { book: EMPTY_PORTFOLIO, seq: 0 };
}

/** Market time of the last entry, but not of a day that is over: the venue may have dated that entry before. */
export const timeAfter = ({ day }: Portfolio, lastAt: Millis): Millis =>
  Math.max(lastAt, (day?.number ?? 0) * DAY);

/** Undefined for a state that was changed, and for one of a program that remembered less. */
function checked(state: string, hash: string): Portfolio | undefined {
  if (hashOf(state) !== hash) return undefined;
  const book = decodeBook(state, hash);
  return Object.keys(EMPTY_PORTFOLIO).every((part) => Object.hasOwn(book, part)) ? book : undefined;
}

/** Stores the book so that the next start need not fold the whole journal. */
export async function saveCheckpoint(
  journal: Journal,
  book: Portfolio,
  seq: number,
): Promise<void> {
  const state = encodeBook(book);
  await journal.saveCheckpoint({ seq, state, hash: hashOf(state) });
}

/** How far before an order its fills are looked for: the venue's clock is not ours. */
export const fillLookBackMs: Millis = 5 * 60_000;

/** Asks the venue about every order that had not ended. Throws `VenueFault`. */
export async function reconcileOrders(
  book: Portfolio,
  venue: Pick<Venue, 'find' | 'fills'>,
  sink: ExecutionSink,
): Promise<void> {
  const open = [...book.orders.values()].filter((live) => !hasEnded(live));
  const found: { live: LiveOrder; report: OrderReport | undefined }[] = [];
  for (const live of open) found.push({ live, report: await venue.find(live.order) });
  // Asked for later than the orders, so that none is told as over whose fills are not here; and told
  // first, so that an order that ended with fills keeps them.
  for (const [pair, since] of firstTimes(open)) {
    const fills = await venue.fills(pair, since - fillLookBackMs);
    for (const fill of fills.filter((one) => book.orders.has(one.clientOrderId))) sink.onFill(fill);
  }
  for (const { live, report } of found) {
    if (report !== undefined) sink.onOrderNews(newsOf(report));
    if (report === undefined || !isRight(live, report)) sink.onUnknown(live.order);
  }
}

/** Nothing needs to be found out: it is over, or rests where it should. */
const isRight = ({ order, state }: LiveOrder, report: OrderReport): boolean =>
  isOver(report) || (rests(order) && state !== 'canceling');

/** Time of each pair's oldest order. */
function firstTimes(open: readonly LiveOrder[]): ReadonlyMap<string, Millis> {
  const times = new Map<string, Millis>();
  for (const { order } of open) {
    times.set(order.pair, Math.min(order.at, times.get(order.pair) ?? order.at));
  }
  return times;
}

/** One asset, as the book has it and as the venue has it. */
export interface Comparison {
  readonly asset: string;
  readonly book: string;
  readonly venue: string;
  readonly difference: string;
}

/** Every asset that book or venue holds any of. Foreign holdings belong to the book's side. */
export function compareBalances(
  book: Portfolio,
  balances: ReadonlyMap<string, Balance>,
): readonly Comparison[] {
  const held = holdings(book.balances);
  const assets = new Set([book.quote, ...held.keys()]);
  for (const [asset, { free, locked }] of balances) {
    if (!decimal(free).plus(locked).isZero()) assets.add(asset);
  }
  return [...assets].map((asset) => {
    const ours = held.get(asset) ?? decimal(0);
    const balance = balances.get(asset);
    const theirs = decimal(balance?.free ?? 0).plus(balance?.locked ?? 0);
    return {
      asset,
      book: text(ours),
      venue: text(theirs),
      difference: text(theirs.minus(ours)),
    };
  });
}

/** What the venue has more, or below zero less, than the book, by asset. */
export const differencesIn = (lines: readonly Comparison[]): ReadonlyMap<string, Decimal> =>
  new Map(
    lines
      .map(({ asset, difference }) => [asset, decimal(difference)] as const)
      .filter(([, difference]) => !difference.isZero()),
  );

/** Of the quote currency this much may be missing before anybody is asked: its lot. */
const quoteLot = decimal(1);

export interface Shortage extends Comparison {
  /** What is missing, in lots. */
  readonly lots: number;
}

/**
 * What the venue has less of than the book, by more than a lot, of the quote currency and of assets in
 * which a position is open: something is gone that is traded on. What else there is belongs to its owner.
 */
export function shortages(
  differences: readonly Comparison[],
  book: Portfolio,
  instruments: ReadonlyMap<string, Instrument>,
): readonly Shortage[] {
  const sizes = new Map<string, Decimal>([[book.quote, quoteLot]]);
  for (const { base, stepSize } of instruments.values()) {
    const known = sizes.get(base);
    if (known === undefined || stepSize.gt(known)) sizes.set(base, stepSize);
  }
  const traded = new Set([book.quote]);
  for (const { opening } of book.positions.values()) traded.add(opening.asset);
  return differences
    .filter(({ asset }) => traded.has(asset))
    .map((one) => {
      const lots = decimal(one.difference)
        .negated()
        .div(sizes.get(one.asset) ?? quoteLot);
      return { ...one, lots: lots.toNumber() };
    })
    .filter(({ lots }) => lots > 1);
}
