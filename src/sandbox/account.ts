// The account: balances, orders and trades, in exact decimals. Every change is one record, so that
// the account can be rebuilt from its records to the last digit.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';

export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';
export type OrderType = 'MARKET' | 'LIMIT' | 'LIMIT_MAKER';
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';

/** Plain JSON: decimals as text. */
export interface VenueOrder {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: 'BUY' | 'SELL';
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly price: string;
  readonly quantity: string;
  readonly quoteQuantity: string;
  readonly executed: string;
  readonly executedQuote: string;
  readonly status: OrderStatus;
  readonly time: Millis;
  readonly updateTime: Millis;
}

export interface VenueTrade {
  readonly tradeId: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly isBuyer: boolean;
  readonly isMaker: boolean;
  readonly price: string;
  readonly quantity: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly time: Millis;
}

export interface VenueBalance {
  readonly free: string;
  readonly locked: string;
}

/** One atomic change of the account, at a market time. */
export interface AccountRecord {
  readonly at: Millis;
  readonly orders?: readonly VenueOrder[];
  readonly trades?: readonly VenueTrade[];
  readonly balances?: Readonly<Record<string, VenueBalance>>;
}

const open: ReadonlySet<OrderStatus> = new Set(['NEW', 'PARTIALLY_FILLED']);
export const isOpen = ({ status }: VenueOrder): boolean => open.has(status);

export class Account {
  readonly #orders = new Map<number, VenueOrder>();
  readonly #trades: VenueTrade[] = [];
  readonly #balances = new Map<string, VenueBalance>();
  #orderId = 0;
  #tradeId = 0;

  apply({ orders = [], trades = [], balances = {} }: AccountRecord): void {
    for (const order of orders) {
      this.#orders.set(order.orderId, order);
      this.#orderId = Math.max(this.#orderId, order.orderId);
    }
    for (const trade of trades) {
      this.#trades.push(trade);
      this.#tradeId = Math.max(this.#tradeId, trade.tradeId);
    }
    for (const [asset, balance] of Object.entries(balances)) this.#balances.set(asset, balance);
  }

  nextOrderId(): number {
    return this.#orderId + 1;
  }

  nextTradeId(): number {
    return this.#tradeId + 1;
  }

  free(asset: string): Decimal {
    return decimal(this.#balances.get(asset)?.free ?? 0);
  }

  locked(asset: string): Decimal {
    return decimal(this.#balances.get(asset)?.locked ?? 0);
  }

  balances(): ReadonlyMap<string, VenueBalance> {
    return this.#balances;
  }

  order(orderId: number): VenueOrder | undefined {
    return this.#orders.get(orderId);
  }

  /** The newest order of that client id: ids may be used again once the order before is done. */
  orderByClientId(symbol: string, clientOrderId: string): VenueOrder | undefined {
    let newest: VenueOrder | undefined;
    for (const order of this.#orders.values()) {
      if (order.symbol === symbol && order.clientOrderId === clientOrderId) newest = order;
    }
    return newest;
  }

  openOrders(symbol?: string): readonly VenueOrder[] {
    return [...this.#orders.values()].filter(
      (order) => isOpen(order) && (symbol === undefined || order.symbol === symbol),
    );
  }

  trades(symbol: string): readonly VenueTrade[] {
    return this.#trades.filter((trade) => trade.symbol === symbol);
  }

  /** Everything there is, as one record: what a snapshot holds. */
  whole(at: Millis): AccountRecord {
    return {
      at,
      orders: [...this.#orders.values()],
      trades: this.#trades,
      balances: Object.fromEntries(this.#balances),
    };
  }
}
