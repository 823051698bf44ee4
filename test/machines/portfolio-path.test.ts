// The portfolio's chart walked along paths that are made from it (xstate/graph), with the book behind it: each step
// keeps the invariants of machines/README.md, and what was published makes the same book again.
import { expect, test } from 'vitest';
import type { AnyMachineSnapshot } from 'xstate';
import { type PortfolioEvent, portfolioMachine } from '../../machines/portfolio.ts';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import { encodeBook } from '../../src/domain/checkpoint.ts';
import type { ReviewTerms } from '../../src/domain/eligibility.ts';
import { type Fact, type FactType, fact } from '../../src/domain/fact.ts';
import { apply, draftOf, fold } from '../../src/domain/fold.ts';
import { price } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';
import { Coverage, eventsOf, pathsOf, watched } from './path.ts';

const at = NOON + 1000;

const pairs = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
const word = { at, by: 'anna', reason: 'for the test' };
const market = (mark: number) => ({
  ...{ at, readings: [], record: true },
  marks: new Map(pairs.map((pair) => [pair, price(mark)])),
});

/** A book in which `held` holds a tenth of the capital and `pending` has an entry out. */
function busyBook(terms: ReviewTerms) {
  const draft = draftOf(openedBook());
  const enter = (id: string, pair: string): Order => {
    const moment = { ...market(100), open: true };
    const [one] = review(draft, [proposalOf(configurationOf(id, { pair }))], terms, moment);
    if (one?.type !== 'signal.approved') throw new Error('expected an approval');
    return one.data.order;
  };
  settle(draft, fillOf(enter('held', 'BTC/USDT'), { price: '100' }), instrumentOf('BTC/USDT'));
  const pending = enter('pending', 'ETH/USDT');
  const open = { id: 'entries-day', on: 'held', at, value: 11, trip: 11, until: null } as const;
  apply(draft, fact('breaker.tripped', { at, key: 'held' }, open));
  return { book: draft, pending };
}

const proposal = proposalOf(configurationOf('new', { pair: 'SOL/USDT' }));
const courses: Readonly<Record<string, PortfolioEvent>> = {
  propose: { type: 'proposal.raised', proposal },
  batch: { type: 'batch.due', ...market(100) },
  // What is held loses nearly all it is worth.
  fall: { type: 'portfolio.marked', ...market(1) },
  reduce: { type: 'portfolio.reduce', ...word },
  flatten: { type: 'portfolio.flatten', ...word },
  resume: { type: 'portfolio.resume', ...word },
  recovered: { type: 'recovery.completed' },
};
const breaker = { id: 'entries-day', on: 'held' } as const;
const endings = (pending: Order): Readonly<Record<string, PortfolioEvent>> => ({
  mark: { type: 'portfolio.marked', ...market(100) },
  stale: { type: 'stream.stale', configIds: new Set(['new']) },
  exit: { type: 'exit.proposed', request: { configId: 'held', reason: 'stop', price: 99, at } },
  fill: { type: 'fill.reported', fill: fillOf(pending, { quantity: '1', tradeId: 'path' }) },
  news: {
    type: 'order.reported',
    news: { kind: 'unresolved', clientOrderId: pending.clientOrderId, at, reason: 'no answer' },
  },
  lost: { type: 'account.reported', news: { kind: 'lost', reason: 'cut', at } },
  reset: { type: 'breaker.reset', breaker, marks: market(100).marks, ...word },
});

/** What must be among the facts of an event in every state: exits are taken, the venue's words are booked. */
const owed: Partial<Record<PortfolioEvent['type'], FactType>> = {
  'fill.reported': 'fill.recorded',
  'order.reported': 'order.unresolved',
  'account.reported': 'account.lost',
  'breaker.reset': 'breaker.closed',
};

const exitingOf = (book: Portfolio) => book.positions.get('held')?.exiting ?? null;

/** One step of a path: what was published by it, in which state, and what came of it. */
function expectKept(
  event: PortfolioEvent,
  before: { readonly value: string; readonly book: Portfolio },
  after: { readonly value: string; readonly book: Portfolio; readonly batch: unknown },
  facts: readonly Fact[],
): void {
  const types = facts.map(({ type }) => type);
  if (after.value !== 'recovering') expect(after.value).toBe(after.book.trading);
  if (types.includes('signal.approved')) expect(before.value).toBe('active');
  if (event.type === 'batch.due') expect(after.batch).toBeNull();
  const due = owed[event.type];
  if (due !== undefined) expect(types).toContain(due);
  const isAsked = event.type === 'exit.proposed' && exitingOf(before.book) === null;
  if (isAsked) expect(types).toContain('exit.ordered');
  const isLeft = event.type === 'portfolio.marked' && before.value === 'flattening';
  if (isLeft) expect(exitingOf(after.book)).not.toBeNull();
}

const situationOf = ({ context, value }: AnyMachineSnapshot): string => {
  const { book, batch } = context;
  const isBatched = batch !== null;
  return [value, book.trading, isBatched, exitingOf(book), ...book.breakers.keys()].join(' ');
};

/** What a fall does, and the ways out by a breaker that only the other one takes. */
const falls = [
  {
    ...{ what: 'reduces', levels: { drawdownReduce: 0.05 } },
    unreached: ['portfolio.active always #0', 'portfolio.reducing always #0'],
  },
  {
    ...{ what: 'flattens', levels: { drawdownReduce: 0.5, drawdownFlatten: 0.05 } },
    unreached: ['portfolio.active always #1'],
  },
];

test.each(falls)(
  'portfolio, P1–P8, where a fall $what: every path publishes what its book is made of',
  ({ levels, unreached }) => {
    const terms = termsFor(pairs, { breakers: { ...DEFAULT_LEVELS, ...levels } });
    const { book, pending } = busyBook(terms);
    const published: Fact[] = [];
    let latest: readonly Fact[] = [];
    const machine = portfolioMachine.provide({
      actions: {
        publish: ({ context }) => {
          latest = context.facts;
          published.push(...latest);
        },
      },
    });
    const coverage = new Coverage(machine);
    const last = endings(pending);
    const input = { terms, book };
    const paths = pathsOf({
      ...{ machine, input, last, events: courses, situation: situationOf },
      // One proposal in a batch is enough.
      mayFollow: ({ context }, { type }) => type !== 'proposal.raised' || context.batch === null,
    });
    for (const path of paths) {
      const chart = watched(machine, coverage, input);
      published.length = 0;
      for (const event of eventsOf(path, { ...courses, ...last })) {
        const { value, context } = chart.getSnapshot();
        latest = [];
        chart.send(event);
        const after = chart.getSnapshot();
        const { batch } = after.context;
        const became = { value: after.value, book: after.context.book, batch };
        expectKept(event, { value, book: context.book }, became, latest);
      }
      const journalled: readonly Fact[] = JSON.parse(JSON.stringify(published));
      const after = chart.getSnapshot().context.book;
      expect(encodeBook(fold(book, journalled)), path.join()).toBe(encodeBook(after));
    }
    expect(coverage.missed).toEqual(unreached);
  },
  60_000,
);

test('between the two falls no way of the portfolio is left out', () => {
  const [first, second] = falls;
  expect(first?.unreached.filter((name) => second?.unreached.includes(name))).toEqual([]);
});
