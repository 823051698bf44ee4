// What the supervisor does by itself: a breaker that asks for more than a pause halts what is active, and
// leaves alone what is flattening or halted already; an exit that failed is tried again.
import { expect, test } from 'vitest';
import { type BreakerLevels, DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { money } from '../../src/domain/money.ts';
import { liveOrder, type Portfolio, RUNGS, type Trading } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { settle } from '../../src/domain/settlement.ts';
import { createSupervisor } from '../../src/engine/supervise.ts';
import { createWatch } from '../../src/engine/watch.ts';
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

function supervised(trading: Trading, levels: Partial<BreakerLevels> = {}) {
  const book = { ...draftOf(openedBook()), trading };
  const peaks = new Map(RUNGS.map((rung) => [rung, money(200_000)]));
  book.history = { peaks, days: [] };
  const facts: Fact[] = [];
  return { supervisor: supervise(book, () => 0, facts, levels), facts };
}

function supervise(
  book: Portfolio,
  monotonic: () => number,
  facts: Fact[],
  levels: Partial<BreakerLevels> = {},
) {
  return createSupervisor({
    terms: termsFor(['BTC/USDT'], { breakers: { ...DEFAULT_LEVELS, ...levels } }),
    book,
    watch: createWatch(() => {}),
    recorder: { record: (some) => void facts.push(...some) },
    clock: { market: () => NOON, wall: () => 0, monotonic, observe() {} },
    timers: { after: () => () => {}, every: () => () => {} },
    gatherMs: 50,
    readings: () => [],
    charts: [],
    onDeath(error) {
      throw error;
    },
  });
}

test.each<Trading>(['active', 'reducing', 'flattening'])(
  'a rung that flattens leads from %s to flattening',
  (before) => {
    for (const isRecovered of [true, false]) {
      const { supervisor } = supervised(before, { drawdownFlatten: 0.2 });
      if (isRecovered) supervisor.actor.send({ type: 'recovery.completed' });
      supervisor.tick(false);
      if (!isRecovered) supervisor.actor.send({ type: 'recovery.completed' });
      expect(supervisor.actor.getSnapshot().value).toBe('flattening');
      supervisor.actor.stop();
    }
  },
);

test.each<[Trading, Trading, number]>([
  ['active', 'reducing', 1],
  ['reducing', 'reducing', 0],
  ['flattening', 'flattening', 0],
])('%s ends in %s', (before, after, told) => {
  for (const isRecovered of [true, false]) {
    const { supervisor, facts } = supervised(before);
    if (isRecovered) supervisor.actor.send({ type: 'recovery.completed' });
    supervisor.tick(false);
    supervisor.tick(false);
    if (!isRecovered) supervisor.actor.send({ type: 'recovery.completed' });
    expect(supervisor.actor.getSnapshot().value).toBe(after);
    expect(supervisor.book().trading).toBe(after);
    expect(facts.filter(({ type }) => type === 'breaker.tripped')).toHaveLength(3);
    const reductions = facts.filter(({ type }) => type === 'trading.reduced');
    expect(reductions).toHaveLength(told);
    supervisor.actor.stop();
  }
});

/** A supervisor whose only position is on its way out, on a clock of the test's own. */
function leaving() {
  const terms = termsFor(['BTC/USDT']);
  const draft = draftOf(openedBook());
  const [entered] = review(draft, [proposalOf(configurationOf('held'))], terms, momentAt());
  if (entered?.type !== 'signal.approved') throw new Error('expected an approval');
  settle(draft, fillOf(entered.data.order), instrumentOf('BTC/USDT'));
  const time = { now: 0 };
  const supervisor = supervise(draft, () => time.now, []);
  const request = { configId: 'held', reason: 'stop', price: 99, at: NOON } as const;
  supervisor.actor.send({ type: 'exit.proposed', request });
  /** The order that is out ends with this code; seconds until there is another. */
  function secondsAfter(code: string): number {
    const live = liveOrder(supervisor.book(), 'held', 'exit');
    if (live === undefined) throw new Error('expected an order');
    const { clientOrderId } = live.order;
    const news = { kind: 'ended', clientOrderId, at: NOON, state: 'rejected' } as const;
    supervisor.actor.send({ type: 'order.reported', news: { ...news, code, message: 'no' } });
    for (let waited = 1; waited < 100; waited += 1) {
      time.now += 1000;
      supervisor.tick(false);
      if (liveOrder(supervisor.book(), 'held', 'exit') !== undefined) return waited;
    }
    throw new Error('expected another order');
  }
  return { supervisor, secondsAfter };
}

test.each(['not-sent', 'not-connected'])(
  'an exit that ended as %s is tried again soon, always',
  (code) => {
    const { supervisor, secondsAfter } = leaving();
    const waits = Array.from({ length: 20 }, () => secondsAfter(code));
    expect(Math.max(...waits)).toBeLessThanOrEqual(5);
    supervisor.actor.stop();
  },
);

test('an exit that the venue refuses is tried again less and less often, at least once a minute', () => {
  const { supervisor, secondsAfter } = leaving();
  const waits = Array.from({ length: 10 }, () => secondsAfter('-2010'));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(60);
  // What was sent counts anew: the next that is not sent is soon tried again.
  expect(secondsAfter('not-sent')).toBeLessThanOrEqual(5);
  supervisor.actor.stop();
});

test('flattening is no haste that a venue which refuses would take for an attack', () => {
  const { supervisor, secondsAfter } = leaving();
  supervisor.actor.send({ type: 'recovery.completed' });
  supervisor.actor.send({ type: 'portfolio.flatten', at: NOON, by: 'ada', reason: 'test' });
  const waits = Array.from({ length: 10 }, () => secondsAfter('-2010'));
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits.at(-1)).toBe(60);
  supervisor.actor.stop();
});
