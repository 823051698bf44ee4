// The stop at the venue, case by case: where it stands, whose its fills are, how often a refusal is tried
// again, and what becomes of an order that was filled beyond what it asked for.
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { decimal } from '../../src/domain/money.ts';
import { DEFAULT_PROTECTION, type Order, type ProtectionRules } from '../../src/domain/order.ts';
import { liveStop } from '../../src/domain/protection.ts';
import {
  concludeReported,
  exitProposed,
  judgeBatch,
  judgeMarks,
  settleReported,
} from '../../src/domain/supervision.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pair = 'BTC/USDT';

function holding(
  stops: Readonly<Record<string, number>>,
  protection: ProtectionRules = DEFAULT_PROTECTION,
): { draft: Draft; terms: ReturnType<typeof termsFor> } {
  const draft = draftOf(openedBook());
  const terms = termsFor([pair], { protection });
  for (const [index, [id, stopLoss]] of Object.entries(stops).entries()) {
    const at = NOON + index;
    const proposal = proposalOf(configurationOf(id), { stopLoss: String(stopLoss), at });
    const decided = judgeBatch(draft, [proposal], terms, momentAt({ [pair]: 100 }, at));
    const entry = decided.find(({ type }) => type === 'signal.approved');
    if (entry?.type !== 'signal.approved') throw new Error(`expected an approval of ${id}`);
    settleReported(draft, terms, fillOf(entry.data.order, { price: '100', fee: '0' }));
    accept(draft, terms);
    mark(draft, terms, at);
    accept(draft, terms);
  }
  return { draft, terms };
}

/** The venue takes, or cancels, whatever was asked of it. */
function accept(draft: Draft, terms: ReturnType<typeof termsFor>): void {
  for (let turn = 0; turn < 4; turn += 1) {
    const live = liveStop(draft, pair);
    if (live === undefined) return;
    const { clientOrderId } = live.order;
    const about = { clientOrderId, at: NOON + 50 };
    if (live.state === 'sending') {
      concludeReported(draft, terms, { kind: 'accepted', venueOrderId: '1', ...about });
    }
    if (live.state === 'canceling') end(draft, terms, live.order, 'canceled');
  }
}

const end = (
  draft: Draft,
  terms: ReturnType<typeof termsFor>,
  { clientOrderId }: Order,
  state: 'canceled' | 'rejected',
  at = NOON + 60,
): readonly Fact[] =>
  concludeReported(draft, terms, {
    ...{ kind: 'ended', clientOrderId, at, state, code: null, message: null },
  });

const mark = (draft: Draft, terms: ReturnType<typeof termsFor>, at: number): readonly Fact[] =>
  judgeMarks(draft, terms, {
    ...momentAt({ [pair]: 100 }, at),
    ...{ record: false, settled: true },
  });

const stopOf = (draft: Draft): Order => {
  const live = liveStop(draft, pair);
  if (live === undefined) throw new Error('expected a stop at the venue, was none');
  return live.order;
};

const heldIn = (draft: Draft): string =>
  [...draft.positions.values()]
    .reduce((sum, { quantity }) => sum.plus(quantity), decimal(0))
    .toFixed();

describe('where it stands', () => {
  test('for the sum of its books, below the lowest of their stops, on the tick', () => {
    const { draft } = holding({ a: 97.777, b: 95.5 });
    expect(stopOf(draft)).toMatchObject({
      ...{ purpose: 'protection', type: 'stop-limit', side: 'sell', configId: pair },
      ...{ quantity: heldIn(draft), stopPrice: '94.54', reserved: '0' },
    });
    expect(Number(stopOf(draft).limitPrice)).toBeCloseTo(94.54 * 0.95, 2);
  });

  test('at the lowest itself where the venue’s is to come first; nowhere where the engine watches alone', () => {
    expect(stopOf(holding({ a: 97 }, { by: 'venue', offset: 0.01 }).draft).stopPrice).toBe('97');
    const { draft } = holding({ a: 97 }, { by: 'engine', offset: 0.01 });
    expect(liveStop(draft, pair)).toBeUndefined();
  });

  test('not for coins that others have sold', () => {
    const { draft, terms } = holding({ a: 97 });
    const sale = {
      ...fillOf(stopOf(draft), { quantity: '10', price: '99' }),
      clientOrderId: 'their-own',
    };
    settleReported(draft, terms, sale);
    mark(draft, terms, NOON + 100);
    accept(draft, terms);
    mark(draft, terms, NOON + 200);
    expect(stopOf(draft).quantity).toBe(decimal(heldIn(draft)).minus(10).toFixed());
  });
});

test('of a pair the venue trades no more it is left where it stands, and none is asked for', () => {
  const { draft, terms } = holding({ a: 97, b: 95 });
  const before = stopOf(draft);
  const rules = terms.instruments.get(pair);
  if (rules === undefined) throw new Error('expected the rules of the pair');
  const gone = { ...terms, instruments: new Map([[pair, { ...rules, active: false }]]) };
  const part = fillOf(before, { quantity: '1', price: '94' });
  // Who is hit leaves; for who stays it is too much now, and still better than none.
  settleReported(draft, gone, part);
  mark(draft, gone, NOON + 10_000);
  expect(liveStop(draft, pair)?.order.clientOrderId).toBe(before.clientOrderId);
  expect(liveStop(draft, pair)?.state).not.toBe('canceling');
  end(draft, gone, before, 'canceled');
  mark(draft, gone, NOON + 20_000);
  expect(liveStop(draft, pair)).toBeUndefined();
  mark(draft, terms, NOON + 30_000);
  expect(liveStop(draft, pair)).toBeDefined();
});

describe('what it sells', () => {
  test('belongs first to whoever wanted to leave first, the fee with it', () => {
    const { draft, terms } = holding({ a: 95, b: 98 });
    const [a, b] = ['a', 'b'].map((id) => draft.positions.get(id)?.quantity.toFixed());
    const stop = stopOf(draft);
    const part = decimal(b ?? 0).plus(1);
    const fill = fillOf(stop, { tradeId: '77', quantity: part.toFixed(), price: '94', fee: '3' });
    const facts = settleReported(draft, terms, fill);
    const fills = facts.flatMap((one) => (one.type === 'fill.recorded' ? [one.data] : []));
    expect(fills.map(({ configId, fill: one }) => [configId, one.tradeId, one.quantity])).toEqual([
      ['b', '77', b],
      ['a', '77.2', '1'],
    ]);
    const fees = fills.reduce((sum, { fill: one }) => sum.plus(one.fee), decimal(0));
    expect(fees.toFixed()).toBe('3');
    expect(
      facts.flatMap((one) => (one.type === 'position.closed' ? [one.data.trade] : [])),
    ).toMatchObject([{ configId: 'b', exitReason: 'stop' }]);
    // What it left is on its way out, and the rest of the stop is taken back for it.
    expect(draft.positions.get('a')?.exiting).toBe('stop');
    expect(draft.positions.get('a')?.quantity.toFixed()).toBe(
      decimal(a ?? 0)
        .minus(1)
        .toFixed(),
    );
    expect(facts.some(({ type }) => type === 'cancel.ordered')).toBe(true);
    // Told again, it is silence.
    expect(settleReported(draft, terms, fill)).toEqual([]);
  });
});

describe('a refusal', () => {
  test('is tried again, less and less often', () => {
    const { draft, terms } = holding({ a: 97 });
    let at = stopOf(draft).at;
    const tries: number[] = [];
    end(draft, terms, stopOf(draft), 'rejected', at);
    for (let second = 1; second <= 120; second += 1) {
      at = NOON + second * 1000;
      mark(draft, terms, at);
      if (liveStop(draft, pair) === undefined) continue;
      tries.push(second);
      end(draft, terms, stopOf(draft), 'rejected', at);
    }
    const waits = tries.map((second, index) => second - (tries[index - 1] ?? 0));
    expect(waits).toEqual([6, 10, 20, 40]);
  });
});

describe('an order filled beyond what it asked for', () => {
  test('is recorded, told, and what was bought with it leaves', () => {
    const { draft, terms } = holding({ a: 97 }, { by: 'engine', offset: 0 });
    const entry = [...draft.orders.values()][0]?.order;
    if (entry === undefined) throw new Error('expected the entry');
    const facts = settleReported(draft, terms, fillOf(entry, { quantity: '0.5', price: '100' }));
    expect(facts.map(({ type }) => type)).toEqual([
      'fill.recorded',
      'order.overfilled',
      'exit.ordered',
    ]);
    expect(facts[1]).toMatchObject({ data: { excess: '0.5' } });
    expect(draft.positions.get('a')?.exiting).toBe('overfill');
  });
});

describe('an exit', () => {
  test('waits for the stop to let go, and both it and the stop for the others follow at once', () => {
    const { draft, terms } = holding({ a: 97, b: 96 });
    const request = { configId: 'a', reason: 'target', price: 102, at: NOON + 100 } as const;
    const first = exitProposed(draft, terms, request);
    expect(first.map(({ type }) => type)).toEqual(['exit.decided', 'cancel.ordered']);
    expect(exitProposed(draft, terms, request)).toEqual([]);
    const then = end(draft, terms, stopOf(draft), 'canceled');
    expect(then.map(({ type }) => type)).toEqual([
      'order.ended',
      'exit.ordered',
      'protection.ordered',
    ]);
    expect(then[1]).toMatchObject({ data: { reason: 'target', price: '102' } });
    expect(stopOf(draft).quantity).toBe(draft.positions.get('b')?.quantity.toFixed());
  });
});
