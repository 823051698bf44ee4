// What the venue has on record of the account: orders by either id, trades, balances. Whose order the
// venue's id means is remembered from everything heard, and asked when it was not.
import type { Fill } from '../domain/fill.ts';
import { parseDecimal } from '../domain/money.ts';
import type { Order } from '../domain/order.ts';
import type { Millis } from '../domain/time.ts';
import { VenueFault } from '../exchange/fault.ts';
import type { Balance, OrderReport } from '../ports.ts';
import type { Asking } from './asking.ts';
import { createOwnTrades } from './own-trade.ts';
import { unreadable } from './unreadable.ts';
import { isWords, type PairOf, reportOf } from './wire.ts';
import type { Binance } from './wired-client.ts';

/** Orders whose ids are remembered. */
const KNOWN_MAX = 10_000;

export interface Bookkeeping {
  /** Remembers whose order the venue's id means. */
  learn(report: Pick<OrderReport, 'venueOrderId' | 'clientOrderId' | 'pair'>): void;
  /** Undefined when the venue does not know the order. */
  order(order: Pick<Order, 'clientOrderId' | 'pair'>): Promise<OrderReport | undefined>;
  tradesOf(report: OrderReport): Promise<readonly Fill[]>;
  /** All own trades of a pair since a market time, oldest first. */
  trades(pair: string, since: Millis): Promise<readonly Fill[]>;
  openOrders(): Promise<readonly OrderReport[]>;
  balances(): Promise<ReadonlyMap<string, Balance>>;
}

export function createBookkeeping(client: Binance, asking: Asking, pairOf: PairOf): Bookkeeping {
  const { ask, lookUp } = asking;
  const clientIds = new Map<string, string>();

  const learn: Bookkeeping['learn'] = ({ venueOrderId, clientOrderId, pair }) => {
    const [oldest] = clientIds.keys();
    if (clientIds.size >= KNOWN_MAX && oldest !== undefined) clientIds.delete(oldest);
    clientIds.set(`${pair} ${venueOrderId}`, clientOrderId);
  };

  /** One order by one of its ids. */
  async function query(pair: string, by: { orderId: string } | { origClientOrderId: string }) {
    const about = { symbol: client.market(pair).id, ...by };
    const what = `an order of ${pair}`;
    const answer: unknown = await lookUp(what, () => client.privateGetOrder(about));
    return answer === undefined ? undefined : read(answer);
  }

  function read(words: unknown): OrderReport {
    const report = isWords(words) ? reportOf(words, pairOf) : undefined;
    if (report === undefined) throw unreadable('an order', words);
    learn(report);
    return report;
  }

  const trades = createOwnTrades({
    client,
    asking,
    pairOf,
    async clientIdOf(pair, venueOrderId) {
      const known = clientIds.get(`${pair} ${venueOrderId}`);
      if (known !== undefined) return known;
      const report = await query(pair, { orderId: venueOrderId });
      if (report !== undefined) return report.clientOrderId;
      // A trade is listed before its order is: whoever took it for a stranger's would book it twice.
      const words = `expected the order ${venueOrderId} of a trade of ${pair}, was none`;
      throw new VenueFault(words, { retryable: true });
    },
  });

  return {
    learn,
    order: ({ clientOrderId, pair }) => query(pair, { origClientOrderId: clientOrderId }),
    tradesOf: (report) => trades.ofOrder(report),
    trades: (pair, since) => trades.since(pair, since),
    async openOrders() {
      const rows: unknown = await ask('open orders', () => client.privateGetOpenOrders());
      if (!Array.isArray(rows)) throw unreadable('rows of orders', rows);
      return rows.map(read);
    },
    async balances() {
      const account: unknown = await ask('balances', () => client.privateGetAccount());
      const rows = isWords(account) ? account['balances'] : undefined;
      if (!Array.isArray(rows)) throw unreadable('balances', account);
      return new Map(rows.map(balanceOf));
    },
  };
}

function balanceOf(row: unknown): [string, Balance] {
  const { asset, free, locked } = isWords(row) ? row : {};
  const [held, bound] = [parseDecimal(free), parseDecimal(locked)];
  if (typeof asset !== 'string' || held === undefined || bound === undefined) {
    throw unreadable('a balance', row);
  }
  return [asset, { free: held.toFixed(), locked: bound.toFixed() }];
}
