// The portfolio supervisor: one mailbox, one writer. Proposals are gathered, then sized, reviewed and
// reserved in one synchronous transition; exits are taken at once, in every state. Each transition
// leaves the facts it decided in `facts`, and `publish` (given by the engine) journals them.
import { assign, setup } from 'xstate';
import { type Batch, proposalsOf, withStale } from '../src/domain/batch.ts';
import type { OrderNews } from '../src/domain/conclusion.ts';
import type { Proposal, ReviewTerms } from '../src/domain/eligibility.ts';
import type { ExitRequest } from '../src/domain/exit.ts';
import { type Fact, fact, type Named } from '../src/domain/fact.ts';
import type { Fill } from '../src/domain/fill.ts';
import { type Draft, draftOf } from '../src/domain/fold.ts';
import type { Price } from '../src/domain/money.ts';
import type { OpenBreaker } from '../src/domain/open-breaker.ts';
import type { Marks, Portfolio } from '../src/domain/portfolio.ts';
import {
  type AccountNews,
  accountReported,
  concludeReported,
  exitAll,
  exitProposed,
  judgeBatch,
  judgeMarks,
  type MarkMoment,
  record,
  settleReported,
} from '../src/domain/supervision.ts';
import type { Millis } from '../src/domain/time.ts';
import { type BreakerMoment, resetBreaker } from '../src/domain/tripping.ts';

export interface PortfolioContext {
  readonly terms: ReviewTerms;
  readonly book: Portfolio;
  readonly marks: Marks;
  readonly batch: Batch;
  /** What the last transition decided. */
  readonly facts: readonly Fact[];
}

type Order = Named & { readonly at: Millis };

export type PortfolioEvent =
  | { readonly type: 'proposal.raised'; readonly proposal: Proposal }
  | ({ readonly type: 'batch.due' } & BreakerMoment)
  /** The stream of these configurations went stale: what they proposed before is no longer fresh. */
  | { readonly type: 'stream.stale'; readonly configIds: ReadonlySet<string> }
  | { readonly type: 'exit.proposed'; readonly request: ExitRequest }
  | { readonly type: 'fill.reported'; readonly fill: Fill; readonly feePrice?: Price | undefined }
  | { readonly type: 'order.reported'; readonly news: OrderNews }
  | { readonly type: 'account.reported'; readonly news: AccountNews }
  | ({
      readonly type: 'portfolio.marked';
      /** Whether this mark belongs in the equity curve. */
      readonly record: boolean;
    } & BreakerMoment)
  | ({ readonly type: 'portfolio.reduce' } & Order)
  | ({ readonly type: 'portfolio.flatten' } & Order)
  | ({ readonly type: 'portfolio.resume' } & Order)
  | ({
      readonly type: 'breaker.reset';
      readonly breaker: Pick<OpenBreaker, 'id' | 'on'>;
      readonly marks: Marks;
    } & Order)
  | { readonly type: 'recovery.completed' };

const spoken = ({ event }: { event: Order }): Order => event;
/** A person's word takes hold at once, wherever trading has been so far. */
const reduce = {
  target: 'reducing',
  actions: [{ type: 'reduce', params: spoken }, 'publish'],
} as const;
const flatten = {
  target: 'flattening',
  actions: [{ type: 'flatten', params: spoken }, 'publish'],
} as const;
const resume = {
  target: 'active',
  actions: [{ type: 'resume', params: spoken }, 'publish'],
} as const;

/** The book and the facts after `act` worked on a draft of it. */
function decide(
  { book }: PortfolioContext,
  act: (draft: Draft) => readonly Fact[],
): Pick<PortfolioContext, 'book' | 'facts'> {
  const draft = draftOf(book);
  const facts = act(draft);
  return { book: draft, facts };
}

/** A word on whether the portfolio trades, written down with who spoke it and why. */
const said = (
  draft: Draft,
  type: 'trading.reduced' | 'trading.flattened' | 'trading.resumed',
  { at, by, reason }: Order,
): readonly Fact[] => record(draft, fact(type, { at, key: by }, { by, reason }));

export const portfolioMachine = setup({
  types: {
    context: {} as PortfolioContext,
    events: {} as PortfolioEvent,
    input: {} as Pick<PortfolioContext, 'terms' | 'book'>,
  },
  actions: {
    /** Given by the engine: journals `context.facts`, then lets them take effect. */
    publish: () => {},
    /** Given by the engine: sees to it that `batch.due` follows within the gathering time. */
    gather: () => {},
    collect: assign(({ context }, { proposal }: { proposal: Proposal }) => ({
      batch: { proposal, before: context.batch },
    })),
    doubt: assign(({ context }, p: { configIds: ReadonlySet<string> }) => ({
      batch: withStale(context.batch, p.configIds),
    })),
    reviewBatch: assign(({ context }, p: BreakerMoment & { open: boolean }) => ({
      ...decide(context, (draft) =>
        judgeBatch(draft, proposalsOf(context.batch), context.terms, p),
      ),
      marks: p.marks,
      batch: null,
    })),
    exit: assign(({ context }, { request }: { request: ExitRequest }) =>
      decide(context, (draft) => exitProposed(draft, context.terms, request)),
    ),
    settle: assign(({ context }, p: { fill: Fill; feePrice?: Price | undefined }) =>
      decide(context, (draft) => settleReported(draft, context.terms, p.fill, p.feePrice)),
    ),
    account: assign(({ context }, { news }: { news: AccountNews }) =>
      decide(context, (draft) => accountReported(draft, context.terms, news)),
    ),
    conclude: assign(({ context }, { news }: { news: OrderNews }) =>
      decide(context, (draft) => concludeReported(draft, context.terms, news)),
    ),
    mark: assign(({ context }, p: MarkMoment) => ({
      ...decide(context, (draft) => judgeMarks(draft, context.terms, p)),
      marks: p.marks,
    })),
    markAndExit: assign(({ context }, p: MarkMoment) => ({
      ...decide(context, (draft) => [
        ...judgeMarks(draft, context.terms, p),
        ...exitAll(draft, context.terms, { at: p.at, again: false }),
      ]),
      marks: p.marks,
    })),
    resetBreaker: assign(
      ({ context }, p: Order & { breaker: Pick<OpenBreaker, 'id' | 'on'>; marks: Marks }) =>
        decide(context, (draft) => resetBreaker(draft, p.breaker, p)),
    ),
    reduce: assign(({ context }, order: Order) =>
      decide(context, (draft) => said(draft, 'trading.reduced', order)),
    ),
    flatten: assign(({ context }, order: Order) =>
      decide(context, (draft) => [
        ...said(draft, 'trading.flattened', order),
        ...exitAll(draft, context.terms, { at: order.at, again: true }),
      ]),
    ),
    resume: assign(({ context }, order: Order) =>
      decide(context, (draft) => said(draft, 'trading.resumed', order)),
    ),
  },
  guards: {
    isReducing: ({ context }) => context.book.trading === 'reducing',
    isFlattening: ({ context }) => context.book.trading === 'flattening',
  },
}).createMachine({
  id: 'portfolio',
  initial: 'recovering',
  context: ({ input }) => ({ ...input, marks: new Map(), batch: null, facts: [] }),
  on: {
    'proposal.raised': {
      actions: [{ type: 'collect', params: ({ event }) => event }, 'gather'],
    },
    'stream.stale': { actions: { type: 'doubt', params: ({ event }) => event } },
    'batch.due': {
      actions: [
        { type: 'reviewBatch', params: ({ event }) => ({ ...event, open: false }) },
        'publish',
      ],
    },
    'exit.proposed': { actions: [{ type: 'exit', params: ({ event }) => event }, 'publish'] },
    'fill.reported': { actions: [{ type: 'settle', params: ({ event }) => event }, 'publish'] },
    'order.reported': { actions: [{ type: 'conclude', params: ({ event }) => event }, 'publish'] },
    'portfolio.marked': {
      actions: [{ type: 'mark', params: ({ event }) => ({ ...event, settled: true }) }, 'publish'],
    },
    'account.reported': { actions: [{ type: 'account', params: ({ event }) => event }, 'publish'] },
    'breaker.reset': {
      actions: [{ type: 'resetBreaker', params: ({ event }) => event }, 'publish'],
    },
  },
  states: {
    recovering: {
      on: {
        'portfolio.marked': {
          actions: [
            { type: 'mark', params: ({ event }) => ({ ...event, settled: false }) },
            'publish',
          ],
        },
        'recovery.completed': [
          { guard: 'isFlattening', target: 'flattening' },
          { guard: 'isReducing', target: 'reducing' },
          { target: 'active' },
        ],
        // A word from a person counts while recovering too; it takes hold when recovery is done.
        'portfolio.reduce': { actions: reduce.actions },
        'portfolio.flatten': { actions: flatten.actions },
        'portfolio.resume': { actions: resume.actions },
      },
    },
    active: {
      // A breaker may ask for more than a pause, in the very transition that tripped it.
      always: [
        { guard: 'isFlattening', target: 'flattening' },
        { guard: 'isReducing', target: 'reducing' },
      ],
      on: {
        'batch.due': {
          actions: [
            { type: 'reviewBatch', params: ({ event }) => ({ ...event, open: true }) },
            'publish',
          ],
        },
        'portfolio.reduce': reduce,
        'portfolio.flatten': flatten,
      },
    },
    reducing: {
      always: { guard: 'isFlattening', target: 'flattening' },
      on: {
        'portfolio.flatten': flatten,
        'portfolio.resume': resume,
      },
    },
    flattening: {
      on: {
        'portfolio.marked': {
          actions: [
            { type: 'markAndExit', params: ({ event }) => ({ ...event, settled: true }) },
            'publish',
          ],
        },
        'portfolio.reduce': reduce,
        'portfolio.resume': resume,
      },
    },
  },
});
