// The account: balances, orders and trades, in exact decimals. Every change is one record, so that
// the account can be rebuilt from its records to the last digit.
import { type Decimal, decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';

export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';
export type OrderType =
  | 'MARKET'
  | 'LIMIT'
  | 'LIMIT_MAKER'
  | 'STOP_LOSS_LIMIT'
  | 'TAKE_PROFIT_LIMIT';
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
  /** An order that waits for a price: until the market reached it, it does not work. */
  readonly stop?: { readonly price: string; readonly workingTime?: Millis };
  /** The most of it that is filled at once: the rest waits for the next move of the market. */
  readonly piece?: string;
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
  /** What market this account is traded on; told once. */
  readonly market?: string;
  readonly orders?: readonly VenueOrder[];
  readonly trades?: readonly VenueTrade[];
  readonly balances?: Readonly<Record<string, VenueBalance>>;
}

const open: ReadonlySet<OrderStatus> = new Set(['NEW', 'PARTIALLY_FILLED']);
export const isOpen = ({ status }: VenueOrder): boolean => open.has(status);
export const isWorking = ({ stop }: VenueOrder): boolean =>
  stop === undefined || stop.workingTime !== undefined;

export class Account {
  readonly #orders = new Map<number, VenueOrder>();
  readonly #open = new Map<number, VenueOrder>();
  /** The newest order of each client id: ids may be used again once the order before is done. */
  readonly #byClientId = new Map<string, number>();
  readonly #trades: VenueTrade[] = [];
  readonly #balances = new Map<string, VenueBalance>();
  #market: string | undefined;
  #orderId = 0;
  #tradeId = 0;

  apply({ orders = [], trades = [], balances = {}, market }: AccountRecord): void {
    this.#market = market ?? this.#market;
    for (const order of orders) this.#keep(order);
    for (const trade of trades) {
      this.#trades.push(trade);
      this.#tradeId = Math.max(this.#tradeId, trade.tradeId);
    }
    for (const [asset, balance] of Object.entries(balances)) this.#balances.set(asset, balance);
  }

  #keep(order: VenueOrder): void {
    const { orderId } = order;
    if (!this.#orders.has(orderId)) this.#byClientId.set(clientKey(order), orderId);
    this.#orders.set(orderId, order);
    if (isOpen(order)) this.#open.set(orderId, order);
    else this.#open.delete(orderId);
    this.#orderId = Math.max(this.#orderId, orderId);
  }

  get market(): string | undefined {
    return this.#market;
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

  orderByClientId(symbol: string, clientOrderId: string): VenueOrder | undefined {
    return this.#orders.get(this.#byClientId.get(clientKey({ symbol, clientOrderId })) ?? 0);
  }

  /** Of all symbols, or of one; oldest first. */
  openOrders(symbol?: string): readonly VenueOrder[] {
    return ofSymbol(this.#open.values(), symbol);
  }

  orders(symbol: string): readonly VenueOrder[] {
    return ofSymbol(this.#orders.values(), symbol);
  }

  trades(symbol: string): readonly VenueTrade[] {
    return this.#trades.filter((trade) => trade.symbol === symbol);
  }

  /** Everything there is, as one record: what a snapshot holds. */
  whole(at: Millis): AccountRecord {
    return {
      at,
      ...(this.#market === undefined ? {} : { market: this.#market }),
      orders: [...this.#orders.values()],
      trades: this.#trades,
      balances: Object.fromEntries(this.#balances),
    };
  }
}

const clientKey = ({
  symbol,
  clientOrderId,
}: Pick<VenueOrder, 'symbol' | 'clientOrderId'>): string => `${symbol} ${clientOrderId}`;

const ofSymbol = (orders: Iterable<VenueOrder>, symbol?: string): readonly VenueOrder[] =>
  [...orders].filter((order) => symbol === undefined || order.symbol === symbol);

/** The same account in one record. Throws when the records were written on another market. */
export function compact(
  records: readonly AccountRecord[],
  market: string,
): readonly AccountRecord[] {
  const last = records.at(-1);
  if (last === undefined) return [];
  const account = new Account();
  for (const record of records) account.apply(record);
  const was = account.market ?? market;
  if (was !== market) {
    throw new Error(`expected the market of the account that is there, ${was}; was ${market}`);
  }
  return [{ ...account.whole(last.at), market }];
}
