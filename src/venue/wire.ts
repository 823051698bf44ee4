// Binance's words about orders and trades, read into ours. The same trade has the same id and the same
// text in an order's answer, on the stream and in the list of trades, so that it is applied once.
import type { Fill, Side } from '../domain/fill.ts';
import { type DecimalText, parseDecimal } from '../domain/money.ts';
import type { Millis } from '../domain/time.ts';
import type { OrderReport } from '../ports.ts';

/** A JSON object from outside; nothing in it is trusted before it is looked at. */
export type Words = Readonly<Record<string, unknown>>;

export const isWords = (value: unknown): value is Words =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What an order is asked about by: the venue knows symbols, we know pairs. */
export type PairOf = (symbol: string) => string | undefined;

/** By the venue's word. A map: what an object inherits is no state. */
const states: ReadonlyMap<unknown, OrderReport['state']> = new Map([
  ['NEW', 'open'],
  ['PENDING_NEW', 'open'],
  ['PENDING_CANCEL', 'open'],
  ['PARTIALLY_FILLED', 'partial'],
  ['FILLED', 'filled'],
  ['CANCELED', 'canceled'],
  ['EXPIRED', 'canceled'],
  ['EXPIRED_IN_MATCH', 'canceled'],
  ['REJECTED', 'rejected'],
]);

/** Text of an identifier; undefined for what is none, -1 included. */
const identifier = (value: unknown): string | undefined => {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && value >= 0 ? `${value}` : undefined;
  return typeof value === 'string' && /^\d+$/.test(value) ? value : undefined;
};

/** Decimal text without padding; undefined unless finite and not below zero. */
function amount(value: unknown): DecimalText | undefined {
  const parsed = parseDecimal(value);
  return parsed?.gte(0) === true ? parsed.toFixed() : undefined;
}

function positive(value: unknown): DecimalText | undefined {
  const parsed = parseDecimal(value);
  return parsed?.gt(0) === true ? parsed.toFixed() : undefined;
}

const instant = (value: unknown): Millis | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined;

const side = (value: unknown): Side | undefined => {
  if (value === 'BUY') return 'buy';
  return value === 'SELL' ? 'sell' : undefined;
};

const pairIn = (symbol: unknown, pairOf: PairOf): string | undefined =>
  typeof symbol === 'string' ? pairOf(symbol) : undefined;

/** All of `parts`, or undefined when one of them is missing. */
function whole<T extends object>(parts: { [K in keyof T]: T[K] | undefined }): T | undefined {
  return Object.values(parts).includes(undefined) ? undefined : (parts as T);
}

/** An order as REST tells it: the answer to a placed one, a query, a row of open orders. */
export function reportOf(words: Words, pairOf: PairOf): OrderReport | undefined {
  const { clientOrderId } = words;
  return whole<OrderReport>({
    clientOrderId: typeof clientOrderId === 'string' ? clientOrderId : undefined,
    venueOrderId: identifier(words['orderId']),
    pair: pairIn(words['symbol'], pairOf),
    state: states.get(words['status']),
    filled: amount(words['executedQty']),
    at: instant(words['transactTime']) ?? instant(words['updateTime']) ?? instant(words['time']),
  });
}

/** The trades in the full answer to a placed order; undefined when one of them cannot be read. */
export function fillsOf(words: Words, report: OrderReport): readonly Fill[] | undefined {
  const { fills = [] } = words;
  if (!Array.isArray(fills)) return undefined;
  const read = fills.map((part: unknown) =>
    isWords(part)
      ? whole<Fill>({
          tradeId: identifier(part['tradeId']),
          clientOrderId: report.clientOrderId,
          pair: report.pair,
          side: side(words['side']),
          price: positive(part['price']),
          quantity: positive(part['qty']),
          fee: amount(part['commission']),
          feeAsset: assetOf(part['commissionAsset'], part['commission'], report.pair),
          at: report.at,
        })
      : undefined,
  );
  return read.every((fill) => fill !== undefined) ? read : undefined;
}

/** A row of the account's trades; it names its order by the venue's id only. */
export function tradeOf(words: Words, clientOrderId: string, pairOf: PairOf): Fill | undefined {
  const { isBuyer } = words;
  const pair = pairIn(words['symbol'], pairOf);
  return whole<Fill>({
    tradeId: identifier(words['id']),
    clientOrderId,
    pair,
    side: typeof isBuyer === 'boolean' ? (isBuyer ? 'buy' : 'sell') : undefined,
    price: positive(words['price']),
    quantity: positive(words['qty']),
    fee: amount(words['commission']),
    feeAsset: assetOf(words['commissionAsset'], words['commission'], pair),
    at: instant(words['time']),
  });
}

/** An `executionReport`: the order after it and, when it was a trade, the fill. */
export function executionOf(
  words: Words,
  pairOf: PairOf,
): { report: OrderReport; fill: Fill | undefined } | undefined {
  const report = whole<OrderReport>({
    clientOrderId: originalId(words),
    venueOrderId: identifier(words['i']),
    pair: pairIn(words['s'], pairOf),
    state: states.get(words['X']),
    filled: amount(words['z']),
    at: instant(words['T']) ?? instant(words['E']),
  });
  if (report === undefined) return undefined;
  if (words['x'] !== 'TRADE') return { report, fill: undefined };
  const fill = whole<Fill>({
    tradeId: identifier(words['t']),
    clientOrderId: report.clientOrderId,
    pair: report.pair,
    side: side(words['S']),
    price: positive(words['L']),
    quantity: positive(words['l']),
    fee: amount(words['n']),
    feeAsset: assetOf(words['N'], words['n'], report.pair),
    at: report.at,
  });
  return fill === undefined ? undefined : { report, fill };
}

/** After a cancel `c` is the id of the cancel request and `C` the order's own. */
function originalId({ c, C }: Words): string | undefined {
  if (typeof C === 'string' && C !== '') return C;
  return typeof c === 'string' ? c : undefined;
}

/** Without a fee the venue may name no asset: nothing is then taken, in the quote. */
function assetOf(asset: unknown, fee: unknown, pair: string | undefined): string | undefined {
  if (typeof asset === 'string' && asset !== '') return asset;
  return amount(fee) === '0' ? pair?.slice(pair.indexOf('/') + 1) : undefined;
}

/** A `balanceUpdate`: what came, or went with a minus, and when it was cleared. */
export function transferOf(
  words: Words,
): { asset: string; delta: DecimalText; at: Millis } | undefined {
  const { a, d } = words;
  return whole<{ asset: string; delta: DecimalText; at: Millis }>({
    asset: typeof a === 'string' && a !== '' ? a : undefined,
    delta: typeof d === 'string' ? parseDecimal(d)?.toFixed() : undefined,
    at: instant(words['T']) ?? instant(words['E']),
  });
}
