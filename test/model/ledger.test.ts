// Settlement, dust, transfers and what is foreign against a ledger in whole numbers: after every command of any
// story each account holds exactly what it must (RELIABILITY §3.6, 4, 5, 9–13).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_LEVELS } from '../../src/domain/breaker-levels.ts';
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { decimal, price as priceOf } from '../../src/domain/money.ts';
import { EXIT_REASONS, type Order } from '../../src/domain/order.ts';
import { available, liveOrder, reservation } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { DEFAULT_LIMITS } from '../../src/domain/risk.ts';
import {
  accountReported,
  concludeReported,
  exitProposed,
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
import { command, modelled } from './command.ts';
import { exact, LedgerModel } from './ledger.ts';

const pairs = ['BTC/USDT', 'ETH/USDT'];
const [ceiling, feePrice] = ['130000', '612.34'];
// Nothing keeps an entry out but its size: the stories are about money, not about who may trade.
const never = 1e9;
const terms = termsFor([...pairs, 'SOL/USDT'], {
  limits: { ...DEFAULT_LIMITS, maxDailyLoss: 1 },
  breakers: {
    ...DEFAULT_LEVELS,
    ...{ entriesPerHour: never, entriesPerDay: never, lossStreak: never, slippageShock: never },
  },
});
const marks = { 'BTC/USDT': 100, 'ETH/USDT': 100 };

/** What came up in a story, by name. */
const met = new Map<string, number>();
const meet = (what: string): void => void met.set(what, (met.get(what) ?? 0) + 1);

class Real {
  readonly draft: Draft = draftOf(openedBook());
  readonly orders: Order[] = [];
  readonly fills: Fill[] = [];
  readonly #ended = new Set<string>();
  #at = NOON;

  now(): number {
    this.#at += 1000;
    return this.#at;
  }

  /** Keeps what the facts bring for later commands, and tells the model what closed. */
  keep(model: LedgerModel, facts: readonly Fact[]): void {
    for (const one of facts) {
      meet(one.type);
      if (one.type === 'signal.approved' || one.type === 'exit.ordered') {
        this.orders.push(one.data.order);
      }
      if (one.type === 'order.ended') this.#ended.add(one.data.clientOrderId);
      if (one.type === 'fill.recorded') this.#meetFill(one.data);
      if (one.type !== 'position.closed') continue;
      const { profit, left } = model.close(one.data.trade.configId);
      expect(exact(one.data.trade.profit)).toBe(profit);
      // Less than the venue takes at the lowest price there is here.
      expect(left < exact('0.064')).toBe(true);
      if (left !== 0n) meet('dust');
    }
  }

  #meetFill({ fill, purpose, held }: { fill: Fill; purpose: string; held: { quantity: string } }) {
    meet(`fee in ${fill.feeAsset}`);
    if (this.#ended.has(fill.clientOrderId)) meet(`late ${purpose}`);
    if (held.quantity.startsWith('-')) meet('oversold');
  }
}

function compare(model: LedgerModel, { draft }: Real): void {
  const book = new Map<string, bigint>();
  const sums = new Map<string, bigint>();
  for (const [slot, amount] of draft.balances) {
    const asset = slot.slice(slot.lastIndexOf(' ') + 1);
    sums.set(asset, (sums.get(asset) ?? 0n) + exact(amount.toFixed()));
    if (!slot.startsWith('venue ')) book.set(slot, exact(amount.toFixed()));
  }
  expect([...book].sort()).toEqual([...model.balances].sort());
  expect([...sums.values()].filter((sum) => sum !== 0n)).toEqual([]);
  // Cash + positions at cost + dust = what was put in + realised − fees.
  let cost = model.of('cost:dust');
  for (const [id, position] of draft.positions) {
    const held = model.held.get(id);
    expect([position.quantity, position.cost].map((one) => exact(one.toFixed()))).toEqual([
      ...[held?.units, held?.cost],
    ]);
    cost += exact(position.cost.toFixed());
    const isGone = position.exiting !== null && position.quantity.lt('0.001');
    const isTraded = (['entry', 'exit'] as const).some((one) => liveOrder(draft, id, one));
    expect(isGone && !isTraded, `${id} should have closed`).toBe(false);
  }
  expect(draft.positions.size).toBe(model.held.size);
  const left = exact((draft.balances.get('cash USDT') ?? decimal(0)).toFixed()) + cost;
  expect(left).toBe(-model.of('capital') - model.of('realised') - model.of('fees'));
  // What others took of the quote currency cannot be spent again, nor what orders set aside.
  const taken = model.of('foreign') < 0n ? model.of('foreign') : 0n;
  const aside = [...draft.orders.values()].map((live) => exact(reservation(live).toFixed()));
  const free = aside.reduce((rest, one) => rest - one, model.of('cash') + taken);
  expect(exact(available(draft).toFixed())).toBe(free);
}

type Command = fc.Command<LedgerModel, Real>;
/** A command, and after it the comparison of every account. */
const step = (name: string, run: (model: LedgerModel, real: Real) => void): Command =>
  command(name, (model, real) => {
    run(model, real);
    compare(model, real);
  });

// Counted from the newest, and rarely far from it: what happens to one order comes together.
const pick = fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 3 }) }, fc.nat({ max: 1000 }));
const chosen = <T>(list: readonly T[], index: number): T | undefined =>
  list.at(-1 - (index % Math.max(1, list.length)));

const entries = fc.tuple(fc.nat({ max: 3 }), fc.integer({ min: 20, max: 100 })).map(
  ([who, percent]): Command =>
    step(`c${who} wants ${percent} %`, (model, real) => {
      const configuration = configurationOf(`c${who}`, { pair: pairs[who % 2] ?? '' });
      const at = real.now();
      const proposal = proposalOf(configuration, { at, confidence: percent / 100 });
      real.keep(model, review(real.draft, [proposal], terms, momentAt(marks, at)));
    }),
);

/** Some of what an order asked for, now and then more, at a price of this market, in whatever fee. */
const shape = fc.record({
  pick,
  percent: fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 120 })),
  cents: fc.integer({ min: 8000, max: 12_000 }),
  fee: fc.constantFrom('base', 'quote', 'BNB'),
});
type Shape = typeof shape extends fc.Arbitrary<infer S> ? S : never;

function fillBy({ percent, cents, fee }: Shape, order: Order, at: number): Fill {
  const [base = '', quote = ''] = order.pair.split('/');
  const lots = decimal(order.quantity).times(percent).div(100).toDecimalPlaces(3);
  const price = decimal(cents).div(100);
  const feeAsset = fee === 'base' ? base : fee === 'quote' ? quote : fee;
  const value = fee === 'base' ? lots : price.times(lots);
  return fillOf(order, {
    ...{ quantity: lots.toFixed(), price: price.toFixed(), feeAsset, at },
    fee: value.times('0.001').toDecimalPlaces(8).toFixed(),
  });
}

function settled(model: LedgerModel, real: Real, fill: Fill, configId: string): void {
  if (decimal(fill.quantity).gt(0)) model.fill(fill, configId, feePrice);
  real.keep(model, settleReported(real.draft, terms, fill, priceOf(feePrice)));
}

const fills = shape.map(
  (one): Command =>
    step(
      `fill ${one.percent} % of #${one.pick} at ${one.cents}, fee in ${one.fee}`,
      (model, real) => {
        const order = chosen(real.orders, one.pick);
        if (order === undefined) return;
        const fill = fillBy(one, order, real.now());
        real.fills.push(fill);
        settled(model, real, fill, order.configId);
      },
    ),
);

const repeats = pick.map(
  (index): Command =>
    step(`fill #${index} again`, (model, real) => {
      const fill = chosen(real.fills, index);
      const order = real.orders.find((one) => one.clientOrderId === fill?.clientOrderId);
      if (fill === undefined || order === undefined) return;
      meet('again');
      settled(model, real, fill, order.configId);
    }),
);

const exits = fc
  .record({ who: fc.nat({ max: 5 }), pick, cents: fc.integer({ min: 8000, max: 12_000 }) })
  .map(
    ({ who, pick: index, cents }): Command =>
      step(`c${who} leaves at ${cents}`, (model, real) => {
        const reason = chosen(EXIT_REASONS, index) ?? 'stop';
        const request = {
          configId: `c${who}`,
          reason,
          price: index % 3 === 0 ? null : cents / 100,
        };
        real.keep(model, exitProposed(real.draft, terms, { ...request, at: real.now() }));
      }),
  );

const ends = fc.tuple(pick, fc.constantFrom('rejected', 'canceled', 'absent')).map(
  ([index, state]): Command =>
    step(`#${index} is ${state}`, (model, real) => {
      const clientOrderId = chosen(real.orders, index)?.clientOrderId;
      if (clientOrderId === undefined) return;
      const end = { kind: 'ended', state, code: null, message: null, at: real.now() } as const;
      real.keep(model, concludeReported(real.draft, terms, { ...end, clientOrderId }));
    }),
);

const transfers = fc
  .tuple(fc.constantFrom('USDT', 'USDT', 'BTC', 'BNB'), fc.integer({ min: -4000, max: 6000 }))
  .map(([asset, hundreds]): Command => {
    const amount = `${hundreds * 10}`;
    return step(`${amount} ${asset} come`, (model, real) => {
      const news = { kind: 'transfer', asset, amount, at: real.now() } as const;
      model.transfer(asset, amount, ceiling);
      const told = { ...news, ceiling: decimal(ceiling) };
      real.keep(model, accountReported(real.draft, terms, told));
      // Told again, it came once.
      real.keep(model, accountReported(real.draft, terms, told));
    });
  });

/** Now and then on a pair that the engine trades: it is frozen then, and no entry follows there. */
const strangers = fc.record({ shape, side: fc.constantFrom('buy', 'sell'), pick }).map(
  ({ shape: one, side, pick: index }): Command =>
    step(`somebody else trades, #${index}`, (model, real) => {
      const pair = index % 8 === 0 ? 'ETH/USDT' : 'SOL/USDT';
      const theirs = { pair, side, quantity: '7', clientOrderId: `web-${index}` };
      const like = real.orders[0];
      if (like === undefined) return;
      const fill = fillBy(one, { ...like, ...theirs }, real.now());
      model.stray(fill);
      real.keep(model, settleReported(real.draft, terms, fill, priceOf(feePrice)));
      real.keep(model, settleReported(real.draft, terms, fill, priceOf(feePrice)));
    }),
);

test('every account holds to the last digit what the fills, transfers and trades say', () => {
  modelled<LedgerModel, Real>(
    [entries, entries, fills, fills, fills, repeats, exits, exits, ends, transfers, strangers],
    () => ({ model: new LedgerModel('USDT', '100000'), real: new Real() }),
    { runs: 60, length: 100 },
  );
  // The stories are worth trying: whatever could break a book came up in them.
  for (const what of [
    ...['signal.approved', 'exit.ordered', 'position.opened', 'position.closed', 'foreign.found'],
    ...['transfer.recorded', 'late entry', 'late exit', 'oversold', 'dust', 'again'],
    ...['order.overfilled', 'fee in BTC', 'fee in ETH', 'fee in USDT', 'fee in BNB'],
  ]) {
    expect(met.get(what) ?? 0, what).toBeGreaterThan(3);
  }
}, 60_000);
