// The venue's statement: its balances, every trade of the account to the last page, every order behind.
import { type Fields, fieldsOf, listOf } from './payload.ts';
import { add, equal, type Rational, zero } from './rational.ts';
import type { VenueOrder, VenueStatement, VenueTrade } from './statement.ts';
import { ask, askOpenly, type VenueAccess, VenueAnswerError } from './venue-client.ts';

interface Symbol {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
}

const pageSizeMax = 1_000;
/** Up to so many symbols are all asked for; of a longer list only those the account has touched. */
const symbolsMax = 50;

async function readSymbols(access: VenueAccess): Promise<Symbol[]> {
  const info = fieldsOf(await askOpenly(access, '/api/v3/exchangeInfo'));
  return info.list('symbols').map((entry) => ({
    symbol: entry.text('symbol'),
    base: entry.text('baseAsset'),
    quote: entry.text('quoteAsset'),
  }));
}

async function readBalances(access: VenueAccess): Promise<Map<string, Rational>> {
  const account = fieldsOf(await ask(access, '/api/v3/account'));
  const balances = account
    .list('balances')
    .map((entry): [string, Rational] => [
      entry.text('asset'),
      add(entry.amount('free'), entry.amount('locked')),
    ]);
  return new Map(balances.filter(([, balance]) => !equal(balance, zero)));
}

/** Reads pages from an id on, until one comes that is not full. */
async function readPages(
  access: VenueAccess,
  path: string,
  symbol: string,
  idName: { readonly parameter: string; readonly field: string },
): Promise<Fields[]> {
  const rows: Fields[] = [];
  const pageSize = access.pageSize ?? pageSizeMax;
  for (let from = 0; ; ) {
    const parameters = { symbol, [idName.parameter]: String(from), limit: String(pageSize) };
    const page = listOf(await ask(access, path, parameters));
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return rows;
    from = last.whole(idName.field) + 1;
  }
}

const sideOf = (text: string): 'BUY' | 'SELL' => {
  if (text === 'BUY' || text === 'SELL') return text;
  throw new Error(`side: expected BUY or SELL, was ${text}`);
};

const orderOf = (row: Fields): VenueOrder => ({
  symbol: row.text('symbol'),
  orderId: row.text('orderId'),
  clientOrderId: row.text('clientOrderId'),
  side: sideOf(row.text('side')),
  executed: row.amount('executedQty'),
});

/** Every order of a symbol; where the venue keeps no such list, those that its trades name. */
async function readOrders(
  access: VenueAccess,
  symbol: string,
  trades: readonly Fields[],
): Promise<VenueOrder[]> {
  try {
    const id = { parameter: 'orderId', field: 'orderId' };
    return (await readPages(access, '/api/v3/allOrders', symbol, id)).map(orderOf);
  } catch (cause) {
    if (!(cause instanceof VenueAnswerError) || cause.status !== 404) throw cause;
  }
  const open = listOf(await ask(access, '/api/v3/openOrders', { symbol })).map(orderOf);
  const ids = new Set(trades.map((trade) => trade.text('orderId')));
  for (const { orderId } of open) ids.delete(orderId);
  const orders = open;
  for (const orderId of ids) {
    orders.push(orderOf(fieldsOf(await ask(access, '/api/v3/order', { symbol, orderId }))));
  }
  return orders;
}

function tradeOf(
  row: Fields,
  symbol: Symbol,
  clientOrderIds: ReadonlyMap<string, string>,
): VenueTrade {
  const orderId = row.text('orderId');
  return {
    ...symbol,
    tradeId: row.text('id'),
    orderId,
    clientOrderId: clientOrderIds.get(orderId) ?? `order ${orderId}, which the venue does not list`,
    side: row.flag('isBuyer') ? 'BUY' : 'SELL',
    price: row.amount('price'),
    quantity: row.amount('qty'),
    quoteQuantity: row.amount('quoteQty'),
    fee: row.amount('commission'),
    feeAsset: row.text('commissionAsset'),
  };
}

/** Reads everything the audit needs from the venue; `traded` names the symbols the books know of. */
export async function readVenue(
  access: VenueAccess,
  traded: ReadonlySet<string>,
): Promise<VenueStatement> {
  const [all, balances] = [await readSymbols(access), await readBalances(access)];
  const touched = all.filter(({ symbol, base }) => traded.has(symbol) || balances.has(base));
  const trades: VenueTrade[] = [];
  const orders: VenueOrder[] = [];
  for (const symbol of all.length <= symbolsMax ? all : touched) {
    const id = { parameter: 'fromId', field: 'id' };
    const rows = await readPages(access, '/api/v3/myTrades', symbol.symbol, id);
    const found = await readOrders(access, symbol.symbol, rows);
    const clientOrderIds = new Map(found.map((each) => [each.orderId, each.clientOrderId]));
    orders.push(...found);
    trades.push(...rows.map((row) => tradeOf(row, symbol, clientOrderIds)));
  }
  return { balances, trades, orders };
}
