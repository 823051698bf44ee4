// One order of the account and the trades it made, as this exchange keeps them.
import type { Market } from './market.ts';

export type Side = 'BUY' | 'SELL';
export type TimeInForce = 'GTC' | 'IOC' | 'FOK';
export type OrderType =
  | 'LIMIT'
  | 'MARKET'
  | 'STOP_LOSS'
  | 'STOP_LOSS_LIMIT'
  | 'TAKE_PROFIT'
  | 'TAKE_PROFIT_LIMIT';
export type OrderStatus = 'NEW' | 'PARTIALLY_FILLED' | 'FILLED' | 'CANCELED' | 'EXPIRED';

export interface OrderRequest {
  readonly market: Market;
  readonly clientOrderId: string;
  readonly side: Side;
  readonly type: OrderType;
  readonly timeInForce: TimeInForce;
  readonly quantity: bigint;
  /** Zero where the type has no price. */
  readonly price: bigint;
  readonly stopPrice: bigint;
  readonly quoteOrderQuantity: bigint;
}

export interface Execution {
  readonly tradeId: number;
  readonly orderId: number;
  readonly symbol: string;
  readonly side: Side;
  readonly price: bigint;
  readonly quantity: bigint;
  readonly quoteQuantity: bigint;
  readonly commission: bigint;
  readonly commissionAsset: string;
  readonly at: number;
  readonly maker: boolean;
}

export interface Order extends OrderRequest {
  readonly id: number;
  readonly createdAt: number;
  readonly executions: Execution[];
  quantity: bigint;
  updatedAt: number;
  status: OrderStatus;
  /** False while a stop waits for its price. */
  triggered: boolean;
  locked: bigint;
}

export const executed = (order: Order): bigint =>
  order.executions.reduce((sum, { quantity }) => sum + quantity, 0n);

export const executedQuote = (order: Order): bigint =>
  order.executions.reduce((sum, { quoteQuantity }) => sum + quoteQuantity, 0n);

export const isOpen = (order: Order): boolean =>
  order.status === 'NEW' || order.status === 'PARTIALLY_FILLED';

export const waitsForStop = (type: OrderType): boolean => type !== 'LIMIT' && type !== 'MARKET';

export const hasPrice = (type: OrderType): boolean => type.endsWith('LIMIT');

/** The asset an order of this side spends. */
export const spent = (order: OrderRequest): string =>
  order.side === 'BUY' ? order.market.quote : order.market.base;
