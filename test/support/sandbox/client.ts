// A client of the sandbox's REST interface that shares no code with it: it signs by itself and believes
// no answer that has not the form it expects.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import {
  account,
  type OrderAnswer,
  order,
  type PlacedOrder,
  placedOrder,
  type Refusal,
  refusal,
  type Trade,
  trade,
} from './answer.ts';
import { keys } from './stand.ts';

export type Parameters = Readonly<Record<string, string | number>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Holding {
  readonly free: string;
  readonly locked: string;
}

export const signatureOf = (payload: string): string =>
  createHmac('sha256', keys.secret).update(payload).digest('hex');

export function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  return query.toString();
}

export class Client {
  readonly #place: { readonly port: number };

  /** `place`: where the sandbox is at the time of asking; it may move. */
  constructor(place: { readonly port: number }) {
    this.#place = place;
  }

  /** Sends a request as it is; `request`: method and path. */
  async send(
    request: string,
    query: string,
    headers: Record<string, string> = { 'x-mbx-apikey': keys.key },
  ): Promise<Answer> {
    const [method = '', path = ''] = request.split(' ');
    const address = `http://127.0.0.1:${this.#place.port}${path}?${query}`;
    const response = await fetch(address, { method, headers });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** Sends a signed request. */
  signed(request: string, parameters: Parameters = {}): Promise<Answer> {
    const query = queryOf({ timestamp: Date.now(), ...parameters });
    return this.send(request, `${query}&signature=${signatureOf(query)}`);
  }

  /** The answer to a signed request that must not be refused. */
  async answer(request: string, parameters: Parameters = {}): Promise<unknown> {
    const { status, body } = await this.signed(request, parameters);
    if (status !== 200) throw new Error(`expected an answer, was ${JSON.stringify(body)}`);
    return body;
  }

  /** The refusal of a signed request that must not be answered. */
  async refusal(request: string, parameters: Parameters = {}): Promise<Refusal> {
    return refusal.parse((await this.signed(request, parameters)).body);
  }

  async place(parameters: Parameters): Promise<PlacedOrder> {
    const full = { symbol: 'BTCUSDT', newOrderRespType: 'FULL', ...parameters };
    return placedOrder.parse(await this.answer('POST /api/v3/order', full));
  }

  async order(orderId: number): Promise<OrderAnswer> {
    return order.parse(await this.answer('GET /api/v3/order', { symbol: 'BTCUSDT', orderId }));
  }

  async cancel(orderId: number): Promise<OrderAnswer> {
    return order.parse(await this.answer('DELETE /api/v3/order', { symbol: 'BTCUSDT', orderId }));
  }

  async openOrders(): Promise<readonly OrderAnswer[]> {
    return z.array(order).parse(await this.answer('GET /api/v3/openOrders'));
  }

  async orders(): Promise<readonly OrderAnswer[]> {
    const parameters = { symbol: 'BTCUSDT', limit: 1000 };
    return z.array(order).parse(await this.answer('GET /api/v3/allOrders', parameters));
  }

  async trades(): Promise<readonly Trade[]> {
    const parameters = { symbol: 'BTCUSDT', limit: 1000 };
    return z.array(trade).parse(await this.answer('GET /api/v3/myTrades', parameters));
  }

  async holding(asset: string): Promise<Holding> {
    const { balances } = account.parse(await this.answer('GET /api/v3/account'));
    const { free, locked } = balances.find((balance) => balance.asset === asset) ?? {};
    return { free: free ?? '0.00000000', locked: locked ?? '0.00000000' };
  }
}
