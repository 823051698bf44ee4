// The exchange's things in Binance's shapes, for REST answers and stream events.
import type { Candle } from '../domain/candle.ts';
import { decimal } from '../domain/money.ts';
import { closeTime, type Millis, type Timeframe } from '../domain/time.ts';
import type { VenueBalance, VenueOrder, VenueTrade } from './account.ts';
import type { Level } from './book.ts';
import { type Listing, wire } from './listing.ts';
import type { Execution } from './matching.ts';

const eight = (text: string): string => wire(decimal(text));
const zero = '0.00000000';

export const symbolShape = (listing: Listing): object => ({
  symbol: listing.symbol,
  status: 'TRADING',
  baseAsset: listing.base,
  baseAssetPrecision: 8,
  quoteAsset: listing.quote,
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  baseCommissionPrecision: 8,
  quoteCommissionPrecision: 8,
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
  icebergAllowed: false,
  ocoAllowed: false,
  otoAllowed: false,
  quoteOrderQtyMarketAllowed: true,
  allowTrailingStop: false,
  cancelReplaceAllowed: false,
  isSpotTradingAllowed: true,
  isMarginTradingAllowed: false,
  filters: [
    {
      filterType: 'PRICE_FILTER',
      minPrice: wire(listing.tickSize),
      maxPrice: '1000000.00000000',
      tickSize: wire(listing.tickSize),
    },
    {
      filterType: 'LOT_SIZE',
      minQty: wire(listing.quantityMin),
      maxQty: wire(listing.quantityMax),
      stepSize: wire(listing.stepSize),
    },
    {
      filterType: 'MARKET_LOT_SIZE',
      minQty: zero,
      maxQty: wire(listing.marketQuantityMax),
      stepSize: zero,
    },
    {
      filterType: 'NOTIONAL',
      minNotional: wire(listing.notionalMin),
      applyMinToMarket: true,
      maxNotional: '9000000.00000000',
      applyMaxToMarket: false,
      avgPriceMins: 0,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: listing.algoOrdersMax },
  ],
  permissions: [],
  permissionSets: [['SPOT']],
  defaultSelfTradePreventionMode: 'NONE',
  allowedSelfTradePreventionModes: ['NONE'],
});

export const klineRow = (candle: Candle, timeframe: Timeframe): readonly unknown[] => [
  candle.openTime,
  wire(candle.open),
  wire(candle.high),
  wire(candle.low),
  wire(candle.close),
  wire(candle.volume),
  closeTime(candle.openTime, timeframe) - 1,
  wire(candle.volume * candle.close),
  1,
  wire(candle.volume / 2),
  wire((candle.volume * candle.close) / 2),
  '0',
];

export const levelRow = ({ price, quantity }: Level): readonly string[] => [
  wire(price),
  wire(quantity),
];

export const orderShape = (order: VenueOrder): object => ({
  symbol: order.symbol,
  orderId: order.orderId,
  orderListId: -1,
  clientOrderId: order.clientOrderId,
  price: eight(order.price),
  origQty: eight(order.quantity),
  executedQty: eight(order.executed),
  origQuoteOrderQty: eight(order.quoteQuantity),
  cummulativeQuoteQty: eight(order.executedQuote),
  status: order.status,
  timeInForce: order.type === 'MARKET' ? 'GTC' : order.timeInForce,
  type: order.type,
  side: order.side,
  stopPrice: zero,
  icebergQty: zero,
  time: order.time,
  updateTime: order.updateTime,
  isWorking: true,
  workingTime: order.time,
  selfTradePreventionMode: 'NONE',
});

/** The answer to a placed order: ACK, RESULT or FULL. */
export function placedShape(
  order: VenueOrder,
  trades: readonly VenueTrade[],
  kind: string | undefined,
): object {
  const { symbol, orderId, clientOrderId, updateTime: transactTime } = order;
  const ack = { symbol, orderId, orderListId: -1, clientOrderId, transactTime };
  if (kind === 'ACK') return ack;
  const { stopPrice, icebergQty, time, updateTime, isWorking, ...result } = orderShape(
    order,
  ) as Record<string, unknown>;
  if (kind === 'RESULT') return { ...result, transactTime };
  const fills = trades.map((trade) => ({
    price: eight(trade.price),
    qty: eight(trade.quantity),
    commission: eight(trade.commission),
    commissionAsset: trade.commissionAsset,
    tradeId: trade.tradeId,
  }));
  return { ...result, transactTime, fills };
}

export const tradeShape = (trade: VenueTrade): object => ({
  symbol: trade.symbol,
  id: trade.tradeId,
  orderId: trade.orderId,
  orderListId: -1,
  price: eight(trade.price),
  qty: eight(trade.quantity),
  quoteQty: wire(decimal(trade.price).times(trade.quantity)),
  commission: eight(trade.commission),
  commissionAsset: trade.commissionAsset,
  time: trade.time,
  isBuyer: trade.isBuyer,
  isMaker: trade.isMaker,
  isBestMatch: true,
});

export const balanceRows = (balances: ReadonlyMap<string, VenueBalance>): readonly object[] =>
  [...balances].map(([asset, { free, locked }]) => ({
    asset,
    free: eight(free),
    locked: eight(locked),
  }));

/** `executionReport` of the user-data stream. */
export function executionShape({ kind, order, trade }: Execution, at: Millis): object {
  const canceled = kind === 'CANCELED';
  return {
    e: 'executionReport',
    E: at,
    s: order.symbol,
    c: canceled ? `cancel-${order.orderId}` : order.clientOrderId,
    S: order.side,
    o: order.type,
    f: order.type === 'MARKET' ? 'GTC' : order.timeInForce,
    q: eight(order.quantity),
    p: eight(order.price),
    P: zero,
    F: zero,
    g: -1,
    C: canceled ? order.clientOrderId : '',
    x: kind,
    X: order.status,
    r: 'NONE',
    i: order.orderId,
    l: eight(trade?.quantity ?? '0'),
    z: eight(order.executed),
    L: eight(trade?.price ?? '0'),
    n: eight(trade?.commission ?? '0'),
    N: trade?.commissionAsset ?? null,
    T: trade?.time ?? at,
    t: trade?.tradeId ?? -1,
    I: order.orderId,
    w: order.status === 'NEW',
    m: trade?.isMaker ?? false,
    M: false,
    O: order.time,
    Z: eight(order.executedQuote),
    Y: wire(decimal(trade?.price ?? 0).times(trade?.quantity ?? 0)),
    Q: eight(order.quoteQuantity),
    W: order.time,
    V: 'NONE',
  };
}

/** `outboundAccountPosition`: the balances an event changed. */
export const positionShape = (
  balances: Readonly<Record<string, VenueBalance>>,
  at: Millis,
): object => ({
  e: 'outboundAccountPosition',
  E: at,
  u: at,
  B: Object.entries(balances).map(([asset, { free, locked }]) => ({
    a: asset,
    f: eight(free),
    l: eight(locked),
  })),
});
