// What befalls the exchange and the machine, minute by minute: somebody else trades, money moves, rules change, a pair
// is halted, the clock of the day is set.

import type { EventQueue } from './event-queue.ts';
import { exact, type Rules, type SimulatedExchange } from './exchange.ts';
import type { Machine } from './life.ts';
import { minuteMs } from './market.ts';
import { PAIRS, QUOTE } from './scene.ts';
import type { Fate } from './swarm.ts';
import type { Trace } from './trace.ts';

interface MishapWorld {
  readonly queue: EventQueue;
  readonly fate: Fate;
  readonly trace: Trace;
  readonly exchange: SimulatedExchange;
  readonly machine: Machine;
  /** The books have begun, and know what time it is. */
  readonly isOpen: boolean;
}

export class Mishaps {
  readonly #world: MishapWorld;

  constructor(world: MishapWorld) {
    this.#world = world;
  }

  /** What befalls the exchange and the machine. */
  begin(): void {
    const { queue, fate } = this.#world;
    queue.after(minuteMs * (0.5 + fate.draw('minute')), () => {
      // What was there before the books began is none of their business.
      if (this.#world.isOpen) this.#befall();
      this.begin();
    });
  }

  #befall(): void {
    const { fate, trace, exchange, queue } = this.#world;
    const pair = PAIRS[Math.floor(fate.draw('pair') * PAIRS.length)] ?? PAIRS[0];
    if (fate.strikes('clockStep')) this.#setClock();
    if (fate.strikes('stranger')) this.#trade(pair);
    if (fate.strikes('transfer')) {
      const amount = exact(Math.round((2 * fate.draw('amount') - 1) * 5000));
      if (exchange.transfer(QUOTE, amount)) trace.met('transfer');
    }
    if (fate.strikes('rules')) {
      trace.met('rules changed');
      this.rule(pair, { stepSize: exact('0.01'), notionalMin: exact(20) });
    }
    if (fate.strikes('pairHalt')) {
      trace.met('pair halted');
      this.rule(pair, { isHalted: true });
      queue.after(fate.skewed('halt', 1000, 120_000), () => this.rule(pair, { isHalted: false }));
    }
  }

  /** The venue's rules of trading change. */
  rule(pair: string, change: Partial<Rules>): void {
    const { rules: all } = this.#world.exchange;
    const rules = all.get(pair);
    if (rules !== undefined) all.set(pair, { ...rules, ...change });
  }

  #setClock(): void {
    const { fate, queue, trace, machine } = this.#world;
    machine.wallOffset = (2 * fate.draw('step') - 1) * 3_600_000;
    trace.met('clock set');
    // Somebody notices, sooner or later.
    queue.after(fate.skewed('noticed', 1000, 120_000), () => {
      machine.wallOffset = 0;
    });
  }

  /** Somebody else on the same account. */
  #trade(pair: string): void {
    const { trace, exchange, fate } = this.#world;
    trace.met('stranger trades');
    exchange.place({
      ...{ clientOrderId: `web_${exchange.orders.length}`, pair, type: 'MARKET' },
      side: fate.draw('stranger side') < 0.5 ? 'BUY' : 'SELL',
      quantity: exact(pair === 'ETH/USDT' ? '0.4' : '0.02'),
      ...{ price: undefined, stopPrice: undefined },
    });
  }
}
