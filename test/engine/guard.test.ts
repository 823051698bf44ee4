// A position without an armed stop on a live price is an alarm after five seconds, and none before.
import { expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { draftOf } from '../../src/domain/fold.ts';
import type { Portfolio } from '../../src/domain/portfolio.ts';
import { liveStop } from '../../src/domain/protection.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { exitProposed, settleReported } from '../../src/domain/supervision.ts';
import { Guard } from '../../src/engine/guard.ts';
import {
  configurationOf,
  fillOf,
  instrumentOf,
  momentAt,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';
const terms = termsFor([pair]);

function holding(): Portfolio {
  const draft = draftOf(openedBook());
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], terms, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(decided.data.order), instrumentOf(pair));
  return draft;
}

function stand() {
  const state = { now: 0, isArmed: true, isLive: true, last: 100 as number | undefined };
  const facts: Fact[] = [];
  const guard = new Guard({
    watch: { isArmed: () => state.isArmed, last: () => state.last },
    streams: { isLive: () => state.isLive },
    clock: { market: () => 7, wall: () => 0, monotonic: () => state.now, observe() {} },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    record: (some) => facts.push(...some),
  });
  const look = (book: Portfolio, now: number): void => {
    state.now = now;
    guard.look(book);
  };
  return { state, facts, guard, look };
}

test.each([
  ['trigger', { isArmed: false }],
  ['price', { isLive: false }],
  ['price', { last: undefined }],
] as const)(
  'what lacks its %s is told once, after five seconds, and when it is back',
  (lack, change) => {
    const { state, facts, guard, look } = stand();
    const book = holding();
    look(book, 0);
    expect(guard.ages()).toEqual({});
    Object.assign(state, change);
    look(book, 1000);
    look(book, 6000);
    expect(facts).toEqual([]);
    expect(guard.ages()).toEqual({ one: 5000 });
    look(book, 6001);
    look(book, 9000);
    expect(facts.map(({ type, data }) => [type, data])).toEqual([
      ['protection.lost', { configId: 'one', pair, lack }],
    ]);
    Object.assign(state, { isArmed: true, isLive: true, last: 100 });
    look(book, 9500);
    expect(facts.at(-1)).toMatchObject({ type: 'protection.regained', data: { ageMs: 8500 } });
    expect(guard.ages()).toEqual({});
  },
);

test('a gap that closes in time is nobody’s alarm, and the next begins anew', () => {
  const { state, facts, look } = stand();
  const book = holding();
  for (const at of [0, 10_000, 20_000]) {
    state.isLive = false;
    look(book, at);
    look(book, at + 4000);
    state.isLive = true;
    look(book, at + 4500);
  }
  expect(facts).toEqual([]);
});

test('who waits for a stop at the venue is protected by it as long as it stands for certain', () => {
  const { facts, look } = stand();
  const draft = draftOf(openedBook());
  const both = termsFor([pair], { protection: { by: 'both', offset: 0.01 } });
  const [decided] = review(draft, [proposalOf(configurationOf('one'))], both, momentAt());
  if (decided?.type !== 'signal.approved') throw new Error('expected an approval');
  settleReported(draft, both, fillOf(decided.data.order));
  const stop = liveStop(draft, pair);
  if (stop === undefined) throw new Error('expected a stop at the venue');
  const { clientOrderId } = stop.order;
  draft.orders.set(clientOrderId, { ...stop, state: 'open' });
  exitProposed(draft, both, { configId: 'one', reason: 'target', price: 102, at: 1 });
  expect(draft.positions.get('one')?.awaiting).not.toBeNull();
  look(draft, 0);
  look(draft, 60_000);
  expect(facts).toEqual([]);
  draft.orders.set(clientOrderId, { ...stop, state: 'unknown' });
  look(draft, 61_000);
  look(draft, 67_000);
  expect(facts).toMatchObject([{ type: 'protection.lost', data: { lack: 'exit' } }]);
});

test('on its way out it needs an order, not a stop; closed it needs nothing', () => {
  const { state, facts, guard, look } = stand();
  state.isArmed = false;
  const draft = draftOf(holding());
  exitProposed(draft, terms, { configId: 'one', reason: 'manual', price: 100, at: 1 });
  look(draft, 0);
  look(draft, 60_000);
  expect(facts).toEqual([]);
  for (const [id, live] of draft.orders) draft.orders.set(id, { ...live, state: 'rejected' });
  look(draft, 61_000);
  look(draft, 67_000);
  expect(facts).toMatchObject([{ type: 'protection.lost', data: { lack: 'exit' } }]);
  draft.positions.clear();
  look(draft, 68_000);
  expect(guard.ages()).toEqual({});
});
