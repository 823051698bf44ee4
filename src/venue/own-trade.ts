// The account's trades as the venue lists them, paged to the end. The list names an order by the
// venue's id only; whose it is, the caller finds out.
import type { Fill } from '../domain/fill.ts';
import { decimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import type { OrderReport } from '../ports.ts';
import type { Asking } from './asking.ts';
import { unreadable } from './unreadable.ts';
import { isWords, type PairOf, tradeOf, type Words } from './wire.ts';
import type { Binance } from './wired-client.ts';

const PAGE_ROWS = 1000;

export interface OwnTrades {
  /** Trades of one order. */
  ofOrder(report: OrderReport): Promise<readonly Fill[]>;
  /** All own trades of a pair since a market time, oldest first. */
  since(pair: string, at: Millis): Promise<readonly Fill[]>;
}

export function createOwnTrades(options: {
  client: Binance;
  asking: Asking;
  pairOf: PairOf;
  /** Our id of an order the venue names. Throws `VenueFault` while the venue does not know it. */
  clientIdOf(pair: string, venueOrderId: string): Promise<string>;
}): OwnTrades {
  const { client, asking, pairOf, clientIdOf } = options;

  async function page(pair: string, query: object): Promise<readonly Fill[]> {
    const symbol = client.market(pair).id;
    const rows: unknown = await asking.ask('own trades', () =>
      client.privateGetMyTrades({ symbol, limit: PAGE_ROWS, ...query }),
    );
    if (!Array.isArray(rows) || !rows.every(isWords)) throw unreadable('rows of trades', rows);
    const fills: Fill[] = [];
    for (const row of rows) fills.push(await read(pair, row));
    return fills;
  }

  async function read(pair: string, row: Words): Promise<Fill> {
    const fill = tradeOf(row, await clientIdOf(pair, String(row['orderId'])), pairOf);
    if (fill === undefined) throw unreadable('a trade', row);
    return fill;
  }

  return {
    ofOrder: ({ pair, venueOrderId }) => page(pair, { orderId: venueOrderId }),
    async since(pair, at) {
      const fills: Fill[] = [];
      let query: object = { startTime: Math.max(0, Math.floor(at)) };
      for (;;) {
        const next = await page(pair, query);
        fills.push(...next);
        const last = fills.at(-1);
        if (next.length < PAGE_ROWS || last === undefined) return fills;
        // By id from here on: several trades can share a millisecond.
        query = { fromId: decimal(last.tradeId).plus(1).toFixed() };
      }
    },
  };
}
