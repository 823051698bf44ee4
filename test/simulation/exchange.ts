// The simulated exchange's own book, which is the truth: orders, trades and balances, in exact numbers of its own.
// It knows nothing of networks and faults but for how an order is filled, and shares no code with what trades on it.
import { Decimal } from 'decimal.js';
import type { Millis } from '../../src/domain/time.ts';

const Exact = Decimal.clone({ precision: 60 });
export type Amount = Decimal;
export const exact = (value: string | number | Decimal): Amount => new Exact(value);
const zero = exact(0);

export type Side = 'BUY' | 'SELL';
export type OrderType = 'MARKET' | 'LIMIT' | 'STOP_LOSS_LIMIT';
export type Status = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';

export interface Trade {
  readonly id: number;
  readonly order: ExchangeOrder;
  readonly price: Amount;
  readonly quantity: Amount;
  readonly fee: Amount;
  readonly feeAsset: string;
  readonly at: Millis;
}

export interface ExchangeOrder {
  readonly id: number;
  readonly clientOrderId: string;
  readonly pair: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Amount;
  readonly price: Amount | undefined;
  readonly stopPrice: Amount | undefined;
  readonly at: Millis;
  status: Status;
  updatedAt: Millis;
  executed: Amount;
  paid: Amount;
  /** What of its balance is still held back for it. */
  locked: Amount;
  /** Pieces in which what is left is filled, one at each move. */
  pieces: number;
  /** A stop that was hit. */
  isAwake: boolean;
  readonly trades: Trade[];
}

/** Words of a refusal as the protocol has them. */
export interface Refused {
  readonly code: number;
  readonly msg: string;
}

export interface Rules {
  readonly tickSize: Amount;
  readonly stepSize: Amount;
  readonly notionalMin: Amount;
  readonly isHalted: boolean;
}

export type ExchangeEvent =
  | {
      readonly type: 'order';
      readonly what: 'NEW' | 'CANCELED' | 'EXPIRED';
      readonly order: ExchangeOrder;
      readonly at: Millis;
    }
  | { readonly type: 'trade'; readonly trade: Trade; readonly at: Millis }
  | {
      readonly type: 'balance';
      readonly asset: string;
      readonly delta: Amount;
      readonly at: Millis;
    };

/** How an order that can be filled is filled: in how many pieces, and what share of it there is to be had. */
export interface Liquidity {
  readonly pieces: number;
  readonly share: number;
}

export interface Wanted {
  readonly clientOrderId: string;
  readonly pair: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly quantity: Amount;
  readonly price: Amount | undefined;
  readonly stopPrice: Amount | undefined;
}

export interface ExchangeOptions {
  readonly pairs: readonly string[];
  readonly balances: Readonly<Record<string, string>>;
  readonly feeRate: string;
  /** Undefined: the fee is taken of what was bought with or sold for. */
  readonly feeAsset: { readonly asset: string; readonly quotePrice: string } | undefined;
  price(pair: string): number;
  now(): Millis;
  liquidity(): Liquidity;
  onEvent(event: ExchangeEvent): void;
}

const splitOf = (pair: string): readonly [string, string] => {
  const [base = '', quote = ''] = pair.split('/');
  return [base, quote];
};

const isOpen = ({ status }: ExchangeOrder): boolean =>
  status === 'NEW' || status === 'PARTIALLY_FILLED';

const floorTo = (amount: Amount, step: Amount): Amount => amount.div(step).floor().times(step);

/** Whether the market is worse than a limit. */
const isBeyond = (price: Amount, limit: Amount, side: Side): boolean =>
  side === 'BUY' ? price.gt(limit) : price.lt(limit);

function filterBroken(
  { quantity, price, stopPrice }: Wanted,
  { stepSize, tickSize, notionalMin }: Rules,
  last: Amount,
): string | undefined {
  if (!quantity.mod(stepSize).isZero()) return 'LOT_SIZE';
  const levels = [price, stopPrice].filter((level) => level !== undefined);
  if (!levels.every((level) => level.mod(tickSize).isZero())) return 'PRICE_FILTER';
  return quantity.times(price ?? last).lt(notionalMin) ? 'NOTIONAL' : undefined;
}

const refused = (code: number, msg: string): Refused => ({ code, msg });

export class SimulatedExchange {
  orders: ExchangeOrder[] = [];
  trades: Trade[] = [];
  #ordersSoFar = 0;
  #tradesSoFar = 0;
  readonly rules = new Map<string, Rules>();
  readonly #free = new Map<string, Amount>();
  readonly #locked = new Map<string, Amount>();
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    for (const [asset, amount] of Object.entries(options.balances)) {
      this.#free.set(asset, exact(amount));
    }
    for (const pair of options.pairs) {
      this.rules.set(pair, {
        ...{ tickSize: exact('0.01'), stepSize: exact('0.001') },
        ...{ notionalMin: exact(5), isHalted: false },
      });
    }
  }

  free = (asset: string): Amount => this.#free.get(asset) ?? zero;
  locked = (asset: string): Amount => this.#locked.get(asset) ?? zero;
  assets = (): readonly string[] => [...new Set([...this.#free.keys(), ...this.#locked.keys()])];

  /** Takes an order, or says why not. */
  place(wanted: Wanted): ExchangeOrder | Refused {
    const refusal = this.#refusal(wanted);
    if (refusal !== undefined) return refusal;
    const { now, liquidity, onEvent } = this.#options;
    const at = now();
    const asset = this.#spent(wanted);
    const locked = this.#worth(wanted);
    this.#move(asset, locked.negated(), locked);
    const { pieces, share } = liquidity();
    this.#ordersSoFar += 1;
    const order: ExchangeOrder = {
      ...wanted,
      ...{ id: this.#ordersSoFar, at, updatedAt: at, status: 'NEW', trades: [] },
      ...{ executed: zero, paid: zero, locked, pieces, isAwake: wanted.type !== 'STOP_LOSS_LIMIT' },
    };
    this.orders.push(order);
    onEvent({ type: 'order', what: 'NEW', order, at });
    this.#try(order, wanted.type === 'LIMIT' ? share : 1);
    // Immediate or cancel.
    if (wanted.type === 'LIMIT' && isOpen(order)) this.#end(order, 'EXPIRED');
    return order;
  }

  /** Takes an order back; undefined where none of this id stands. */
  cancel(pair: string, clientOrderId: string): ExchangeOrder | undefined {
    const order = this.orders.findLast(
      (one) => one.pair === pair && one.clientOrderId === clientOrderId && isOpen(one),
    );
    if (order !== undefined) this.#end(order, 'CANCELED');
    return order;
  }

  /** The market moved: what waits is looked at again. */
  move(pair: string): void {
    for (const order of this.open().filter((one) => one.pair === pair)) {
      const last = exact(this.#options.price(pair));
      if (order.stopPrice !== undefined && last.lte(order.stopPrice)) order.isAwake = true;
      this.#try(order, 1);
    }
  }

  open = (): readonly ExchangeOrder[] => this.orders.filter(isOpen);

  /** Lets go of what ended before a time: nobody asks for it any more. */
  forget(before: Millis): void {
    this.orders = this.orders.filter((one) => isOpen(one) || one.updatedAt >= before);
    this.trades = this.trades.filter(({ at }) => at >= before);
  }

  /** Money comes, or goes where it is below zero; false where there is not so much of it. */
  transfer(asset: string, delta: Amount): boolean {
    if (this.free(asset).plus(delta).lt(0)) return false;
    this.#move(asset, delta, zero);
    this.#options.onEvent({ type: 'balance', asset, delta, at: this.#options.now() });
    return true;
  }

  #refusal(wanted: Wanted): Refused | undefined {
    const rules = this.rules.get(wanted.pair);
    if (rules === undefined) return refused(-1121, 'Invalid symbol.');
    const { clientOrderId, stopPrice, pair, side } = wanted;
    if (this.open().some((one) => one.clientOrderId === clientOrderId)) {
      return refused(-2010, 'Duplicate order sent.');
    }
    if (rules.isHalted) return refused(-2010, 'Market is closed.');
    const last = exact(this.#options.price(pair));
    const filter = filterBroken(wanted, rules, last);
    if (filter !== undefined) return refused(-1013, `Filter failure: ${filter}`);
    if (stopPrice !== undefined && side === 'SELL' && last.lte(stopPrice)) {
      return refused(-2010, 'Stop price would trigger immediately.');
    }
    return this.free(this.#spent(wanted)).lt(this.#worth(wanted))
      ? refused(-2010, 'Account has insufficient balance for requested action.')
      : undefined;
  }

  #spent({ pair, side }: Pick<Wanted, 'pair' | 'side'>): string {
    const [base, quote] = splitOf(pair);
    return side === 'BUY' ? quote : base;
  }

  /** What an order holds back; a market order a little more than its price now. */
  #worth({ side, quantity, price, pair }: Wanted): Amount {
    if (side === 'SELL') return quantity;
    return quantity.times(price ?? exact(this.#options.price(pair)).times('1.05'));
  }

  #move(asset: string, free: Amount, locked: Amount): void {
    this.#free.set(asset, this.free(asset).plus(free));
    this.#locked.set(asset, this.locked(asset).plus(locked));
  }

  #try(order: ExchangeOrder, share: number): void {
    const rules = this.rules.get(order.pair);
    if (rules === undefined || rules.isHalted || !isOpen(order) || !order.isAwake) return;
    const price = exact(this.#options.price(order.pair));
    if (order.price !== undefined && isBeyond(price, order.price, order.side)) return;
    const { stepSize } = rules;
    const whole = share < 1 ? floorTo(order.quantity.times(share), stepSize) : order.quantity;
    const part = floorTo(whole.minus(order.executed).div(order.pieces), stepSize);
    // Of a market order the next piece finds somebody at the next move; what is immediate is filled at once.
    const now = order.type === 'LIMIT' ? order.pieces : 1;
    for (let piece = 1; piece <= now && order.pieces > 0; piece += 1) {
      const next = order.pieces === 1 ? whole.minus(order.executed) : part;
      if (next.gt(0)) this.#fill(order, price, next);
      order.pieces = Math.max(1, order.pieces - 1);
    }
  }

  #fill(order: ExchangeOrder, price: Amount, quantity: Amount): void {
    const [base, quote] = splitOf(order.pair);
    const { feeRate, feeAsset, now, onEvent } = this.#options;
    const at = now();
    const value = price.times(quantity);
    const got = order.side === 'BUY' ? quantity : value;
    const asset = feeAsset?.asset ?? (order.side === 'BUY' ? base : quote);
    const whole =
      feeAsset === undefined ? got.times(feeRate) : value.times(feeRate).div(feeAsset.quotePrice);
    const fee = whole.toDecimalPlaces(8);
    this.#tradesSoFar += 1;
    const trade = { id: this.#tradesSoFar, order, price, quantity, fee, feeAsset: asset, at };
    this.trades.push(trade);
    order.trades.push(trade);
    order.executed = order.executed.plus(quantity);
    order.paid = order.paid.plus(value);
    order.updatedAt = at;
    const spent = order.side === 'BUY' ? value : quantity;
    order.locked = order.locked.minus(spent);
    this.#move(this.#spent(order), zero, spent.negated());
    this.#move(order.side === 'BUY' ? base : quote, got, zero);
    this.#move(asset, fee.negated(), zero);
    const isWhole = order.executed.gte(order.quantity);
    order.status = isWhole ? 'FILLED' : 'PARTIALLY_FILLED';
    if (isWhole) this.#release(order);
    onEvent({ type: 'trade', trade, at });
  }

  #end(order: ExchangeOrder, how: 'CANCELED' | 'EXPIRED'): void {
    const at = this.#options.now();
    order.status = how;
    order.updatedAt = at;
    this.#release(order);
    this.#options.onEvent({ type: 'order', what: how, order, at });
  }

  #release(order: ExchangeOrder): void {
    this.#move(this.#spent(order), order.locked, order.locked.negated());
    order.locked = zero;
  }
}
