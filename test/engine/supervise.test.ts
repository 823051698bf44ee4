// A breaker that asks for more than a pause halts what is active, and leaves alone what is flattening or
// halted already.
import { expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { draftOf } from '../../src/domain/fold.ts';
import { money } from '../../src/domain/money.ts';
import { RUNGS, type Trading } from '../../src/domain/portfolio.ts';
import { createSupervisor } from '../../src/engine/supervise.ts';
import { createWatch } from '../../src/engine/watch.ts';
import { NOON, openedBook, termsFor } from '../support/bench.ts';

function supervised(trading: Trading) {
  const book = { ...draftOf(openedBook()), trading };
  const peaks = new Map(RUNGS.map((rung) => [rung, money(200_000)]));
  book.history = { peaks, days: [] };
  const facts: Fact[] = [];
  const supervisor = createSupervisor({
    terms: termsFor(['BTC/USDT']),
    book,
    watch: createWatch(() => {}),
    recorder: { record: (some) => void facts.push(...some) },
    clock: { market: () => NOON, wall: () => 0, monotonic: () => 0, observe() {} },
    timers: { after: () => () => {}, every: () => () => {} },
    gatherMs: 50,
    readings: () => [],
    charts: [],
    onDeath(error) {
      throw error;
    },
  });
  return { supervisor, facts };
}

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
