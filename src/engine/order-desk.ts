// One chart per order that is out, fed from the supervisor's facts as they are decided. It holds what
// the book does not need: that a fill came after the order's end, which is recorded, and said aloud.
import { type Actor, createActor } from 'xstate';
import { actorClock } from '../../machines/clock.ts';
import { orderEventOf, orderMachine } from '../../machines/order.ts';
import type { Fact, FactOf } from '../domain/fact.ts';
import { quantity, ZERO_QUANTITY } from '../domain/money.ts';
import type { OrderState } from '../domain/order.ts';
import { hasEnded, type LiveOrder, type Portfolio } from '../domain/portfolio.ts';
import type { Banks } from './bank.ts';

export interface OrderDesk {
  hear(fact: Fact): void;
  /** Orders by the state their charts are in; those that ended a while ago are forgotten. */
  states(): ReadonlyMap<string, OrderState>;
  stop(): void;
}

type OrderActor = Actor<typeof orderMachine>;
type Standing = Pick<LiveOrder, 'order' | 'state' | 'filled' | 'trades'>;

/** Ended orders kept in sight, for fills that come late. */
const ENDED_MAX = 64;

export function createOrderDesk(
  book: Portfolio,
  { log, timers }: Pick<Banks, 'log' | 'timers'>,
): OrderDesk {
  const clock = actorClock(timers);
  const actors = new Map<string, OrderActor>();

  function seat(live: Standing): void {
    const { clientOrderId, quantity } = live.order;
    const actor = createActor(orderMachine, {
      id: clientOrderId,
      input: { clientOrderId, quantity },
      snapshot: standing(live),
      clock,
    });
    actor.subscribe({
      error: (error) => log.error({ clientOrderId, error: String(error) }, 'an order chart failed'),
    });
    actor.start();
    actors.set(clientOrderId, actor);
  }

  function tell(actor: OrderActor, event: Parameters<OrderActor['send']>[0]): void {
    const before = actor.getSnapshot().context.late.length;
    actor.send(event);
    const { clientOrderId, late } = actor.getSnapshot().context;
    if (late.length > before) {
      log.warn(
        { order: clientOrderId, trade: late.at(-1) },
        'a fill came after its order had ended',
      );
    }
  }

  function forget(): void {
    const ended = [...actors].filter(([, actor]) => actor.getSnapshot().hasTag('ended'));
    for (const [id, actor] of ended.slice(0, Math.max(0, ended.length - ENDED_MAX))) {
      actor.stop();
      actors.delete(id);
    }
  }

  for (const live of book.orders.values()) if (!hasEnded(live)) seat(live);

  return {
    hear(fact) {
      if (isBirth(fact)) {
        const { order } = fact.data;
        seat({ order, state: 'sending', filled: ZERO_QUANTITY, trades: [] });
        forget();
        return;
      }
      const told = orderEventOf(fact);
      const actor = told === undefined ? undefined : actors.get(told.clientOrderId);
      if (told !== undefined && actor !== undefined) tell(actor, told.event);
    },
    states: () =>
      new Map([...actors].map(([id, actor]) => [id, actor.getSnapshot().value] as const)),
    stop() {
      for (const actor of actors.values()) actor.stop();
    },
  };
}

const isBirth = (
  fact: Fact,
): fact is FactOf<'signal.approved'> | FactOf<'exit.ordered'> | FactOf<'protection.ordered'> =>
  fact.type === 'signal.approved' ||
  fact.type === 'exit.ordered' ||
  fact.type === 'protection.ordered';

/** The chart where the book has its order. */
function standing({ order, state, filled, trades }: Standing) {
  return orderMachine.resolveState({
    value: state,
    context: {
      clientOrderId: order.clientOrderId,
      quantity: quantity(order.quantity),
      filled,
      trades,
      late: [],
    },
  });
}
