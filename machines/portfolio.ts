// The portfolio supervisor: one mailbox, one writer. Proposals are gathered, then sized, reviewed and
// reserved in one synchronous transition; exits are taken at once, in every state. Each transition
// leaves the facts it decided in `facts`, and `publish` (given by the engine) journals them.
import { assign, setup } from 'xstate';
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
  record,
  settleReported,
} from '../src/domain/supervision.ts';
import type { Millis } from '../src/domain/time.ts';
import { type BreakerMoment, resetBreaker } from '../src/domain/tripping.ts';

/** Proposals waiting for their batch, newest first: each joins without the others being copied. */
export type Batch = { readonly proposal: Proposal; readonly before: Batch } | null;

/** The proposals of a batch in the order of their arrival. */
export function proposalsOf(batch: Batch): readonly Proposal[] {
  const proposals: Proposal[] = [];
  for (let one = batch; one !== null; one = one.before) proposals.push(one.proposal);
  return proposals.reverse();
}

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

/** The book and the facts after `act` worked on a draft of it. */
function decide(
  { book }: PortfolioContext,
  act: (draft: Draft) => readonly Fact[],
): Pick<PortfolioContext, 'book' | 'facts'> {
  const draft = draftOf(book);
  const facts = act(draft);
  return { book: draft, facts };
}

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
    mark: assign(({ context }, p: BreakerMoment & { record: boolean }) => ({
      ...decide(context, (draft) => judgeMarks(draft, context.terms, p)),
      marks: p.marks,
    })),
    markAndExit: assign(({ context }, p: BreakerMoment & { record: boolean }) => ({
      ...decide(context, (draft) => [
        ...judgeMarks(draft, context.terms, p),
        ...exitAll(draft, context.terms, p.at),
      ]),
      marks: p.marks,
    })),
    resetBreaker: assign(
      ({ context }, p: Order & { breaker: Pick<OpenBreaker, 'id' | 'on'>; marks: Marks }) =>
        decide(context, (draft) => resetBreaker(draft, p.breaker, p)),
    ),
    reduce: assign(({ context }, { at, by, reason }: Order) =>
      decide(context, (draft) =>
        record(draft, fact('trading.reduced', { at, key: by }, { by, reason })),
      ),
    ),
    flatten: assign(({ context }, { at, by, reason }: Order) =>
      decide(context, (draft) => [
        ...record(draft, fact('trading.flattened', { at, key: by }, { by, reason })),
        ...exitAll(draft, context.terms, at),
      ]),
    ),
    resume: assign(({ context }, { at, by, reason }: Order) =>
      decide(context, (draft) =>
        record(draft, fact('trading.resumed', { at, key: by }, { by, reason })),
      ),
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
    'batch.due': {
      actions: [
        { type: 'reviewBatch', params: ({ event }) => ({ ...event, open: false }) },
        'publish',
      ],
    },
    'exit.proposed': { actions: [{ type: 'exit', params: ({ event }) => event }, 'publish'] },
    'fill.reported': { actions: [{ type: 'settle', params: ({ event }) => event }, 'publish'] },
    'order.reported': { actions: [{ type: 'conclude', params: ({ event }) => event }, 'publish'] },
    'account.reported': { actions: [{ type: 'account', params: ({ event }) => event }, 'publish'] },
    'portfolio.marked': { actions: [{ type: 'mark', params: ({ event }) => event }, 'publish'] },
    'breaker.reset': {
      actions: [{ type: 'resetBreaker', params: ({ event }) => event }, 'publish'],
    },
  },
  states: {
    recovering: {
      on: {
        'recovery.completed': [
          { guard: 'isFlattening', target: 'flattening' },
          { guard: 'isReducing', target: 'reducing' },
          { target: 'active' },
        ],
        // A word from a person counts while recovering too; it takes hold when recovery is done.
        'portfolio.reduce': {
          actions: [{ type: 'reduce', params: ({ event }) => event }, 'publish'],
        },
        'portfolio.flatten': {
          actions: [{ type: 'flatten', params: ({ event }) => event }, 'publish'],
        },
        'portfolio.resume': {
          actions: [{ type: 'resume', params: ({ event }) => event }, 'publish'],
        },
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
        'portfolio.reduce': {
          target: 'reducing',
          actions: [{ type: 'reduce', params: ({ event }) => event }, 'publish'],
        },
        'portfolio.flatten': {
          target: 'flattening',
          actions: [{ type: 'flatten', params: ({ event }) => event }, 'publish'],
        },
      },
    },
    reducing: {
      always: { guard: 'isFlattening', target: 'flattening' },
      on: {
        'portfolio.flatten': {
          target: 'flattening',
          actions: [{ type: 'flatten', params: ({ event }) => event }, 'publish'],
        },
        'portfolio.resume': {
          target: 'active',
          actions: [{ type: 'resume', params: ({ event }) => event }, 'publish'],
        },
      },
    },
    flattening: {
      on: {
        'portfolio.marked': {
          actions: [{ type: 'markAndExit', params: ({ event }) => event }, 'publish'],
        },
        'portfolio.reduce': {
          target: 'reducing',
          actions: [{ type: 'reduce', params: ({ event }) => event }, 'publish'],
        },
        'portfolio.resume': {
          target: 'active',
          actions: [{ type: 'resume', params: ({ event }) => event }, 'publish'],
        },
      },
    },
  },
});
