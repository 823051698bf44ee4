// What stands at the venue, asked over its own REST: the last word on what a trial left there.

import { type Fields, fieldsOf, listOf } from '../audit/payload.ts';
import { ask, askOpenly, type VenueAccess } from '../audit/venue-client.ts';

const symbol = 'BTCUSDT';

export interface SeenOrder {
  readonly clientOrderId: string;
  readonly side: string;
  readonly type: string;
  readonly status: string;
  readonly quantity: number;
  readonly executed: number;
  /** Price that wakes a stop; 0 of the others. */
  readonly trigger: number;
}

const orderOf = (row: Fields): SeenOrder => ({
  clientOrderId: row.text('clientOrderId'),
  side: row.text('side'),
  type: row.text('type'),
  status: row.text('status'),
  quantity: Number(row.text('origQty')),
  executed: Number(row.text('executedQty')),
  trigger: row.has('stopPrice') ? Number(row.text('stopPrice')) : 0,
});

export const openOrders = async (venue: VenueAccess): Promise<readonly SeenOrder[]> =>
  listOf(await ask(venue, '/api/v3/openOrders', { symbol })).map(orderOf);

export const allOrders = async (venue: VenueAccess): Promise<readonly SeenOrder[]> =>
  listOf(await ask(venue, '/api/v3/allOrders', { symbol })).map(orderOf);

export const lastPrice = async (venue: VenueAccess): Promise<number> =>
  Number(fieldsOf(await askOpenly(venue, `/api/v3/ticker/price?symbol=${symbol}`)).text('price'));
