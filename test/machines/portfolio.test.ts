// The portfolio statechart, whole: every state against every event, and the invariants P1–P9 of
// machines/README.md; P7 in any story, in test/model.
import { describe, expect, test } from 'vitest';
import { createActor, type SnapshotFrom } from 'xstate';
import { type PortfolioEvent, portfolioMachine } from '../../machines/portfolio.ts';
import { proposalsOf } from '../../src/domain/batch.ts';
import { type Fact, type FactType, fact } from '../../src/domain/fact.ts';
import { apply, type Draft, draftOf } from '../../src/domain/fold.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Portfolio, Trading } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

type State = SnapshotFrom<typeof portfolioMachine>['value'];
type EventType = PortfolioEvent['type'];

const pairs = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'];
const terms = termsFor(pairs);
const { marks } = momentAt({ 'BTC/USDT': 100, 'ETH/USDT': 100, 'SOL/USDT': 100 });
const at = NOON + 1000;
const word = { at, by: 'a person', reason: 'for the test' };

function entryOf(draft: Draft, id: string, pair: string): Order {
  const proposal = proposalOf(configurationOf(id, { pair }));
  const [decided] = review(draft, [proposal], terms, { ...momentAt(), marks });
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  return decided.data.order;
}

/** `held` holds a position, `pending` has an entry out, `new` has nothing yet. */
function busyBook(trading: Trading = 'active'): { book: Portfolio; pending: Order } {
  const draft = draftOf(openedBook());
  settle(draft, fillOf(entryOf(draft, 'held', 'BTC/USDT')), instrumentOf('BTC/USDT'));
  const pending = entryOf(draft, 'pending', 'ETH/USDT');
  const open = { id: 'entries-day', on: 'held', at, value: 11, trip: 11, until: null } as const;
  apply(draft, fact('breaker.tripped', { at, key: 'held' }, open));
  return { book: { ...draft, trading }, pending };
}

function started(book: Portfolio) {
  const published: Fact[] = [];
  let gathered = 0;
  const machine = portfolioMachine.provide({
    actions: {
      publish: ({ context }) => published.push(...context.facts),
      gather: () => {
        gathered += 1;
      },
    },
  });
  const actor = createActor(machine, { input: { terms, book } }).start();
  return {
    actor,
    published,
    gathered: () => gathered,
    state: (): State => actor.getSnapshot().value,
    book: (): Portfolio => actor.getSnapshot().context.book,
  };
}

/** A machine in `state`, by the shortest way: its book stood there when it started. */
function standing(state: State) {
  const { book, pending } = busyBook(state === 'recovering' ? 'active' : state);
  const bench = started(book);
  if (state !== 'recovering') bench.actor.send({ type: 'recovery.completed' });
  expect(bench.state()).toBe(state);
  return { ...bench, pending };
}

const proposal = proposalOf(configurationOf('new', { pair: 'SOL/USDT' }));

/** One event of each type about the busy book. */
const eventsAbout = (pending: Order): { [T in EventType]: PortfolioEvent } => ({
  'proposal.raised': { type: 'proposal.raised', proposal },
  'batch.due': { type: 'batch.due', at, marks, readings: [] },
  'stream.stale': { type: 'stream.stale', configIds: new Set(['new']) },
  'exit.proposed': {
    type: 'exit.proposed',
    request: { configId: 'held', reason: 'stop', price: 99, at },
  },
  'fill.reported': { type: 'fill.reported', fill: fillOf(pending, { quantity: '1' }) },
  'order.reported': {
    type: 'order.reported',
    news: {
      kind: 'ended',
      clientOrderId: pending.clientOrderId,
      at,
      state: 'canceled',
      code: null,
      message: null,
    },
  },
  'account.reported': { type: 'account.reported', news: { kind: 'lost', reason: 'cut', at } },
  'portfolio.marked': { type: 'portfolio.marked', at, marks, readings: [], record: true },
  'portfolio.reduce': { type: 'portfolio.reduce', ...word },
  'portfolio.flatten': { type: 'portfolio.flatten', ...word },
  'portfolio.resume': { type: 'portfolio.resume', ...word },
  'breaker.reset': {
    type: 'breaker.reset',
    breaker: { id: 'entries-day', on: 'held' },
    marks,
    ...word,
  },
  'recovery.completed': { type: 'recovery.completed' },
});

/** Where an event leads, and the facts it publishes. */
type Cell = readonly [to: State, ...published: FactType[]];

/** What goes on in every state: exits, the venue's words, gathering (P2, P3). */
const always = {
  'exit.proposed': ['exit.ordered'],
  'fill.reported': ['position.opened', 'fill.recorded'],
  'order.reported': ['order.ended'],
  'account.reported': ['account.lost'],
} as const;

const table: { readonly [S in State]: { readonly [T in EventType]: Cell } } = {
  recovering: {
    'proposal.raised': ['recovering'],
    'batch.due': ['recovering', 'signal.refused'],
    'stream.stale': ['recovering'],
    'exit.proposed': ['recovering', ...always['exit.proposed']],
    'fill.reported': ['recovering', ...always['fill.reported']],
    'order.reported': ['recovering', ...always['order.reported']],
    'account.reported': ['recovering', ...always['account.reported']],
    'portfolio.marked': ['recovering', 'equity.marked'],
    'portfolio.reduce': ['recovering', 'trading.reduced'],
    'portfolio.flatten': ['recovering', 'trading.flattened', 'exit.ordered'],
    'portfolio.resume': ['recovering', 'trading.resumed'],
    'breaker.reset': ['recovering', 'breaker.closed'],
    'recovery.completed': ['active'],
  },
  active: {
    'proposal.raised': ['active'],
    'batch.due': ['active', 'signal.approved'],
    'stream.stale': ['active'],
    'exit.proposed': ['active', ...always['exit.proposed']],
    'fill.reported': ['active', ...always['fill.reported']],
    'order.reported': ['active', ...always['order.reported']],
    'account.reported': ['active', ...always['account.reported']],
    'portfolio.marked': ['active', 'equity.marked'],
    'portfolio.reduce': ['reducing', 'trading.reduced'],
    'portfolio.flatten': ['flattening', 'trading.flattened', 'exit.ordered'],
    'portfolio.resume': ['active'],
    'breaker.reset': ['active', 'breaker.closed'],
    'recovery.completed': ['active'],
  },
  reducing: {
    'proposal.raised': ['reducing'],
    'batch.due': ['reducing', 'signal.refused'],
    'stream.stale': ['reducing'],
    'exit.proposed': ['reducing', ...always['exit.proposed']],
    'fill.reported': ['reducing', ...always['fill.reported']],
    'order.reported': ['reducing', ...always['order.reported']],
    'account.reported': ['reducing', ...always['account.reported']],
    'portfolio.marked': ['reducing', 'equity.marked'],
    'portfolio.reduce': ['reducing'],
    'portfolio.flatten': ['flattening', 'trading.flattened', 'exit.ordered'],
    'portfolio.resume': ['active', 'trading.resumed'],
    'breaker.reset': ['reducing', 'breaker.closed'],
    'recovery.completed': ['reducing'],
  },
  flattening: {
    'proposal.raised': ['flattening'],
    'batch.due': ['flattening', 'signal.refused'],
    'stream.stale': ['flattening'],
    'exit.proposed': ['flattening', ...always['exit.proposed']],
    'fill.reported': ['flattening', ...always['fill.reported']],
    'order.reported': ['flattening', ...always['order.reported']],
    'account.reported': ['flattening', ...always['account.reported']],
    'portfolio.marked': ['flattening', 'equity.marked', 'exit.ordered'],
    'portfolio.reduce': ['reducing', 'trading.reduced'],
    'portfolio.flatten': ['flattening'],
    'portfolio.resume': ['active', 'trading.resumed'],
    'breaker.reset': ['flattening', 'breaker.closed'],
    'recovery.completed': ['flattening'],
  },
};

const states = Object.keys(table) as readonly State[];
const cells = states.flatMap((state) =>
  (Object.entries(table[state]) as [EventType, Cell][]).map(([type, [to, ...published]]) => ({
    ...{ state, type, to, published },
  })),
);

test.each(cells)('$state on $type: $to, $published', ({ state, type, to, published }) => {
  const bench = standing(state);
  if (type === 'batch.due') bench.actor.send({ type: 'proposal.raised', proposal });
  bench.actor.send(eventsAbout(bench.pending)[type]);
  expect(bench.state()).toBe(to);
  expect(bench.published.map((one) => one.type)).toEqual(published);
});

test.each(states.filter((state) => state !== 'active'))(
  'P1: in %s an entry is refused by name, and the decision is not spent',
  (state) => {
    const { actor, published } = standing(state);
    actor.send({ type: 'proposal.raised', proposal });
    actor.send({ type: 'batch.due', at, marks, readings: [] });
    expect(published[0]?.data).toMatchObject({ refusal: { code: 'trading-state' }, spent: false });
  },
);

test('P2: an exit does not wait for the batch that is being gathered', () => {
  const { actor, published } = standing('active');
  actor.send({ type: 'proposal.raised', proposal });
  actor.send({
    type: 'exit.proposed',
    request: { configId: 'held', reason: 'stop', price: 99, at },
  });
  expect(published.map(({ type }) => type)).toEqual(['exit.ordered']);
  expect(proposalsOf(actor.getSnapshot().context.batch)).toEqual([proposal]);
});

test('P4: a batch is decided at once, in the order of precedence, and is empty then', () => {
  const { actor, published, gathered } = standing('active');
  const ids = ['c', 'a', 'b'];
  for (const [index, id] of ids.entries()) {
    const configuration = configurationOf(id, { pair: 'SOL/USDT', sharpe: 1 + index });
    actor.send({ type: 'proposal.raised', proposal: proposalOf(configuration) });
  }
  expect(published).toEqual([]);
  expect(gathered()).toBe(3);
  actor.send({ type: 'batch.due', at, marks, readings: [] });
  expect(published.map(({ key }) => key)).toEqual(['b', 'a', 'c']);
  expect(proposalsOf(actor.getSnapshot().context.batch)).toEqual([]);
});

test('P5: flattening sends out what comes in, at the next mark', () => {
  const { actor, published, pending } = standing('flattening');
  actor.send(eventsAbout(pending)['portfolio.marked']);
  actor.send({ type: 'fill.reported', fill: fillOf(pending) });
  actor.send({ type: 'portfolio.marked', at, marks, readings: [], record: false });
  const exits = published.filter(({ type }) => type === 'exit.ordered');
  expect(exits.map(({ key }) => key)).toEqual(['held', 'pending']);
});

describe('P6: after recovery the portfolio is as a person last wanted it', () => {
  test.each<Trading>(['active', 'reducing', 'flattening'])('%s, by the book', (trading) => {
    const { actor, state } = started(busyBook(trading).book);
    actor.send({ type: 'recovery.completed' });
    expect(state()).toBe(trading);
  });

  test.each([
    ['portfolio.reduce', 'reducing'],
    ['portfolio.flatten', 'flattening'],
    ['portfolio.resume', 'active'],
  ] as const)('%s, said while it recovered', (type, expected) => {
    const { actor, state } = started(busyBook('reducing').book);
    actor.send({ type, ...word });
    actor.send({ type: 'recovery.completed' });
    expect(state()).toBe(expected);
  });
});

test('P9: of a stream that went stale nobody who waits is approved, of the others everyone is', () => {
  const { actor, published } = standing('active');
  for (const id of ['a', 'b']) {
    const configuration = configurationOf(id, { pair: 'SOL/USDT' });
    actor.send({ type: 'proposal.raised', proposal: proposalOf(configuration) });
  }
  actor.send({ type: 'stream.stale', configIds: new Set(['b', 'held']) });
  actor.send({ type: 'batch.due', at, marks, readings: [] });
  const decided = published.map(({ key, type, data }) => [
    key,
    type,
    'refusal' in data ? data.refusal : null,
  ]);
  expect(decided).toEqual([
    ['a', 'signal.approved', null],
    ['b', 'signal.refused', { code: 'stream-stale' }],
  ]);
});

test('P8: another engine’s order reduces the portfolio in the transition that finds it', () => {
  const { actor, published, state } = standing('active');
  const order = { pair: 'SOL/USDT', clientOrderId: 'beef'.repeat(8), venueOrderId: '1', at };
  actor.send({ type: 'account.reported', news: { kind: 'order', ...order } });
  expect(state()).toBe('reducing');
  expect(published.map(({ type }) => type)).toEqual(['foreign.found', 'trading.reduced']);
});
