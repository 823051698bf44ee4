// The exchange's things in Binance's shapes, for REST answers and stream events.
import type { Candle } from '../domain/candle.ts';
import { decimal } from '../domain/money.ts';
import { closeTime, type Millis, type Timeframe } from '../domain/time.ts';
import { isWorking, type VenueBalance, type VenueOrder, type VenueTrade } from './account.ts';
import type { Level } from './book.ts';
import { type Listing, wire } from './listing.ts';
import { quoteVolume } from './market.ts';
import type { TradeRange } from './player.ts';

export const eight = (text: string): string => wire(decimal(text));
const zero = '0.00000000';

export const symbolShape = (listing: Listing): object => ({
  symbol: listing.symbol,
  status: listing.status,
  baseAsset: listing.base,
  baseAssetPrecision: 8,
  quoteAsset: listing.quote,
  quotePrecision: 8,
  quoteAssetPrecision: 8,
  baseCommissionPrecision: 8,
  quoteCommissionPrecision: 8,
  orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET', 'STOP_LOSS_LIMIT', 'TAKE_PROFIT_LIMIT'],
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
      maxPrice: wire(listing.priceMax),
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
      maxNotional: wire(listing.notionalMax),
      applyMaxToMarket: false,
      avgPriceMins: 0,
    },
    { filterType: 'MAX_NUM_ORDERS', maxNumOrders: listing.ordersMax },
    { filterType: 'MAX_NUM_ALGO_ORDERS', maxNumAlgoOrders: listing.algoOrdersMax },
  ],
  permissions: [],
  permissionSets: [['SPOT']],
  defaultSelfTradePreventionMode: 'NONE',
  allowedSelfTradePreventionModes: ['NONE'],
});

/** Half of the volume counts as taken by buyers: candles do not tell. */
const takers = 0.5;

export const klineRow = (
  candle: Candle,
  timeframe: Timeframe,
  trades: number,
): readonly unknown[] => [
  candle.openTime,
  wire(candle.open),
  wire(candle.high),
  wire(candle.low),
  wire(candle.close),
  wire(candle.volume),
  closeTime(candle.openTime, timeframe) - 1,
  wire(quoteVolume(candle)),
  trades,
  wire(candle.volume * takers),
  wire(quoteVolume(candle) * takers),
  '0',
];

/** `kline` of the market streams. */
export const klineShape = (
  symbol: string,
  candle: Candle,
  timeframe: Timeframe,
  trades: TradeRange,
  { at, isClosed }: { at: Millis; isClosed: boolean },
): object => ({
  e: 'kline',
  E: at,
  s: symbol,
  k: {
    t: candle.openTime,
    T: closeTime(candle.openTime, timeframe) - 1,
    s: symbol,
    i: timeframe,
    f: trades.first,
    L: trades.last,
    o: wire(candle.open),
    c: wire(candle.close),
    h: wire(candle.high),
    l: wire(candle.low),
    v: wire(candle.volume),
    n: trades.count,
    x: isClosed,
    q: wire(quoteVolume(candle)),
    V: wire(candle.volume * takers),
    Q: wire(quoteVolume(candle) * takers),
    B: '0',
  },
});

export const levelRow = ({ price, quantity }: Level): readonly string[] => [
  wire(price),
  wire(quantity),
];

const workingTime = (order: VenueOrder): object =>
  isWorking(order) ? { workingTime: order.stop?.workingTime ?? order.time } : {};

/** What every answer about an order tells alike. */
const orderCore = (order: VenueOrder) => ({
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
  timeInForce: timeInForceOf(order),
  type: order.type,
  side: order.side,
  selfTradePreventionMode: 'NONE',
});

const stopPrice = ({ stop }: VenueOrder): object =>
  stop === undefined ? {} : { stopPrice: eight(stop.price) };

/** Market orders are told as GTC, though what the book has not got of them expires. */
export const timeInForceOf = ({ type, timeInForce }: VenueOrder): string =>
  type === 'MARKET' ? 'GTC' : timeInForce;

export const orderShape = (order: VenueOrder): object => ({
  ...orderCore(order),
  ...workingTime(order),
  stopPrice: eight(order.stop?.price ?? '0'),
  icebergQty: zero,
  time: order.time,
  updateTime: order.updateTime,
  isWorking: isWorking(order),
});

/** The answer to a placed order: ACK, RESULT or FULL. */
export function placedShape(
  order: VenueOrder,
  trades: readonly VenueTrade[],
  kind: string | undefined,
): object {
  const { symbol, orderId, clientOrderId, updateTime: transactTime } = order;
  const isFull = order.type === 'MARKET' || order.type === 'LIMIT';
  const wanted = kind ?? (isFull ? 'FULL' : 'ACK');
  if (wanted === 'ACK') return { symbol, orderId, orderListId: -1, clientOrderId, transactTime };
  const result = { ...orderCore(order), ...workingTime(order), ...stopPrice(order), transactTime };
  if (wanted === 'RESULT') return result;
  const fills = trades.map((trade) => ({
    price: eight(trade.price),
    qty: eight(trade.quantity),
    commission: eight(trade.commission),
    commissionAsset: trade.commissionAsset,
    tradeId: trade.tradeId,
  }));
  return { ...result, fills };
}

/** The answer to a cancelled order; `cancelId` names the cancelling itself. */
export const canceledShape = (order: VenueOrder, cancelId: string): object => ({
  ...orderCore(order),
  ...stopPrice(order),
  clientOrderId: cancelId,
  origClientOrderId: order.clientOrderId,
  transactTime: order.updateTime,
});

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
