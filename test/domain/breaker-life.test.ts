// Every circuit breaker's life: closed, open, half open, closed again; what survives a restart; and that
// none of them, in whatever state, stands in an exit's way.
import { describe, expect, test } from 'vitest';
import { BREAKER_IDS, type BreakerId, breakerRule } from '../../src/domain/breaker.ts';
import { DEFAULT_LEVELS as levels } from '../../src/domain/breaker-levels.ts';
import { decodeBook, encodeBook, hashOf } from '../../src/domain/checkpoint.ts';
import { type Fact, fact } from '../../src/domain/fact.ts';
import { apply, type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { breakerKey, type Reading } from '../../src/domain/open-breaker.ts';
import type { Order } from '../../src/domain/order.ts';
import { review } from '../../src/domain/review.ts';
import { stopping } from '../../src/domain/stopping.ts';
import { concludeReported, exitProposed, settleReported } from '../../src/domain/supervision.ts';
import { judgeBreakers } from '../../src/domain/tripping.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const minute = 60_000;
const hour = 60 * minute;
const terms = termsFor(['BTC/USDT', 'ETH/USDT']);
const { marks } = momentAt({ 'BTC/USDT': 100, 'ETH/USDT': 100 });

/** What a breaker of each scope is about, for a configuration `c` on BTC. */
const subject = { portfolio: '', venue: '', asset: 'BTC', configuration: 'c' } as const;
const onOf = (id: BreakerId): string => subject[breakerRule(id).scope];

function open(draft: Draft, id: BreakerId, isHalf = false): void {
  const on = onOf(id);
  const trip = { id, on, at: NOON, value: 1, trip: 1, until: null };
  apply(draft, fact('breaker.tripped', { at: NOON, key: id }, trip));
  if (isHalf) apply(draft, fact('breaker.half-opened', { at: NOON, key: id }, { id, on }));
}

const judge = (draft: Draft, at: number, ...readings: readonly Reading[]): readonly string[] =>
  judgeBreakers(draft, { at, marks, readings }, levels).map(
    ({ type, data }) => `${type.slice(type.indexOf('.') + 1)} ${'id' in data ? data.id : ''}`,
  );

const reading = (id: BreakerId, value: number, isCalm = false): Reading => ({
  ...{ id, value, isCalm },
  on: onOf(id),
});

let candles = 0;

/** An entry of `c`, or why not. */
function enter(draft: Draft, id = 'c', pair = 'BTC/USDT'): Fact {
  candles += 1;
  const proposal = proposalOf(configurationOf(id, { pair }), { at: NOON + candles });
  const moment = { at: NOON + 1000, marks, readings: [], open: true };
  const decided = review(draft, [proposal], terms, moment).at(-1);
  if (decided === undefined) throw new Error('expected a decision');
  return decided;
}

function orderOf(decided: Fact): Order {
  if (decided.type !== 'signal.approved') throw new Error(`expected an approval: ${decided.type}`);
  return decided.data.order;
}

const refusedBy = (decided: Fact): string | undefined =>
  decided.type === 'signal.refused' ? decided.data.refusal.detail : undefined;

const measured = BREAKER_IDS.filter((id) => {
  const { kind } = breakerRule(id).reset;
  return kind === 'calm' || kind === 'probe';
});

describe.each(measured)('%s', (id) => {
  const trip = breakerRule(id).trip(levels, onOf(id)) ?? Number.NaN;

  test('trips at its level, not below it; a value that is no number trips, and none at all does not', () => {
    const draft = draftOf(openedBook());
    if (id === 'drawdown-scale') return;
    expect(judge(draft, NOON)).toEqual([]);
    expect(judge(draft, NOON, reading(id, trip * (1 - 1e-9)))).toEqual([]);
    expect(judge(draft, NOON, reading(id, trip))).toEqual([`tripped ${id}`]);
    expect(judge(draft, NOON, reading(id, trip))).toEqual([]);
    const blind = draftOf(openedBook());
    expect(judge(blind, NOON, reading(id, Number.NaN))).toEqual([`tripped ${id}`]);
    expect([...blind.breakers.values()]).toMatchObject([{ value: null, state: 'open' }]);
    // What cannot be measured any more stays as it is.
    expect(judge(blind, NOON + 1e9)).toEqual(
      breakerRule(id).reset.kind === 'probe' ? [`half-opened ${id}`] : [],
    );
  });

  test('stays open for its time at least, and then until it is calm', () => {
    const { reset } = breakerRule(id);
    if (reset.kind !== 'calm' || id === 'drawdown-scale') return;
    const draft = draftOf(openedBook());
    judge(draft, NOON, reading(id, trip));
    const wait = reset.wait(levels);
    expect(wait).toBeGreaterThanOrEqual(minute);
    expect(judge(draft, NOON + wait - 1, reading(id, 0, true))).toEqual([]);
    expect(judge(draft, NOON + wait, reading(id, trip * 0.99, false))).toEqual([]);
    expect(judge(draft, NOON + wait, reading(id, 0, true))).toEqual([`closed ${id}`]);
    expect(draft.breakers.size).toBe(0);
  });
});

test.each(BREAKER_IDS)('%s stops or scales the entries it is about, and no others', (id) => {
  const draft = draftOf(openedBook());
  open(draft, id);
  const { scope, action } = breakerRule(id);
  const own = enter(draft);
  if (action.kind === 'scale') {
    expect(own).toMatchObject({ data: { waterfall: { scale: { breaker: id } } } });
  } else {
    expect(refusedBy(own)).toBe(id);
    expect(stopping(draft, { configId: 'c', asset: 'BTC' }, 'any order')?.id).toBe(id);
  }
  const other = enter(draft, 'd', 'ETH/USDT');
  const isWide = scope === 'portfolio' || scope === 'venue';
  expect(other.type).toBe(isWide && action.kind !== 'scale' ? 'signal.refused' : 'signal.approved');
});

test.each(BREAKER_IDS.flatMap((id) => [[id, false] as const, [id, true] as const]))(
  '%s stands in the way of no exit (half open: %s)',
  (id, isHalf) => {
    const draft = draftOf(openedBook());
    settleReported(draft, terms, fillOf(orderOf(enter(draft))));
    open(draft, id, isHalf);
    const request = { configId: 'c', reason: 'stop', price: 99, at: NOON } as const;
    const [ordered, ...more] = exitProposed(draft, terms, request);
    expect([ordered?.type, more]).toEqual(['exit.ordered', []]);
  },
);

describe('slippage', () => {
  /** An entry at 100 of a configuration of its own, filled at `price`; the breakers that move. */
  function slipped(draft: Draft, id: string, price: number): readonly string[] {
    const before = draft.balances;
    const facts = settleReported(
      draft,
      terms,
      fillOf(orderOf(enter(draft, id)), { price: `${price}` }),
    );
    // Its position is not the matter: as if it had never been.
    draft.positions.clear();
    draft.balances = before;
    return facts.flatMap(({ type, data }) =>
      type.startsWith('breaker.') && 'id' in data ? [`${type} ${data.id}`] : [],
    );
  }
  const many = (draft: Draft, count: number, price: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => slipped(draft, `c${index}`, price)).flat();

  test('of one order far off pauses its asset at once', () => {
    const draft = draftOf(openedBook());
    expect(slipped(draft, 'c', 100.99)).toEqual([]);
    expect(slipped(draft, 'd', 101)).toEqual(['breaker.tripped slippage-shock']);
    expect([...draft.breakers.values()]).toMatchObject([{ on: 'BTC', value: 0.01 }]);
  });

  test.each([
    [100.24, []],
    [100.26, ['breaker.tripped slippage-scale']],
    [100.6, ['breaker.tripped slippage-scale', 'breaker.tripped slippage-pause']],
    // Cheaper than asked for is no slippage.
    [99, []],
  ])('a median of twenty orders at %d', (price, tripped) => {
    const draft = draftOf(openedBook());
    expect(many(draft, 19, price)).toEqual([]);
    expect(slipped(draft, 'last', price)).toEqual(tripped);
  });

  test('of an exit is counted from the price that asked for it', () => {
    const draft = draftOf(openedBook());
    settleReported(draft, terms, fillOf(orderOf(enter(draft))));
    const request = { configId: 'c', reason: 'stop', price: 99, at: NOON } as const;
    const [ordered] = exitProposed(draft, terms, request);
    if (ordered?.type !== 'exit.ordered') throw new Error('expected an exit');
    const facts = settleReported(draft, terms, fillOf(ordered.data.order, { price: '97.5' }));
    expect(facts.map(({ type }) => type)).toContain('breaker.tripped');
    expect(draft.slips.get('BTC')?.[1]).toBeCloseTo(1.5 / 99, 12);
  });
});

describe('half open', () => {
  const half = (id: BreakerId): Draft => {
    const draft = draftOf(openedBook());
    open(draft, id, true);
    return draft;
  };
  const probes = BREAKER_IDS.filter((id) => breakerRule(id).reset.kind === 'probe');
  const ended = (draft: Draft, order: Order, state: 'rejected' | 'canceled'): readonly string[] =>
    concludeReported(draft, terms, {
      ...{ kind: 'ended', clientOrderId: order.clientOrderId, at: NOON + 5000 },
      ...{ state, code: null, message: null },
    }).map(({ type }) => type);
  const filled = (draft: Draft, order: Order, price: number): readonly string[] =>
    settleReported(draft, terms, fillOf(order, { price: String(price) }))
      .map(({ type }) => type)
      .filter((type) => type.startsWith('breaker.'));

  test.each(probes)('%s lets one entry of the smallest size through, also at the gateway', (id) => {
    const draft = half(id);
    const order = orderOf(enter(draft));
    expect(Number(order.reserved)).toBeGreaterThanOrEqual(100);
    expect(Number(order.reserved)).toBeLessThan(101);
    expect(refusedBy(enter(draft, 'another'))).toBe(id);
    const entrant = { configId: 'c', asset: 'BTC' };
    expect(stopping(draft, entrant, order.clientOrderId)).toBeUndefined();
    expect(stopping(draft, entrant, 'another order')?.id).toBe(id);
  });

  test('the venue takes it: closed; it refuses: open again, for twice as long each time', () => {
    const draft = half('reject-run');
    expect(ended(draft, orderOf(enter(draft)), 'canceled')).toEqual([
      'order.ended',
      'breaker.closed',
    ]);
    const again = half('reject-run');
    const waits: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const probe = orderOf(enter(again, `c${round}`));
      expect(ended(again, probe, 'rejected')).toContain('breaker.tripped');
      const [one] = again.breakers.values();
      const until = one?.until ?? 0;
      waits.push((until - (one?.at ?? 0)) / minute);
      expect(judge(again, until - 1)).toEqual([]);
      expect(judge(again, until)).toEqual(['half-opened reject-run']);
    }
    expect(waits).toEqual([10, 20, 40, 80, 80, 80]);
  });

  test('an entry that slipped little closes it and what slipped before is forgotten', () => {
    const draft = half('slippage-shock');
    draft.slips.set('BTC', [0.02]);
    expect(filled(draft, orderOf(enter(draft)), 100.1)).toEqual(['breaker.closed']);
    expect(draft.slips.has('BTC')).toBe(false);
  });

  test('one that slipped far opens it again, one that was not filled tries for nobody', () => {
    const draft = half('slippage-pause');
    expect(ended(draft, orderOf(enter(draft)), 'canceled')).toEqual([
      'order.ended',
      'breaker.half-opened',
    ]);
    expect(filled(draft, orderOf(enter(draft)), 100.3)).toEqual(['breaker.tripped']);
    const [one] = draft.breakers.values();
    expect(one).toMatchObject({ state: 'open', failures: 1, until: NOON + 1000 + 2 * hour });
  });

  test('a restart finds it as it was, its probe too', () => {
    const start = openedBook();
    const draft = draftOf(start);
    const trip = { id: 'reject-run', on: '', at: NOON, value: 5, trip: 5, until: NOON } as const;
    const facts = [
      fact('breaker.tripped', { at: NOON, key: 'reject-run' }, trip),
      fact('breaker.half-opened', { at: NOON, key: 'reject-run' }, { id: 'reject-run', on: '' }),
    ];
    for (const one of facts) apply(draft, one);
    const decided = enter(draft);
    const folded = fold(start, [...facts, decided]);
    expect(encodeBook(folded)).toBe(encodeBook(draft));
    const encoded = encodeBook(folded);
    const decoded = draftOf(decodeBook(encoded, hashOf(encoded)));
    const { clientOrderId } = orderOf(decided);
    expect(decoded.breakers.get(breakerKey(trip))?.probe).toBe(clientOrderId);
    expect(ended(decoded, orderOf(decided), 'rejected')).toContain('breaker.tripped');
  });
});
