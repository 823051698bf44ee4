// What the supervisor does with each thing it hears, as functions from a draft of the book to facts;
// the statechart says when.
import { type Adoption, adopt } from './adoption.ts';
import { conclude, type OrderNews } from './conclusion.ts';
import { judgeDay } from './day.ts';
import type { Proposal, ReviewMoment, ReviewTerms } from './eligibility.ts';
import { type ExitRequest, orderExit } from './exit.ts';
import { type Fact, fact } from './fact.ts';
import type { Fill } from './fill.ts';
import { apply, type Draft } from './fold.ts';
import {
  differed,
  type ForeignOrder,
  foreignOrder,
  foreignTrade,
  lost,
  reconciled,
  type Transfer,
  transferred,
} from './foreign.ts';
import type { Instrument } from './instrument.ts';
import type { Decimal, Price } from './money.ts';
import { equityMark, heldPairs, isMarked, type LiveOrder, slipOf } from './portfolio.ts';
import { judgeProbe } from './probing.ts';
import { protect, protectAll, takeBack } from './protection.ts';
import { review } from './review.ts';
import { completionOf, settle } from './settlement.ts';
import type { Millis } from './time.ts';
import { type BreakerMoment, judgeBreakers, judgeResult, judgeSlippage } from './tripping.ts';

/** Applies a fact the supervisor made itself. */
export const record = (draft: Draft, next: Fact): readonly Fact[] => {
  apply(draft, next);
  return [next];
};

/**
 * A fill of one of our orders settles. One of nobody we know is posted as foreign, and so is one that
 * came so late that its place is taken: a sale whose position another has closed, a trade of a pair that
 * its configuration has left for another. `feePrice`: of its fee's asset, where that is a third one.
 */
export function settleReported(
  draft: Draft,
  terms: ReviewTerms,
  fill: Fill,
  feePrice?: Price,
): readonly Fact[] {
  const instrument = terms.instruments.get(fill.pair);
  const live = draft.orders.get(fill.clientOrderId);
  if (instrument !== undefined && live !== undefined && isPlaced(draft, live)) {
    const facts = judged(draft, settle(draft, fill, instrument, feePrice), terms);
    return [...facts, ...followed(draft, facts, instrument, terms, fill.at)];
  }
  if (live?.trades.includes(fill.tradeId) === true) return [];
  const found = foreignTrade(draft, fill);
  const end = found.length === 0 ? undefined : completionOf(draft, fill);
  if (instrument === undefined || end === undefined) return found;
  // An order of ours that sold what nobody holds any more: it keeps no other waiting.
  const ended = judged(draft, record(draft, end), terms);
  return [...found, ...ended, ...followed(draft, ended, instrument, terms, fill.at)];
}

/** News of the venue's account that no order of ours explains. */
export type AccountNews =
  | ({ readonly kind: 'order' } & ForeignOrder)
  | ({ readonly kind: 'transfer'; readonly ceiling: Decimal } & Transfer)
  /** `missing`: what the venue has less of than the book, by asset. */
  | {
      readonly kind: 'differences';
      readonly missing: ReadonlyMap<string, Decimal>;
      readonly at: Millis;
    }
  | { readonly kind: 'lost'; readonly reason: string; readonly at: Millis }
  | { readonly kind: 'reconciled'; readonly at: Millis }
  | ({ readonly kind: 'adoption' } & Adoption);

export function accountReported(
  draft: Draft,
  terms: ReviewTerms,
  news: AccountNews,
): readonly Fact[] {
  switch (news.kind) {
    case 'order':
      return foreignOrder(draft, news);
    case 'transfer':
      return transferred(draft, news, news.ceiling);
    case 'differences':
      return differed(draft, news.missing, news.at);
    case 'lost':
      return lost(draft, news.reason, news.at);
    case 'reconciled':
      return reconciled(draft, news.at);
    case 'adoption':
      return judged(draft, adopt(draft, news, terms.instruments), terms);
    default:
      return news satisfies never;
  }
}

/** With the breakers of every order that ended and every position that closed. */
const judged = (draft: Draft, facts: readonly Fact[], terms: ReviewTerms): readonly Fact[] => [
  ...facts,
  ...facts.flatMap((one) => judgedAfter(draft, one, terms)),
];

function judgedAfter(draft: Draft, one: Fact, { breakers: levels }: ReviewTerms): readonly Fact[] {
  if (one.type === 'position.closed') {
    return judgeResult(draft, one.data.trade.configId, one.at, levels);
  }
  if (one.type !== 'order.ended') return [];
  const { clientOrderId } = one.data;
  // The probe first: what it closes begins to measure anew.
  const tried = judgeProbe(draft, clientOrderId, one.at, levels);
  const live = draft.orders.get(clientOrderId);
  if (live === undefined || slipOf(live) === undefined) return tried;
  return [...tried, ...judgeSlippage(draft, live.asset, one.at, levels)];
}

/** The order has a position of its pair to settle into, or can open one. */
function isPlaced(draft: Draft, { order, opening }: LiveOrder): boolean {
  if (order.purpose === 'protection') return heldPairs(draft).has(order.pair);
  const position = draft.positions.get(order.configId);
  return position === undefined ? opening !== null : position.opening.pair === order.pair;
}

/** News of one of our orders; of others, nothing. */
export function concludeReported(
  draft: Draft,
  terms: ReviewTerms,
  news: OrderNews,
): readonly Fact[] {
  const pair = draft.orders.get(news.clientOrderId)?.order.pair;
  const instrument = pair === undefined ? undefined : terms.instruments.get(pair);
  if (instrument === undefined) return [];
  const facts = judged(draft, conclude(draft, news, instrument), terms);
  return [...facts, ...followed(draft, facts, instrument, terms, news.at)];
}

/**
 * What follows from news of an order: more than was wanted goes again, whoever waited for a stop to let go
 * of its coins gets its order, and the right stop stands for those that stay.
 */
function followed(
  draft: Draft,
  news: readonly Fact[],
  instrument: Instrument,
  terms: ReviewTerms,
  at: Millis,
): readonly Fact[] {
  if (news.length === 0) return [];
  const surplus = news.flatMap((one) => surplusOf(draft, one));
  const waiting = [...draft.positions.values()].filter(
    ({ opening, awaiting }) => opening.pair === instrument.pair && awaiting !== null,
  );
  const exits = [
    ...surplus.map((configId) => ({ configId, reason: 'overfill' as const })),
    ...waiting.map(({ opening, exiting }) => ({
      configId: opening.configId,
      reason: exiting ?? 'stop',
    })),
  ].flatMap((exit) =>
    judged(draft, orderExit(draft, { ...exit, price: null, at }, instrument, terms.engine), terms),
  );
  return [...exits, ...protect(draft, instrument, terms, at)];
}

/** The configuration whose entry was filled beyond what was approved. */
function surplusOf(draft: Draft, one: Fact): readonly string[] {
  if (one.type !== 'order.overfilled') return [];
  const order = draft.orders.get(one.data.clientOrderId)?.order;
  return order?.purpose === 'entry' ? [order.configId] : [];
}

/** One position asked to go. */
export function exitProposed(
  draft: Draft,
  terms: ReviewTerms,
  request: ExitRequest,
): readonly Fact[] {
  const pair = draft.positions.get(request.configId)?.opening.pair;
  const instrument = pair === undefined ? undefined : terms.instruments.get(pair);
  if (instrument === undefined) return [];
  return judged(draft, orderExit(draft, request, instrument, terms.engine), terms);
}

/**
 * Every position asked to go that has no order out; of those asked before only `again`, for an exit that
 * failed waits for its own next try.
 */
export function exitAll(
  draft: Draft,
  terms: ReviewTerms,
  { at, again }: { readonly at: Millis; readonly again: boolean },
): readonly Fact[] {
  return [...draft.positions]
    .filter(([, { exiting }]) => again || exiting === null)
    .flatMap(([configId]) =>
      exitProposed(draft, terms, { configId, reason: 'flatten', price: null, at }),
    );
}

/** A batch: the day and the breakers first, then everyone who asks to enter. */
export function judgeBatch(
  draft: Draft,
  proposals: readonly Proposal[],
  terms: ReviewTerms,
  moment: ReviewMoment,
): readonly Fact[] {
  const facts = [
    ...judgeDay(draft, moment.marks, moment.at, terms.limits),
    ...judgeBreakers(draft, moment, terms.breakers),
  ];
  // A breaker may have reduced the portfolio just now.
  const open = moment.open && draft.trading === 'active';
  return [...facts, ...review(draft, proposals, terms, { ...moment, open })];
}

/** Where there is to be no new exposure, an entry that still stands at the venue adds none. */
function takeBackEntries(draft: Draft, at: Millis): readonly Fact[] {
  if (draft.trading === 'active') return [];
  return [...draft.orders.values()]
    .filter(({ order }) => order.purpose === 'entry')
    .flatMap((live) => takeBack(draft, live, 'reduce', at));
}

/** A look at everything, about once a second. */
export interface MarkMoment extends BreakerMoment {
  /** Whether it belongs in the equity curve; a book without prices has no point there. */
  readonly record: boolean;
  /** False while the venue has not been asked about everything that was out. */
  readonly settled: boolean;
}

/** The day, the breakers, what should stand at the venue and what should not, and the equity curve. */
export function judgeMarks(draft: Draft, terms: ReviewTerms, moment: MarkMoment): readonly Fact[] {
  const facts = [
    ...judgeDay(draft, moment.marks, moment.at, terms.limits),
    ...judgeBreakers(draft, moment, terms.breakers),
    ...takeBackEntries(draft, moment.at),
    ...(moment.settled ? protectAll(draft, terms, moment.at) : []),
  ];
  if (!moment.record || !isMarked(draft, moment.marks)) return facts;
  const mark = equityMark(draft, moment.marks);
  const about = { at: moment.at, key: draft.quote };
  return [...facts, ...record(draft, fact('equity.marked', about, mark))];
}
