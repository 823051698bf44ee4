// What the sandbox answers, as far as its tests look at it.
import { z } from 'zod';

const decimalText = z.string().regex(/^-?\d+\.\d{8}$/);

export const refusal = z.strictObject({ code: z.number(), msg: z.string() });
export type Refusal = z.infer<typeof refusal>;

const fill = z.object({
  price: decimalText,
  qty: decimalText,
  commission: decimalText,
  commissionAsset: z.string(),
  tradeId: z.number(),
});

/** An order as it was placed, asked for or cancelled. */
export const order = z.object({
  orderId: z.number(),
  orderListId: z.number(),
  clientOrderId: z.string(),
  price: decimalText,
  origQty: decimalText,
  executedQty: decimalText,
  cummulativeQuoteQty: decimalText,
  status: z.string(),
  type: z.string(),
  side: z.string(),
});
export type OrderAnswer = z.infer<typeof order>;

export const placedOrder = order.extend({ fills: z.array(fill) });
export type PlacedOrder = z.infer<typeof placedOrder>;

export const trade = z.object({
  id: z.number(),
  orderId: z.number(),
  price: decimalText,
  qty: decimalText,
  quoteQty: decimalText,
  commission: decimalText,
  commissionAsset: z.string(),
  isBuyer: z.boolean(),
  isMaker: z.boolean(),
});
export type Trade = z.infer<typeof trade>;

export const account = z.object({
  balances: z.array(z.object({ asset: z.string(), free: decimalText, locked: decimalText })),
});

export const depth = z.object({
  lastUpdateId: z.number(),
  bids: z.array(z.tuple([decimalText, decimalText])),
  asks: z.array(z.tuple([decimalText, decimalText])),
});
