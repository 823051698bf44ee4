// The matching engine's side of the account: takes orders, fills them against the standing book, rests
// what may rest, and tells a listener every report in the order it happens.
import { type BookOptions, type Level, levelsFor, takeFrom } from './book.ts';
import { product } from './fixed-point.ts';
import type { Market } from './market.ts';
import {
  type Execution,
  executed,
  hasPrice,
  isOpen,
  type Order,
  type OrderRequest,
  spent,
  waitsForStop,
} from './order.ts';
import { VenueRefusal } from './refusal.ts';
import type { Wallet } from './wallet.ts';

export interface Report {
  readonly order: Order;
  readonly kind: 'NEW' | 'TRADE' | 'CANCELED' | 'EXPIRED';
  readonly execution?: Execution;
}

export interface DeskOptions extends BookOptions {
  /** Commission as a fraction in 1/10,000 of the received asset. */
  readonly feeBasisPoints: number;
}

const mustTrigger = (order: OrderRequest): boolean => {
  const falling = (order.side === 'SELL') === order.type.startsWith('STOP_LOSS');
  return falling ? order.market.last <= order.stopPrice : order.market.last >= order.stopPrice;
};

export class OrderDesk {
  readonly orders: Order[] = [];
  readonly executions: Execution[] = [];
  private readonly wallet: Wallet;
  private readonly options: DeskOptions;
  private readonly now: () => number;
  private readonly tell: (report: Report) => void;

  constructor(
    wallet: Wallet,
    options: DeskOptions,
    now: () => number,
    tell: (report: Report) => void,
  ) {
    this.wallet = wallet;
    this.options = options;
    this.now = now;
    this.tell = tell;
  }

  /** Accepts and matches a new order; throws a refusal, and then nothing has changed. */
  submit(request: OrderRequest): Order {
    const twin = this.orders.find(
      (order) => isOpen(order) && order.clientOrderId === request.clientOrderId,
    );
    if (twin !== undefined) throw new VenueRefusal(-2010, 'Duplicate order sent.');
    if (waitsForStop(request.type) && mustTrigger(request)) {
      throw new VenueRefusal(-2010, 'Order would trigger immediately.');
    }
    const at = this.now();
    const order: Order = {
      ...request,
      id: 28 + this.orders.length,
      createdAt: at,
      updatedAt: at,
      executions: [],
      status: 'NEW',
      triggered: !waitsForStop(request.type),
      locked: 0n,
    };
    this.requireFunds(order);
    this.orders.push(order);
    this.tell({ order, kind: 'NEW' });
    if (order.triggered) this.match(order, false);
    else this.rest(order);
    return order;
  }

  cancel(order: Order): void {
    if (!isOpen(order)) throw new VenueRefusal(-2011, 'Unknown order sent.');
    this.close(order, 'CANCELED');
  }

  /** Triggers stops and fills resting limits that the market's new price has reached. */
  follow(market: Market): void {
    const resting = this.orders.filter((order) => order.market === market && isOpen(order));
    for (const order of resting) {
      const wasTriggered = order.triggered;
      if (!wasTriggered && !mustTrigger(order)) continue;
      order.triggered = true;
      this.unlock(order);
      this.matchOrExpire(order, wasTriggered);
    }
  }

  /** A triggered stop has nobody to refuse to: one that can no longer pay ends as expired. */
  private matchOrExpire(order: Order, maker: boolean): void {
    try {
      this.match(order, maker);
    } catch (cause) {
      if (!(cause instanceof VenueRefusal)) throw cause;
      this.close(order, 'EXPIRED');
    }
  }

  private partsFor(order: OrderRequest): Level[] {
    const { market, side, price } = order;
    const within = (level: bigint): boolean =>
      !hasPrice(order.type) || (side === 'BUY' ? level <= price : level >= price);
    return takeFrom(levelsFor(market, side, this.options), order.quantity, within, market.step);
  }

  private requireFunds(order: Order): void {
    if (order.side === 'SELL') {
      this.wallet.require(spent(order), order.quantity);
      return;
    }
    const atMarket = this.partsFor(order).reduce((sum, part) => sum + this.valueOf(part), 0n);
    const atLimit = hasPrice(order.type) ? product(order.price, order.quantity) : 0n;
    this.wallet.require(spent(order), atLimit > atMarket ? atLimit : atMarket);
  }

  private valueOf({ price, quantity }: Level): bigint {
    return product(price, quantity);
  }

  private match(order: Order, maker: boolean): void {
    const open = order.quantity - executed(order);
    const parts = this.partsFor({ ...order, quantity: open });
    const available = parts.reduce((sum, { quantity }) => sum + quantity, 0n);
    const killed = order.timeInForce === 'FOK' && available < open;
    for (const part of killed ? [] : parts) {
      this.fill(order, maker ? { ...part, price: order.price } : part, maker);
    }
    if (!isOpen(order)) return;
    const rests = hasPrice(order.type) && order.timeInForce === 'GTC';
    if (rests) this.rest(order);
    else this.close(order, 'EXPIRED');
  }

  private fill(order: Order, part: Level, maker: boolean): void {
    const buys = order.side === 'BUY';
    const quoteQuantity = this.valueOf(part);
    const received = buys ? part.quantity : quoteQuantity;
    const commission = (received * BigInt(this.options.feeBasisPoints)) / 10_000n;
    const commissionAsset = buys ? order.market.base : order.market.quote;
    this.wallet.debit(spent(order), buys ? quoteQuantity : part.quantity);
    this.wallet.credit(commissionAsset, received - commission);
    const at = this.now();
    const execution: Execution = {
      tradeId: order.market.takeTradeId(),
      orderId: order.id,
      symbol: order.market.symbol,
      side: order.side,
      price: part.price,
      quantity: part.quantity,
      quoteQuantity,
      commission,
      commissionAsset,
      at,
      maker,
    };
    order.executions.push(execution);
    order.updatedAt = at;
    order.status = executed(order) === order.quantity ? 'FILLED' : 'PARTIALLY_FILLED';
    this.executions.push(execution);
    this.tell({ order, kind: 'TRADE', execution });
  }

  private rest(order: Order): void {
    const open = order.quantity - executed(order);
    const price = hasPrice(order.type) ? order.price : order.stopPrice;
    order.locked = order.side === 'SELL' ? open : product(price, open);
    this.wallet.lock(spent(order), order.locked);
  }

  private unlock(order: Order): void {
    this.wallet.unlock(spent(order), order.locked);
    order.locked = 0n;
  }

  private close(order: Order, status: 'CANCELED' | 'EXPIRED'): void {
    this.unlock(order);
    order.status = status;
    order.updatedAt = this.now();
    this.tell({ order, kind: status });
  }
}
