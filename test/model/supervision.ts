// The supervisor's chart with the book behind it, beside its model: what each transition decided is held to the rules
// one fact after the other, and what both have then is compared.
import { expect } from 'vitest';
import { createActor } from 'xstate';
import { type PortfolioEvent, portfolioMachine } from '../../machines/portfolio.ts';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import type { Stage } from '../../src/domain/configuration.ts';
import type { Fact, FactOf, FactType } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { balanceOf } from '../../src/domain/ledger.ts';
import type { ProtectionRules } from '../../src/domain/order.ts';
import {
  available,
  cash,
  hasEnded,
  liveOrder,
  type Portfolio,
} from '../../src/domain/portfolio.ts';
import { liveStop } from '../../src/domain/protection.ts';
import { configurationOf, NOON, openedBook, termsFor } from '../support/bench.ts';
import { exact, times } from './ledger.ts';
import { CAPS, type SupervisorModel } from './supervisor.ts';

export const pairs = ['BTC/USDT', 'ETH/USDT', 'SOL/USDT'] as const;
const stages: readonly Stage[] = ['MATURE', 'VALIDATION', 'DISCOVERY', 'DECAY', 'MATURE', 'MATURE'];
export const configurations = Array.from({ length: 18 }, (_, index) => {
  const stage = stages[index % stages.length] ?? 'MATURE';
  return configurationOf(`c${index}`, {
    pair: pairs[index % 3] ?? '',
    stage,
    sharpe: 1 + index / 9,
  });
});
export const word = { by: 'anna', reason: 'for the test' };
/** One unit of the model's, and what rounding up at the eighth decimal may add to each order. */
const [ONE, SLACK] = [exact('1'), exact('0.00001')];

/** What came up in all the stories, by name. */
export const met = new Map<string, number>();
export const meet = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);

export class Real {
  now = NOON + 100;
  readonly fills: Fill[] = [];
  readonly start: Portfolio = openedBook();
  readonly facts: Fact[] = [];
  #published: readonly Fact[] = [];
  readonly #actor;

  constructor(by: ProtectionRules['by']) {
    const breakers = {
      ...DEFAULT_LEVELS,
      slippageShock: 1e9,
      lossStreak: 1e9,
      drawdownFlatten: 0.3,
    };
    const terms = termsFor(pairs, { breakers, protection: { by, offset: 0.01 } });
    const machine = portfolioMachine.provide({
      actions: {
        publish: ({ context }) => {
          this.#published = context.facts;
        },
      },
    });
    this.#actor = createActor(machine, { input: { terms, book: this.start } }).start();
  }

  send(event: PortfolioEvent): readonly Fact[] {
    this.#published = [];
    this.#actor.send(event);
    this.facts.push(...this.#published);
    return this.#published;
  }

  get book(): Portfolio {
    return this.#actor.getSnapshot().context.book;
  }

  get state() {
    return this.#actor.getSnapshot().value;
  }
}

/** An approval stands on a book that may take it. */
function expectApprovable(model: SupervisorModel, { data }: FactOf<'signal.approved'>): void {
  const { signal, order } = data;
  expect([model.trading, model.isRecovered, model.isLost, model.isLatched]).toEqual([
    ...['active', true, false, false],
  ]);
  expect(model.holders.has(order.configId), 'no second position').toBe(false);
  expect(model.decided.get(order.configId) ?? 0).toBeLessThan(signal.at);
}

/** No limit of DOMAIN §3 is broken once it stands. */
function expectWithinLimits(model: SupervisorModel, { data }: FactOf<'signal.approved'>): void {
  const { pair, stage } = data.order;
  const { equity } = model;
  const within = (used: bigint, cap: bigint, what: string) =>
    expect(used * 100n <= cap * equity + SLACK * 100n, `${what} of ${stage} ${pair}`).toBe(true);
  within(
    model.exposure(() => true),
    CAPS.total,
    'total exposure',
  );
  within(
    model.exposure((of) => of.pair === pair),
    CAPS.asset,
    'asset exposure',
  );
  within(
    model.exposure((of) => of.stage === stage),
    CAPS.stage[stage],
    'stage exposure',
  );
  expect((model.free + SLACK) * 100n >= CAPS.reserve * equity, 'cash reserve').toBe(true);
  expect(model.holders.size).toBeLessThanOrEqual(10);
}

/** Whose word on the portfolio may follow from what was just told, besides that of a breaker that tripped. */
interface Spoken {
  readonly by: 'anna' | 'engine';
  readonly type: FactType;
}

export const stands = {
  'trading.reduced': 'reducing',
  'trading.flattened': 'flattening',
  'trading.resumed': 'active',
} as const;

function noteTrading(model: SupervisorModel, facts: readonly Fact[], spoken?: Spoken): void {
  const tripped = facts.flatMap((one) => (one.type === 'breaker.tripped' ? [one.data.id] : []));
  for (const { type, key } of facts) {
    if (!(type in stands)) continue;
    const isSpoken = key === spoken?.by && type === spoken.type;
    expect(isSpoken || tripped.some((id) => key === `breaker ${id}`), `${type} by ${key}`).toBe(
      true,
    );
    // A machine takes risk away; it never gives it back.
    const isStricter = type === 'trading.flattened' || model.trading === 'active';
    if (key !== 'anna') expect([isStricter, type === 'trading.resumed']).toEqual([true, false]);
    model.trading = stands[type as keyof typeof stands];
  }
}

function expectNewLatch({ latchedDays }: SupervisorModel, { data }: FactOf<'loss.latched'>): void {
  expect(latchedDays.has(data.day), 'a day is latched once').toBe(false);
  latchedDays.add(data.day);
}

/** Takes over what a transition decided, one fact after the other, and holds each to the rules. */
export function follow(model: SupervisorModel, facts: readonly Fact[], spoken?: Spoken): void {
  noteTrading(model, facts, spoken);
  for (const one of facts) {
    meet(one.type);
    if (one.type === 'signal.refused') meet(one.data.refusal.code);
    if (one.type === 'signal.approved') expectApprovable(model, one);
    if (one.type === 'loss.latched') expectNewLatch(model, one);
    if (one.type === 'fill.recorded') {
      const { fill, configId } = one.data;
      model.hold(fill, configId, model.out.get(fill.clientOrderId)?.order.stage ?? '');
    }
    model.note(one);
    if (one.type === 'signal.approved') expectWithinLimits(model, one);
  }
}

export function compare(model: SupervisorModel, { book, state }: Real): void {
  model.dust = exact(balanceOf(book.balances, 'cost:dust', 'USDT').toFixed());
  expect(exact(cash(book).toFixed())).toBe(model.cash);
  const held = [...book.positions].map(([id, one]) => [id, exact(one.quantity.toFixed())]);
  expect(held).toEqual([...model.held].map(([id, one]) => [id, one.units]));
  const living = [...book.orders.values()].filter((one) => !hasEnded(one));
  expect(living.map((one) => [one.order.clientOrderId, exact(one.filled.toFixed())])).toEqual(
    model.living.map((one) => [one.order.clientOrderId, one.filled]),
  );
  // Set aside once, released once, and never more than there is.
  const free = exact(available(book).toFixed());
  expect(free <= model.free && free + SLACK >= model.free, 'free').toBe(true);
  expect(free >= -SLACK, 'more set aside than there is').toBe(true);
  for (const pair of pairs) {
    // What ended as dust is there as well: a stop that is on its way out may sell it yet.
    const dust = balanceOf(book.balances, 'units:dust', pair.split('/')[0] ?? '');
    let there = exact(dust.toFixed());
    for (const one of model.held.values()) if (one.pair === pair) there += one.units;
    expect(model.offered(pair) <= there, `more of ${pair} offered than is held`).toBe(true);
  }
  expect([state, book.trading]).toEqual([
    ...[model.isRecovered ? model.trading : 'recovering', model.trading],
  ]);
  expect([book.day?.number, book.day?.latched]).toEqual([model.day, model.isLatched]);
  expect(exact(book.day?.startEquity.toFixed() ?? '0')).toBe(model.dayStart);
}

/** Whole lots are there that the venue would take at their mark, and nobody offers them. */
export function isLeavable(model: SupervisorModel, id: string): boolean {
  const held = model.held.get(id);
  if (held === undefined) return false;
  const lots = held.units - (held.units % exact('0.001'));
  return lots > 0n && times(model.marks.get(held.pair) ?? 0n, lots) >= 5n * ONE;
}

export const isOnItsWay = (book: Portfolio, id: string): boolean => {
  const position = book.positions.get(id);
  if (position === undefined || liveOrder(book, id, 'exit') !== undefined) return true;
  return position.awaiting !== null && liveStop(book, position.opening.pair) !== undefined;
};
