// Nothing is made and nothing is lost: after any orders, cancellations, transfers and moves of the market
// every asset is what it was, what came, what was traded and what fees took, to the last decimal, and
// what is locked is what the open orders need.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decimal, decimal } from '../../src/domain/money.ts';
import type { FaultPlan } from '../../src/sandbox/fault-plan.ts';
import type { OrderAnswer } from '../support/sandbox/answer.ts';
import { Client, type Parameters } from '../support/sandbox/client.ts';
import { Stand, standing, type Way } from '../support/sandbox/stand.ts';

type Act =
  | { readonly kind: 'order' | 'pair'; readonly parameters: Parameters }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'transfer'; readonly asset: string; readonly amount: string };

const side = fc.constantFrom('BUY', 'SELL');
const quantity = fc.integer({ min: 20, max: 200_000 }).map((lots) => (lots / 100_000).toFixed(5));
const price = fc
  .integer({ min: -100_000, max: 100_000 })
  .map((ticks) => (standing + ticks / 100).toFixed(2));
const timeInForce = fc.constantFrom('GTC', 'GTC', 'IOC', 'FOK');

const parameters: fc.Arbitrary<Parameters> = fc.oneof(
  fc.record({ side, type: fc.constant('MARKET'), quantity }),
  fc.record({ side, type: fc.constant('LIMIT'), timeInForce, quantity, price }),
  fc.record({ side, type: fc.constant('LIMIT_MAKER'), quantity, price }),
  fc.record({
    side,
    type: fc.constantFrom('STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'),
    ...{ timeInForce, quantity, price, stopPrice: price },
  }),
);

/** A pair around where the market stands; refused once it has moved away. */
const pair: fc.Arbitrary<Parameters> = fc
  .record({ side, quantity, above: fc.integer({ min: 1, max: 800 }), below: fc.nat(800) })
  .map(({ side: way, quantity: size, above, below }) => {
    const [high, low] = [`${standing + above}`, `${standing - below}`];
    const waiting = way === 'SELL' ? 'below' : 'above';
    const [gain, stop] = way === 'SELL' ? ['above', 'below'] : ['below', 'above'];
    return {
      ...{ side: way, quantity: size, abovePrice: high, belowPrice: low },
      ...{ [`${gain}Type`]: 'LIMIT_MAKER', [`${stop}Type`]: 'STOP_LOSS_LIMIT' },
      ...{ [`${waiting}StopPrice`]: way === 'SELL' ? low : high },
      ...{ [`${waiting}TimeInForce`]: 'GTC' },
    };
  });

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('order'), parameters }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pair'), parameters: pair }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel'), which: fc.nat(9) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('transfer'),
      asset: fc.constantFrom('USDT', 'BTC'),
      amount: fc.constantFrom('0.00000001', '2.5', '-1.23456789', '-1000'),
    }),
  },
);

const way: fc.Arbitrary<Way> = fc
  .tuple(fc.nat(1000), fc.nat(1000), fc.integer({ min: 0, max: 100 }))
  .map(([up, down, share]) => {
    const [high, low] = [standing + up, standing - down];
    return { high, low, close: Math.round(low * 100 + (high - low) * share) / 100 };
  });

/** Some orders are filled in pieces, at one move after the other. */
const inPieces: FaultPlan = {
  seed: 1,
  rules: [{ on: 'orders', when: { probability: 0.4 }, do: { kind: 'pieces', pieces: 3 } }],
};
const opening = { USDT: '200000', BTC: '3' };
const assets = ['USDT', 'BTC'] as const;

/** Amounts by asset. */
class Tally {
  readonly #amounts = new Map<string, Decimal>();

  add(asset: string, amount: Decimal | string): void {
    this.#amounts.set(asset, this.of(asset).plus(amount));
  }

  of(asset: string): Decimal {
    return this.#amounts.get(asset) ?? decimal(0);
  }
}

/** Does one thing, refused or not; what a transfer pays is added to `paid`. */
async function perform(client: Client, done: Act, paid: Tally): Promise<void> {
  switch (done.kind) {
    case 'order':
      await client.signed('POST /api/v3/order', { symbol: 'BTCUSDT', ...done.parameters });
      break;
    case 'pair':
      await client
        .answer('POST /api/v3/orderList/oco', { symbol: 'BTCUSDT', ...done.parameters })
        .catch(() => {});
      break;
    case 'cancel': {
      const open = await client.openOrders();
      const chosen = open[done.which % Math.max(1, open.length)];
      if (chosen === undefined) break;
      const about = { symbol: 'BTCUSDT', orderId: chosen.orderId };
      await client.answer('DELETE /api/v3/order', about);
      break;
    }
    case 'transfer': {
      const { asset, amount } = done;
      const { status } = await client.signed('POST /sandbox/v1/transfer', { asset, amount });
      if (status === 200) paid.add(asset, amount);
      break;
    }
  }
}

/** What open orders lock, by asset. */
function neededOf(open: readonly OrderAnswer[]): Tally {
  const needed = new Tally();
  // Of a pair one is filled: what the dearer one needs is set aside.
  const bound = new Map<number | string, OrderAnswer[]>();
  for (const one of open) {
    const group = one.orderListId < 0 ? `${one.orderId}` : one.orderListId;
    bound.set(group, [...(bound.get(group) ?? []), one]);
  }
  for (const group of bound.values()) {
    const needs = group.map(({ side: way, price: limit, origQty, executedQty }) => {
      const rest = decimal(origQty).minus(executedQty);
      return way === 'BUY' ? rest.times(limit) : rest;
    });
    const most = needs.reduce((high, need) => (need.gt(high) ? need : high), decimal(0));
    needed.add(group[0]?.side === 'BUY' ? 'USDT' : 'BTC', most);
  }
  return needed;
}

/** Holds the account against its trades and what was `paid` in; how many trades there were. */
async function audit(client: Client, paid: Tally): Promise<number> {
  const expected = new Tally();
  for (const asset of assets) expected.add(asset, paid.of(asset));
  const trades = await client.trades();
  for (const { isBuyer, qty, quoteQty, commission, commissionAsset } of trades) {
    expected.add('BTC', isBuyer ? qty : `-${qty}`);
    expected.add('USDT', isBuyer ? `-${quoteQty}` : quoteQty);
    expected.add(commissionAsset, `-${commission}`);
  }
  const needed = neededOf(await client.openOrders());
  for (const asset of assets) {
    const { free, locked } = await client.holding(asset);
    expect(decimal(free).gte(0), `${asset} free is ${free}`).toBe(true);
    expect(locked, `${asset} locked`).toBe(needed.of(asset).toFixed(8));
    const total = decimal(free).plus(locked);
    expect(total.toFixed(8), `${asset} in all`).toBe(expected.of(asset).toFixed(8));
  }
  return trades.length;
}

test('every asset is opening, transfers and trades less fees', async () => {
  let trades = 0;
  const acts = fc.array(act, { minLength: 8, maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(acts, acts, way, async (before, after, moves) => {
      const stand = await Stand.open({ balances: opening, faults: inPieces }, moves);
      try {
        const client = new Client(stand);
        const paid = new Tally();
        for (const asset of assets) paid.add(asset, opening[asset]);
        for (const one of before) await perform(client, one, paid);
        await audit(client, paid);
        await stand.play();
        await audit(client, paid);
        for (const one of after) await perform(client, one, paid);
        trades += await audit(client, paid);
      } finally {
        await stand.close();
      }
    }),
    { seed: 20_240_102, numRuns: 25 },
  );
  // Runs in which nothing is traded prove nothing.
  expect(trades).toBeGreaterThan(300);
}, 60_000);
