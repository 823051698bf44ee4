// The book as an auditor makes it of journal entries alone, with arithmetic of its own: money by the postings,
// orders by what was meant and what is told of them, positions by what each fill leaves. Shares no rule with the fold.
import type { Entry } from '../../src/domain/fact.ts';
import type { Posting } from '../../src/domain/ledger.ts';
import type { Order } from '../../src/domain/order.ts';
import type { Millis } from '../../src/domain/time.ts';
import { type Amount, exact } from './exchange.ts';

const zero = exact(0);

export interface ModelOrder {
  readonly order: Order;
  filled: Amount;
  /** How it ended; undefined while it is out. */
  end: string | undefined;
  isOverfilled: boolean;
  resent: number;
}

export interface ModelPosition {
  readonly configId: string;
  readonly pair: string;
  readonly stop: number;
  quantity: Amount;
  isLeaving: boolean;
}

export class JournalModel {
  readonly orders = new Map<string, ModelOrder>();
  /** By configuration. */
  readonly positions = new Map<string, ModelPosition>();
  /** Signals that were decided on, whatever was decided. */
  readonly #spent = new Set<string>();
  readonly #balances = new Map<string, Amount>();
  day: { number: number; equity: number; isLatched: boolean } | undefined;
  trading: 'active' | 'reducing' = 'active';
  /** Return of the day as the last mark has it, until a latch or another day. */
  marked: number | undefined;
  lastAt: Millis = 0;

  balance = (account: string, asset: string): Amount =>
    this.#balances.get(`${account} ${asset}`) ?? zero;

  /** Orders that may still do something. */
  out = (): readonly ModelOrder[] =>
    [...this.orders.values()].filter(({ end }) => end === undefined);

  /** What an order still holds back of the cash. */
  reserved({ order, filled, end }: ModelOrder): Amount {
    if (end !== undefined) return zero;
    const whole = exact(order.quantity);
    const rest = whole.minus(filled).div(whole);
    return rest.gt(0) ? exact(order.reserved).times(rest) : zero;
  }

  /** Takes an entry; what is wrong with it in itself, in words by invariant. */
  take(entry: Entry): readonly (readonly [string, string])[] {
    const wrong: (readonly [string, string])[] = [];
    const data = entry.data as { postings?: readonly Posting[] };
    if (data.postings !== undefined) {
      const unbalanced = this.#post(data.postings);
      if (unbalanced !== undefined) wrong.push(['12 every asset balances', unbalanced]);
    }
    switch (entry.type) {
      case 'signal.refused':
        if (entry.data.spent) this.#spent.add(entry.data.signal.id);
        break;
      case 'signal.approved':
      case 'exit.ordered':
      case 'protection.ordered': {
        const { order } = entry.data;
        if (entry.type === 'signal.approved') {
          if (this.#spent.has(order.signalId)) {
            wrong.push(['3 one decision each', `${order.signalId} was decided on twice`]);
          }
          this.#spent.add(order.signalId);
        }
        if (this.orders.has(order.clientOrderId)) {
          wrong.push(['3 one decision each', `${order.clientOrderId} was meant twice`]);
        }
        const fresh = { order, filled: zero, end: undefined, isOverfilled: false, resent: 0 };
        this.orders.set(order.clientOrderId, fresh);
        if (entry.type === 'exit.ordered') this.#leaves(order.configId);
        break;
      }
      case 'exit.decided':
        this.#leaves(entry.data.configId);
        break;
      case 'order.resent':
        this.#with(entry.data.clientOrderId, (one) => {
          one.end = undefined;
          one.resent += 1;
        });
        break;
      case 'order.overfilled':
        this.#with(entry.data.clientOrderId, (one) => {
          one.isOverfilled = true;
        });
        break;
      case 'order.ended':
        this.#with(entry.data.clientOrderId, (one) => {
          one.end = entry.data.state;
        });
        break;
      case 'position.opened':
        this.positions.set(entry.data.configId, {
          ...{ configId: entry.data.configId, pair: entry.data.pair, quantity: zero },
          ...{ stop: Number(entry.data.stopLoss), isLeaving: false },
        });
        break;
      case 'fill.recorded': {
        const { fill, configId, held } = entry.data;
        this.#with(fill.clientOrderId, (one) => {
          one.filled = one.filled.plus(fill.quantity);
        });
        const position = this.positions.get(configId);
        if (position !== undefined) position.quantity = exact(held.quantity);
        break;
      }
      case 'position.closed':
        this.positions.delete(entry.data.trade.configId);
        break;
      case 'foreign.adopted':
        for (const { configId, held } of entry.data.shrunk) {
          const position = this.positions.get(configId);
          if (position !== undefined) position.quantity = exact(held.quantity);
        }
        break;
      case 'day.opened': {
        const { day, equity } = entry.data;
        if (this.day !== undefined && !(day > this.day.number)) {
          wrong.push(['18 days never go backwards', `day ${day} after ${this.day.number}`]);
        }
        this.day = { number: day, equity: Number(equity), isLatched: false };
        this.marked = undefined;
        break;
      }
      case 'loss.latched':
        if (this.day !== undefined) this.day.isLatched = true;
        break;
      case 'equity.marked':
        this.marked = entry.data.dayReturn;
        break;
      case 'trading.reduced':
      case 'trading.flattened':
        this.trading = 'reducing';
        break;
      case 'trading.resumed':
        this.trading = 'active';
        break;
      default:
    }
    this.lastAt = Math.max(this.lastAt, entry.at);
    return wrong;
  }

  #leaves(configId: string): void {
    const position = this.positions.get(configId);
    if (position !== undefined) position.isLeaving = true;
  }

  #with(clientOrderId: string, act: (one: ModelOrder) => void): void {
    const one = this.orders.get(clientOrderId);
    if (one !== undefined) act(one);
  }

  #post(postings: readonly Posting[]): string | undefined {
    const totals = new Map<string, Amount>();
    for (const { account, asset, amount } of postings) {
      const key = `${account} ${asset}`;
      this.#balances.set(key, (this.#balances.get(key) ?? zero).plus(amount));
      totals.set(asset, (totals.get(asset) ?? zero).plus(amount));
    }
    for (const [asset, total] of totals) {
      if (!total.isZero()) return `${asset} is off by ${total}`;
    }
    return undefined;
  }
}
