// A round of questions tells the supervisor whatever the venue has; cut off anywhere and taken again, or
// taken twice, it leaves the ledger that one undisturbed round leaves (RELIABILITY §3.5, invariant 29).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import { type Draft, draftOf, fold } from '../../src/domain/fold.ts';
import { decimal } from '../../src/domain/money.ts';
import type { Order } from '../../src/domain/order.ts';
import { hasEnded } from '../../src/domain/portfolio.ts';
import { review } from '../../src/domain/review.ts';
import { accountReported, concludeReported, settleReported } from '../../src/domain/supervision.ts';
import { takeRound } from '../../src/engine/round.ts';
import type { OrderReport, Venue } from '../../src/ports.ts';
import {
  configurationOf,
  fillOf,
  momentAt,
  NOON,
  openedBook,
  proposalOf,
  termsFor,
} from '../support/bench.ts';

const pairs = ['BTC/USDT', 'ETH/USDT'];
const terms = termsFor(pairs);
const ids = ['a', 'b', 'c'];

/** Three entries sent, and nothing heard of any since. */
function sent(): { facts: readonly Fact[]; orders: readonly Order[] } {
  const facts = ids.flatMap((id, index) => {
    const proposal = proposalOf(configurationOf(id, { pair: pairs[index % 2] ?? '' }), {
      confidence: 0.5,
    });
    return review(draftOf(openedBook()), [proposal], terms, momentAt());
  });
  const orders = facts.flatMap((one) => (one.type === 'signal.approved' ? [one.data.order] : []));
  return { facts, orders };
}

const { facts: before, orders } = sent();

/** What came of each entry meanwhile, and what a person did. */
const happened = fc.record({
  ends: fc.array(fc.constantFrom('filled', 'partial', 'canceled', 'unseen'), {
    minLength: ids.length,
    maxLength: ids.length,
  }),
  pieces: fc.integer({ min: 1, max: 3 }),
  trades: fc.array(
    fc.record({
      pair: fc.constantFrom(...pairs),
      side: fc.constantFrom('buy', 'sell'),
      lots: fc.integer({ min: 1, max: 5000 }),
    }),
    { maxLength: 5 },
  ),
  resting: fc.boolean(),
});
type Happened = typeof happened extends fc.Arbitrary<infer H> ? H : never;

type AskedVenue = Pick<Venue, 'find' | 'fills' | 'openOrders'>;

function venueAfter({ ends, pieces, trades, resting }: Happened): AskedVenue {
  const reports = new Map<string, OrderReport>();
  const fills: Fill[] = [];
  orders.forEach((order, index) => {
    const end = ends[index] ?? 'unseen';
    if (end === 'unseen') return;
    const share = end === 'filled' ? 1 : 0.5;
    const part = decimal(order.quantity).times(share).div(pieces).toDecimalPlaces(3);
    for (let piece = 0; piece < pieces; piece += 1) {
      const whole = decimal(order.quantity).times(share).toDecimalPlaces(3);
      const rest = whole.minus(part.times(pieces - 1));
      const quantity = (piece === pieces - 1 ? rest : part).toFixed();
      const tradeId = `${order.configId}${piece}`;
      fills.push(fillOf(order, { tradeId, quantity, price: '100', at: NOON + 1000 + piece }));
    }
    const state = end === 'partial' ? 'partial' : end;
    reports.set(order.clientOrderId, {
      ...{ clientOrderId: order.clientOrderId, venueOrderId: `${index}`, pair: order.pair, state },
      ...{ filled: '0', at: NOON + 2000 },
    });
  });
  trades.forEach(({ pair, side, lots }, index) => {
    const [, quote = ''] = pair.split('/');
    fills.push({
      ...{ tradeId: `p${index}`, clientOrderId: `web_${index}`, pair, side, price: '101' },
      ...{ quantity: decimal(lots).div(1000).toFixed(), fee: '0.01', feeAsset: quote },
      at: NOON + 1500 + index,
    });
  });
  return {
    find: async ({ clientOrderId }) => reports.get(clientOrderId),
    fills: async (pair, since) => fills.filter((one) => one.pair === pair && one.at >= since),
    openOrders: async () =>
      resting
        ? [
            {
              ...{ clientOrderId: 'web_9', venueOrderId: '99', pair: 'BTC/USDT', state: 'open' },
              ...{ filled: '0', at: NOON + 900 },
            } as const,
          ]
        : [],
  };
}

class Cut extends Error {}

/** One round on the book that `facts` make, cut off after so many words; the facts after it. */
async function round(
  facts: readonly Fact[],
  venue: AskedVenue,
  wordsMax = Number.POSITIVE_INFINITY,
): Promise<readonly Fact[]> {
  const draft: Draft = draftOf(fold(openedBook(), facts));
  const made: Fact[] = [...facts];
  let words = 0;
  const take = (some: readonly Fact[]): void => {
    made.push(...some);
    words += 1;
    if (words >= wordsMax) throw new Cut();
  };
  const sink = {
    onFill: (fill: Fill) => take(settleReported(draft, terms, fill)),
    onOrderNews: (news: Parameters<typeof concludeReported>[2]) =>
      take(concludeReported(draft, terms, news)),
    onUnknown() {},
  };
  await takeRound(
    {
      ...{ venue, sink, book: () => draft },
      onForeignOrder: (one) => take(accountReported(draft, terms, { kind: 'order', ...one })),
    },
    pairs,
  ).catch((error: unknown) => {
    if (!(error instanceof Cut)) throw error;
  });
  return JSON.parse(JSON.stringify(made));
}

const bookOf = (facts: readonly Fact[]) => fold(openedBook(), facts);
const ledgerOf = (facts: readonly Fact[]): readonly string[] =>
  [...bookOf(facts).balances].map(([slot, amount]) => `${slot} ${amount.toFixed()}`).sort();

test('twice is once, and cut off anywhere, then taken again, is once', async () => {
  await fc.assert(
    fc.asyncProperty(happened, fc.array(fc.integer({ min: 1, max: 12 })), async (what, cuts) => {
      const venue = venueAfter(what);
      const once = await round(before, venue);
      expect(await round(once, venue)).toEqual(once);
      let facts: readonly Fact[] = JSON.parse(JSON.stringify(before));
      for (const cut of cuts) facts = await round(facts, venue, cut);
      facts = await round(facts, venue);
      expect(ledgerOf(facts)).toEqual(ledgerOf(once));
      const [one, other] = [bookOf(facts), bookOf(once)];
      expect(one.account.frozen.size > 0).toBe(what.trades.length > 0 || what.resting);
      expect([...one.account.frozen.keys()].sort()).toEqual(
        [...other.account.frozen.keys()].sort(),
      );
      for (const [id, live] of one.orders) {
        expect([live.filled.toFixed(), hasEnded(live)], id).toEqual([
          other.orders.get(id)?.filled.toFixed(),
          hasEnded(other.orders.get(id) ?? live),
        ]);
      }
    }),
    { numRuns: 120 },
  );
});

test('an order that the book took for ended and the venue has open is asked about until its end', async () => {
  const [order] = orders;
  if (order === undefined) throw new Error('expected an order');
  const draft = draftOf(fold(openedBook(), before));
  const { clientOrderId, pair } = order;
  concludeReported(draft, terms, {
    ...{ kind: 'ended', clientOrderId, at: NOON, state: 'absent', code: null, message: null },
  });
  const asked: string[] = [];
  const venue = venueAfter({ ends: [], pieces: 1, trades: [], resting: false });
  await takeRound(
    {
      venue: {
        ...venue,
        openOrders: async () => [
          { clientOrderId, venueOrderId: '1', pair, state: 'open', filled: '0', at: NOON },
        ],
      },
      sink: {
        onFill() {},
        onOrderNews() {},
        onUnknown: (one) => asked.push(one.clientOrderId),
      },
      book: () => draft,
      onForeignOrder: () => asked.push('foreign'),
    },
    [],
  );
  expect(asked).toContain(clientOrderId);
  expect(asked).not.toContain('foreign');
});
