// An order as the engine hands it over, and Binance's full answer to it.
import type { Order } from '../../src/domain/order.ts';

export const entry: Order = {
  clientOrderId: 'ab12'.repeat(8),
  configId: 'one',
  signalId: 'one@1',
  pair: 'BTC/USDT',
  side: 'buy',
  purpose: 'entry',
  type: 'market',
  quantity: '0.5',
  limitPrice: null,
  stopPrice: null,
  stage: 'MATURE',
  reserved: '50100',
  exitReason: null,
  at: 1,
};

/** Binance's full answer to `entry`, filled in two trades. */
export const filledAnswer = {
  symbol: 'BTCUSDT',
  orderId: 28,
  orderListId: -1,
  clientOrderId: entry.clientOrderId,
  transactTime: 1_700_000_000_000,
  price: '0.00000000',
  origQty: '0.50000000',
  executedQty: '0.50000000',
  cummulativeQuoteQty: '50050.00000000',
  status: 'FILLED',
  timeInForce: 'GTC',
  type: 'MARKET',
  side: 'BUY',
  fills: [
    {
      price: '100000.00000000',
      qty: '0.30000000',
      commission: '0.00030000',
      commissionAsset: 'BTC',
      tradeId: 56,
    },
    {
      price: '100250.00000000',
      qty: '0.20000000',
      commission: '0.00020000',
      commissionAsset: 'BTC',
      tradeId: 57,
    },
  ],
};
