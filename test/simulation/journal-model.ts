// The book as an auditor makes it of journal entries alone, with arithmetic of its own: money by the postings,
// orders by what was meant and what is told of them, positions by what each fill leaves. Shares no rule with the fold.
import type { Entry } from '../../src/domain/fact.ts';
import type { Posting } from '../../src/domain/ledger.ts';
import type { Order } from '../../src/domain/order.ts';
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

/** An invariant, and what is against it. */
type Wrong = readonly [string, string];

export class JournalModel {
  readonly orders = new Map<string, ModelOrder>();
  /** By configuration. */
  readonly positions = new Map<string, ModelPosition>();
  /** Signals that were decided on, whatever was decided. */
  readonly #spent = new Set<string>();
  readonly #balances = new Map<string, Amount>();
  day: { number: number; isLatched: boolean } | undefined;
  trading: 'active' | 'reducing' = 'active';
  /** Some entry knew what time it is. */
  isOpen = false;
  /** Return of the day as the last mark has it, until a latch or another day. */
  marked: number | undefined;

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
  take(entry: Entry): readonly Wrong[] {
    const { postings } = entry.data as { postings?: readonly Posting[] };
    if (entry.at > 0) this.isOpen = true;
    const unbalanced = postings === undefined ? undefined : this.#post(postings);
    const wrong = this.#order(entry) ?? this.#portfolio(entry);
    this.#position(entry);
    return [
      ...(unbalanced === undefined ? [] : [['12 every asset balances', unbalanced] as const]),
      ...(wrong === undefined ? [] : [wrong]),
    ];
  }

  /** What was meant, and what became of it. */
  #order(entry: Entry): Wrong | undefined {
    switch (entry.type) {
      case 'signal.refused':
        if (entry.data.spent) this.#spent.add(entry.data.signal.id);
        return undefined;
      case 'signal.approved':
      case 'exit.ordered':
      case 'protection.ordered':
        return this.#meant(entry.data.order, entry.type === 'signal.approved');
      case 'order.resent':
        this.#with(entry.data.clientOrderId, (one) => {
          one.end = undefined;
          one.resent += 1;
        });
        return undefined;
      case 'order.overfilled':
        this.#with(entry.data.clientOrderId, (one) => {
          one.isOverfilled = true;
        });
        return undefined;
      case 'order.ended':
        this.#with(entry.data.clientOrderId, (one) => {
          one.end = entry.data.state;
        });
        return undefined;
      case 'fill.recorded':
        this.#with(entry.data.fill.clientOrderId, (one) => {
          one.filled = one.filled.plus(entry.data.fill.quantity);
        });
        return undefined;
      default:
        return undefined;
    }
  }

  #meant(order: Order, isEntry: boolean): Wrong | undefined {
    const { clientOrderId, signalId } = order;
    if (isEntry && this.#spent.has(signalId)) {
      return ['3 one decision each', `${signalId} was decided on twice`];
    }
    if (isEntry) this.#spent.add(signalId);
    if (this.orders.has(clientOrderId)) {
      return ['3 one decision each', `${clientOrderId} was meant twice`];
    }
    const fresh = { order, filled: zero, end: undefined, isOverfilled: false, resent: 0 };
    this.orders.set(clientOrderId, fresh);
    return undefined;
  }

  #position(entry: Entry): void {
    switch (entry.type) {
      case 'position.opened': {
        const { configId, pair, stopLoss } = entry.data;
        const fresh = { configId, pair, quantity: zero, stop: Number(stopLoss), isLeaving: false };
        this.positions.set(configId, fresh);
        return;
      }
      case 'fill.recorded':
        this.#holds(entry.data.configId, entry.data.held.quantity);
        return;
      case 'foreign.adopted':
        for (const { configId, held } of entry.data.shrunk) this.#holds(configId, held.quantity);
        return;
      case 'exit.decided':
        this.#leaves(entry.data.configId);
        return;
      case 'exit.ordered':
        this.#leaves(entry.data.order.configId);
        return;
      case 'position.closed':
        this.positions.delete(entry.data.trade.configId);
        return;
      default:
    }
  }

  /** The day, and whether anything new is taken. */
  #portfolio(entry: Entry): Wrong | undefined {
    switch (entry.type) {
      case 'day.opened':
        return this.#begins(entry.data.day);
      case 'loss.latched':
        if (this.day !== undefined) this.day.isLatched = true;
        return undefined;
      case 'equity.marked':
        this.marked = entry.data.dayReturn;
        return undefined;
      case 'trading.reduced':
      case 'trading.flattened':
        this.trading = 'reducing';
        return undefined;
      case 'trading.resumed':
        this.trading = 'active';
        return undefined;
      default:
        return undefined;
    }
  }

  #begins(day: number): Wrong | undefined {
    const before = this.day?.number;
    this.day = { number: day, isLatched: false };
    this.marked = undefined;
    if (before === undefined || day > before) return undefined;
    return ['18 days never go backwards', `day ${day} after ${before}`];
  }

  #holds(configId: string, quantity: string): void {
    const position = this.positions.get(configId);
    if (position !== undefined) position.quantity = exact(quantity);
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
