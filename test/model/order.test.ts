// An order against the edges of RELIABILITY §3.4, wherever it is kept: in the book, in the chart fed from the
// book's facts, and in a chart that hears the venue's words as they come. Entries and exits, in any story.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createActor } from 'xstate';
import {
  type OrderActor,
  type OrderEvent,
  orderEventOf,
  orderMachine,
} from '../../machines/order.ts';
import type { OrderNews } from '../../src/domain/conclusion.ts';
import type { Fact } from '../../src/domain/fact.ts';
import { type Draft, draftOf } from '../../src/domain/fold.ts';
import { quantity } from '../../src/domain/money.ts';
import type { Order, OrderState } from '../../src/domain/order.ts';
import { reservation } from '../../src/domain/portfolio.ts';
import { takeBack } from '../../src/domain/protection.ts';
import { review } from '../../src/domain/review.ts';
import { concludeReported, exitProposed, settleReported } from '../../src/domain/supervision.ts';
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
import { command, modelled } from './command.ts';

const LOTS = 6;
const at = NOON + 2000;
const rules = instrumentOf('BTC/USDT', { quantityMax: quantity(LOTS) });
const terms = termsFor([], { instruments: new Map([[rules.pair, rules]]) });

/** The edges of §3.4, and those that an order without an answer takes when only its end is found. */
const EDGES: Record<OrderState, readonly OrderState[]> = {
  sending: [
    'open',
    'partial',
    'filled',
    'rejected',
    'unknown',
    'canceled',
    'absent',
    'quarantined',
  ],
  unknown: ['open', 'partial', 'filled', 'canceled', 'rejected', 'absent', 'quarantined'],
  open: ['partial', 'filled', 'canceled', 'rejected', 'absent', 'canceling', 'quarantined'],
  partial: ['filled', 'canceled', 'rejected', 'absent', 'canceling', 'quarantined'],
  canceling: ['canceled', 'filled', 'rejected', 'absent', 'quarantined'],
  quarantined: ['open', 'partial', 'filled', 'canceled', 'rejected', 'absent'],
  // An end is left by a fill with a new id alone; a sale that never arrived goes once more.
  rejected: ['partial', 'filled'],
  absent: ['partial', 'filled', 'sending'],
  canceled: [],
  filled: [],
};
const ENDS: readonly OrderState[] = ['filled', 'rejected', 'canceled', 'absent'];
const DOUBTED: readonly OrderState[] = ['sending', 'unknown', 'quarantined'];

/** What an order is, in one page. */
class Model {
  state: OrderState = 'sending';
  readonly trades = new Map<string, number>();
  readonly purpose: Order['purpose'];

  constructor(purpose: Order['purpose']) {
    this.purpose = purpose;
  }

  get filled(): number {
    return [...this.trades.values()].reduce((sum, lots) => sum + lots, 0);
  }

  get isOver(): boolean {
    return ENDS.includes(this.state);
  }

  #go(state: OrderState): void {
    if (state === this.state) return;
    expect(EDGES[this.state], `${this.state} to ${state}`).toContain(state);
    this.state = state;
  }

  hear(word: OrderNews): void {
    if (this.isOver) return;
    if (word.kind === 'ended') this.#go(word.state);
    else if (word.kind === 'quarantined') this.#go('quarantined');
    else if (word.kind === 'unresolved')
      this.#go(this.state === 'sending' ? 'unknown' : this.state);
    else if (DOUBTED.includes(this.state)) this.#go(this.filled > 0 ? 'partial' : 'open');
  }

  fill(tradeId: string, lots: number): void {
    if (this.trades.has(tradeId)) return;
    this.trades.set(tradeId, lots);
    if (this.state === 'filled' || this.state === 'canceled') return;
    if (this.filled >= LOTS) this.#go('filled');
    else if (this.state !== 'canceling') this.#go('partial');
  }

  cancel(): void {
    if (this.state === 'open' || this.state === 'partial') this.#go('canceling');
  }

  /** An entry that never arrived is over: its signal is stale. */
  get mayGoAgain(): boolean {
    return this.purpose === 'exit' && this.state === 'absent' && this.filled === 0;
  }

  again(): void {
    if (this.mayGoAgain) this.#go('sending');
  }
}

interface Real {
  readonly draft: Draft;
  readonly order: Order;
  /** Told what the book made of it; told the venue's words themselves. */
  readonly fed: OrderActor;
  readonly raw: OrderActor;
}

const approved = (facts: readonly Fact[]): Order => {
  const [one] = facts;
  if (one?.type === 'signal.approved' || one?.type === 'exit.ordered') return one.data.order;
  throw new Error('expected an order');
};

/** A book whose order is for six lots of one coin each; a sale leaves some for trades that come on top. */
function setup(purpose: 'entry' | 'exit'): { model: Model; real: Real } {
  const draft = draftOf(openedBook());
  const entry = approved(review(draft, [proposalOf(configurationOf('one'))], terms, momentAt()));
  const live = draft.orders.get(entry.clientOrderId);
  if (live === undefined) throw new Error('expected it in the book');
  let order: Order = { ...entry, quantity: String(LOTS), reserved: '603' };
  draft.orders.set(entry.clientOrderId, { ...live, order });
  if (purpose === 'exit') {
    const held = { ...order, quantity: String(4 * LOTS) };
    draft.orders.set(entry.clientOrderId, { ...live, order: held });
    settleReported(draft, terms, fillOf(held, { fee: '0' }));
    const request = { configId: 'one', reason: 'stop', price: 99, at } as const;
    order = approved(exitProposed(draft, terms, request));
  }
  const start = () => createActor(orderMachine, { input: order }).start();
  return { model: new Model(purpose), real: { draft, order, fed: start(), raw: start() } };
}

function tell({ fed, order }: Real, facts: readonly Fact[]): void {
  for (const one of facts) {
    const heard = orderEventOf(one);
    if (heard?.clientOrderId === order.clientOrderId) fed.send(heard.event);
  }
}

function compare(model: Model, { draft, order, fed, raw }: Real): void {
  const live = draft.orders.get(order.clientOrderId);
  if (live === undefined) throw new Error('the book forgot it');
  const trades = [...model.trades.keys()];
  expect([live.state, live.filled.toNumber(), live.trades]).toEqual([
    ...[model.state, model.filled, trades],
  ]);
  // What nobody knows the end of stays reserved, all but what is filled; an end releases it whole.
  const rest = model.isOver ? 0 : Math.max(0, LOTS - model.filled) / LOTS;
  expect(reservation(live).toNumber()).toBeCloseTo(Number(order.reserved) * rest, 6);
  // A chart, unlike the book, calls a cancelled order filled when its fills turn out to be all of it.
  const isWhole = model.state === 'canceled' && model.filled >= LOTS;
  for (const chart of [fed, raw]) {
    const { value, context, status } = chart.getSnapshot();
    expect([value, context.filled.toNumber(), context.trades, status]).toEqual([
      ...[isWhole ? 'filled' : model.state, model.filled, trades, 'active'],
    ]);
  }
}

type Command = fc.Command<Model, Real>;
const news = (word: (clientOrderId: string) => OrderNews, event: OrderEvent): Command =>
  command(event.type, (model, real) => {
    const heard = word(real.order.clientOrderId);
    model.hear(heard);
    tell(real, concludeReported(real.draft, terms, heard));
    real.raw.send(event);
    compare(model, real);
  });

const ended = (state: 'rejected' | 'canceled' | 'absent'): Command =>
  news(
    (clientOrderId) => ({ kind: 'ended', clientOrderId, at, state, code: null, message: null }),
    { type: `order.${state}` },
  );

const words = fc.constantFrom<Command>(
  news((clientOrderId) => ({ kind: 'accepted', clientOrderId, at, venueOrderId: '7' }), {
    type: 'order.accepted',
  }),
  news((clientOrderId) => ({ kind: 'unresolved', clientOrderId, at, reason: 'no answer' }), {
    type: 'order.unresolved',
  }),
  news((clientOrderId) => ({ kind: 'quarantined', clientOrderId, at, reason: 'no word' }), {
    type: 'order.quarantined',
  }),
  ...(['rejected', 'canceled', 'absent'] as const).map(ended),
);

/** Some of a few trades, so that one is told again and again; a trade is always of the same size. */
const fills = fc.integer({ min: 1, max: 5 }).map((trade): Command => {
  const lots = (trade % 3) + 1;
  return command(`fill t${trade} of ${lots}`, (model, real) => {
    const about = { tradeId: `t${trade}`, quantity: String(lots) };
    model.fill(about.tradeId, lots);
    const fill = fillOf(real.order, { ...about, price: '100', fee: '0', at });
    tell(real, settleReported(real.draft, terms, fill));
    real.raw.send({ type: 'order.filled', ...about });
    compare(model, real);
  });
});

const cancels = fc.constant<Command>(
  command('cancel', (model, real) => {
    const live = real.draft.orders.get(real.order.clientOrderId);
    model.cancel();
    if (live !== undefined) tell(real, takeBack(real.draft, live, 'reduce', at));
    real.raw.send({ type: 'cancel.ordered' });
    compare(model, real);
  }),
);

const again = fc.constant<Command>(
  command(
    'ask again',
    (model, real) => {
      model.again();
      const request = { configId: 'one', reason: 'stop', price: 99, at } as const;
      tell(real, exitProposed(real.draft, terms, request));
      real.raw.send({ type: 'order.resent' });
      compare(model, real);
    },
    (model) => model.mayGoAgain,
  ),
);

test.each(['entry', 'exit'] as const)(
  'O1–O7: an %s goes along the edges, counts a trade once, and ends when the venue says so',
  (purpose) => {
    modelled(
      [words, words, fills, fills, cancels, again],
      () => setup(purpose),
      { runs: 150, length: 30 },
      ({ state }, { raw }) => {
        expect(raw.getSnapshot().hasTag('ended')).toBe(ENDS.includes(state));
      },
    );
  },
  60_000,
);
