// What an order is, in one page, by the edges of RELIABILITY §3.4; and the same order in a book, in a chart fed from
// the book's facts, and in a chart that hears the venue's words as they come.
import { expect } from 'vitest';
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

export const LOTS = 6;
export const at = NOON + 2000;
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
export const ENDS: readonly OrderState[] = ['filled', 'rejected', 'canceled', 'absent'];
const DOUBTED: readonly OrderState[] = ['sending', 'unknown', 'quarantined'];

/** What an order is, in one page. */
export class OrderModel {
  state: OrderState = 'sending';
  readonly trades = new Map<string, number>();
  /** Cancelled, and then filled in whole by trades that came late. */
  isWholeAfterAll = false;
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
    if (lots <= 0 || this.trades.has(tradeId)) return;
    this.trades.set(tradeId, lots);
    if (this.state === 'canceled' && this.filled >= LOTS) this.isWholeAfterAll = true;
    if (this.state === 'filled' || this.state === 'canceled') return;
    if (this.filled >= LOTS) this.#go('filled');
    else if (this.state !== 'canceling') this.#go('partial');
  }

  /** A trade whose place in the book is taken counts, but no longer wakes what has ended. */
  stray(tradeId: string, lots: number): void {
    if (this.isOver && !this.trades.has(tradeId)) this.trades.set(tradeId, lots);
    else this.fill(tradeId, lots);
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

export interface OrderReal {
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
export function setup(purpose: 'entry' | 'exit'): { model: OrderModel; real: OrderReal } {
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
  return { model: new OrderModel(purpose), real: { draft, order, fed: start(), raw: start() } };
}

function tell({ fed, order }: OrderReal, facts: readonly Fact[]): void {
  for (const one of facts) {
    const heard = orderEventOf(one);
    if (heard?.clientOrderId === order.clientOrderId) fed.send(heard.event);
  }
}

function compare(model: OrderModel, { draft, order, fed, raw }: OrderReal): void {
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
  const isWhole = model.isWholeAfterAll;
  for (const chart of [fed, raw]) {
    const { value, context, status } = chart.getSnapshot();
    expect([value, context.filled.toNumber(), context.trades, status]).toEqual([
      ...[isWhole ? 'filled' : model.state, model.filled, trades, 'active'],
    ]);
  }
}

/** What the venue says of an order besides its trades, by the chart's event for it. */
const words = {
  'order.accepted': { kind: 'accepted', venueOrderId: '7' },
  'order.unresolved': { kind: 'unresolved', reason: 'no answer' },
  'order.quarantined': { kind: 'quarantined', reason: 'no word' },
  'order.rejected': { kind: 'ended', state: 'rejected', code: null, message: null },
  'order.canceled': { kind: 'ended', state: 'canceled', code: null, message: null },
  'order.absent': { kind: 'ended', state: 'absent', code: null, message: null },
} as const;
export type OrderWord = keyof typeof words;

/** Lets one event of the chart happen to the model and to everything that keeps the order, and compares them. */
export function happen(model: OrderModel, real: OrderReal, event: OrderEvent): void {
  tell(real, factsOf(model, real, event));
  real.raw.send(event);
  compare(model, real);
}

function factsOf(
  model: OrderModel,
  { draft, order }: OrderReal,
  event: OrderEvent,
): readonly Fact[] {
  const { clientOrderId } = order;
  switch (event.type) {
    case 'order.filled': {
      const { tradeId, quantity: lots } = event;
      model.fill(tradeId, Number(lots));
      const fill = fillOf(order, { tradeId, quantity: lots, price: '100', fee: '0', at });
      return settleReported(draft, terms, fill);
    }
    case 'order.strayed': {
      const { tradeId, quantity: lots } = event;
      model.stray(tradeId, Number(lots));
      // For this trade the position is another's.
      const held = draft.positions.get('one');
      draft.positions.delete('one');
      const fill = fillOf(order, { tradeId, quantity: lots, price: '100', fee: '0', at });
      const facts = settleReported(draft, terms, fill);
      if (held !== undefined) draft.positions.set('one', held);
      return facts;
    }
    case 'cancel.ordered': {
      const live = draft.orders.get(clientOrderId);
      model.cancel();
      return live === undefined ? [] : takeBack(draft, live, 'reduce', at);
    }
    case 'order.resent': {
      if (!model.mayGoAgain) return [];
      model.again();
      return exitProposed(draft, terms, { configId: 'one', reason: 'stop', price: 99, at });
    }
    default: {
      const news = { ...words[event.type], clientOrderId, at };
      model.hear(news);
      return concludeReported(draft, terms, news);
    }
  }
}
