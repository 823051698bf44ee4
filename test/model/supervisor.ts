// What the supervisor keeps, in whole numbers of 1e-12 and in one page: cash, what is held, what is out and set
// aside, whether the portfolio trades, and the day's loss (DOMAIN §1, §3; RELIABILITY §3.6). It decides nothing:
// it holds what was decided to the limits.
import type { Fact } from '../../src/domain/fact.ts';
import type { Fill } from '../../src/domain/fill.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Trading } from '../../src/domain/portfolio.ts';
import { exact, times } from './ledger.ts';

export interface Out {
  readonly order: Order;
  filled: bigint;
  isOver: boolean;
}

interface Held {
  readonly pair: string;
  readonly stage: string;
  units: bigint;
}

/** Shares of equity, in hundredths. */
export const CAPS = {
  total: 50n,
  asset: 20n,
  reserve: 30n,
  stage: { MATURE: 30n, VALIDATION: 15n, DISCOVERY: 5n, DECAY: 10n, PAPER: 0n },
} as const;
const DAY = 86_400_000;

export class SupervisorModel {
  cash = exact('100000');
  /** At cost; what makes it is the ledger's business. */
  dust = 0n;
  readonly out = new Map<string, Out>();
  readonly held = new Map<string, Held>();
  /** Close of the last candle that each configuration was approved on. */
  readonly decided = new Map<string, number>();
  readonly marks = new Map<string, bigint>();
  isRecovered = false;
  isLost = false;
  trading: Trading = 'active';
  day: number;
  dayStart = exact('100000');
  isLatched = false;
  readonly latchedDays = new Set<number>();

  constructor(now: number) {
    this.day = Math.floor(now / DAY);
  }

  get living(): readonly Out[] {
    return [...this.out.values()].filter(({ isOver }) => !isOver);
  }

  rest({ order, filled }: Out): bigint {
    return exact(order.quantity) - filled;
  }

  /** What an order still sets aside, raised to the last of 12 decimals. */
  reserved(one: Out): bigint {
    const whole = exact(one.order.quantity);
    const rest = this.rest(one);
    return one.isOver || rest <= 0n ? 0n : (exact(one.order.reserved) * rest + whole - 1n) / whole;
  }

  get free(): bigint {
    return this.living.reduce((rest, one) => rest - this.reserved(one), this.cash);
  }

  valueOf({ pair, units }: Held): bigint {
    return times(this.marks.get(pair) ?? 0n, units);
  }

  get equity(): bigint {
    return [...this.held.values()].reduce(
      (sum, one) => sum + this.valueOf(one),
      this.cash + this.dust,
    );
  }

  /** Marked positions and reserved entries of those that count. */
  exposure(counts: (of: { pair: string; stage: string }) => boolean): bigint {
    const positions = [...this.held.values()].filter(counts).map((one) => this.valueOf(one));
    const entries = this.living
      .filter(({ order }) => order.purpose === 'entry' && counts(order))
      .map((one) => this.reserved(one));
    return [...positions, ...entries].reduce((sum, one) => sum + one, 0n);
  }

  /** Configurations that hold or are entering. */
  get holders(): ReadonlySet<string> {
    const entering = this.living.filter(({ order }) => order.purpose === 'entry');
    return new Set([...this.held.keys(), ...entering.map(({ order }) => order.configId)]);
  }

  /** How much of a pair the venue could be selling of ours right now. */
  offered(pair: string): bigint {
    return this.living
      .filter(({ order }) => order.side === 'sell' && order.pair === pair)
      .reduce((sum, one) => sum + this.rest(one), 0n);
  }

  /** A look at the day: it opens once, never goes back, and is latched until the next. */
  judgeDay(now: number): void {
    const today = Math.floor(now / DAY);
    if (today > this.day) [this.day, this.dayStart, this.isLatched] = [today, this.equity, false];
    if ((this.equity - this.dayStart) * 100n <= -2n * this.dayStart) this.isLatched = true;
  }

  fill({ clientOrderId, side, price, quantity, fee, feeAsset }: Fill): void {
    const one = this.out.get(clientOrderId);
    if (one === undefined) throw new Error('expected a fill of an order that is out');
    const value = times(exact(price), exact(quantity));
    this.cash += side === 'buy' ? -value : value;
    if (feeAsset === 'USDT') this.cash -= exact(fee);
    one.filled += exact(quantity);
    if (this.rest(one) === 0n) one.isOver = true;
  }

  /** A configuration's part of a fill, by the fact that tells it. */
  hold(fill: Fill, configId: string, stage: string): void {
    const held = this.held.get(configId) ?? { pair: fill.pair, stage, units: 0n };
    const fee = fill.feeAsset === 'USDT' ? 0n : exact(fill.fee);
    held.units += fill.side === 'buy' ? exact(fill.quantity) - fee : -exact(fill.quantity);
    this.held.set(configId, held);
  }

  /** What a fact adds to or takes from what is out. */
  note(one: Fact): void {
    if (one.type === 'signal.approved')
      this.decided.set(one.data.order.configId, one.data.signal.at);
    if (
      one.type === 'signal.approved' ||
      one.type === 'exit.ordered' ||
      one.type === 'protection.ordered'
    ) {
      const { order } = one.data;
      this.out.set(order.clientOrderId, { order, filled: 0n, isOver: false });
    }
    if (one.type === 'order.resent') {
      const lost = this.out.get(one.data.clientOrderId);
      if (lost !== undefined) lost.isOver = false;
    }
    if (one.type === 'position.closed') this.held.delete(one.data.trade.configId);
  }
}
